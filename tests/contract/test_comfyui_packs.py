"""Node packs: found, loaded, listed, served, and none the worse for a broken one beside them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contract.client import Client, workflow
from tests.contract.record import launch_with_packs
from tests.contract.running import Running
from tests.waiting import until

SLOW = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
    "2": {
        "class_type": "StudioSlow",
        "inputs": {"image": ["1", 0], "seconds": 60.0, "steps": 2000, "previews": False, "side": 8},
    },
    "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
}


def _more_packs(packs: Path) -> None:
    """One that cannot be imported, one without nodes, one switched off, one that is a file."""
    for name, text in (
        ("broken_pack", "raise ImportError('no such thing')"),
        ("empty_pack", ""),
        ("off_pack.disabled", "raise SystemExit(7)"),
    ):
        (packs / name).mkdir(parents=True)
        (packs / name / "__init__.py").write_text(text)
    (packs / "broken_pack" / "prestartup_script.py").write_text("raise RuntimeError('too early')")
    (packs / "one_file.py").write_text("NODE_CLASS_MAPPINGS = {}")


@pytest.fixture(scope="module")
def packed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the tests' packs and worse ones."""
    folder = tmp_path_factory.mktemp("packed")
    _more_packs(folder / "packs")
    found = launch_with_packs(checkout, folder)
    yield found
    found.close()


@pytest.fixture
async def client(packed: Running) -> AsyncIterator[Client]:
    """A client of that server."""
    async with Client(packed) as found:
        yield found


async def test_a_pack_brings_nodes_and_scripts(client: Client) -> None:
    """A pack's nodes say where they come from, and its scripts are listed and served."""
    slow = (await client.get("/object_info/StudioSlow"))["StudioSlow"]
    assert (slow["python_module"], slow["display_name"]) == ("custom_nodes.studio_test_nodes", "Slow")
    script = "/extensions/studio_test_nodes/pack.js"
    assert script in await client.get("/extensions")
    async with client.request("GET", script) as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (
            200,
            "no-store" if client.running.newer else "no-cache",
        )


async def test_a_pack_may_add_routes(client: Client) -> None:
    """A route that a pack adds while it is imported answers, under /api too."""
    assert await client.get("/studio_test_nodes/routes") == await client.get("/api/studio_test_nodes/routes")


def test_packs_are_prepared_before_anything_else(packed: Running) -> None:
    """prestartup_script.py runs before ComfyUI's own modules are imported; one that fails is named."""
    said = [line for line in packed.err if line.startswith("studio_test_nodes: before the start")]
    assert said == ["studio_test_nodes: before the start (nodes imported: False)"]
    failed = "Failed to execute startup-script: "
    assert any(line.startswith(failed) and line.endswith("/ too early") for line in packed.err)


def test_a_broken_pack_is_named_and_the_others_load(packed: Running) -> None:
    """The log names each pack with its time; one that cannot be imported or has no nodes is marked."""
    packed.wait_for("Import times for custom nodes:", within=5)
    times = [line for line in packed.err if " seconds" in line and "/packs/" in line and "PRESTARTUP" not in line]
    failed = {line.rsplit("/", 1)[-1] for line in times if "(IMPORT FAILED)" in line}
    assert failed == {"broken_pack", "empty_pack"}
    assert {line.rsplit("/", 1)[-1] for line in times} - failed == {"one_file.py", "studio_test_nodes"}


async def test_plain_threads_of_nodes_see_the_same_folders(client: Client) -> None:
    """A node that asks for the folders in a thread of its own is told the same as in its own."""
    node = {"class_type": "StudioFolders", "inputs": {}}
    node["inputs"] = {"tag": client.id}
    entry = await client.done(await client.submit({"1": node}))
    said = entry["outputs"]["1"]["text"]
    assert said[:4] == said[4:]
    assert said[0] == str(client.running.output)


async def test_what_a_loader_gave_is_used_again(client: Client) -> None:
    """A node without links that is the same as in the last prompt does not run again; one behind it may."""
    said = []
    for tag in ("a", "b", "a"):
        graph = {
            "1": {"class_type": "StudioLoader", "inputs": {"name": client.id}},
            "2": {"class_type": "StudioModelName", "inputs": {"model": ["1", 0], "tag": tag}},
        }
        entry = await client.done(await client.submit(graph))
        said += entry["outputs"]["2"]["text"]
    assert len(set(said)) == 1


async def test_a_node_may_queue_its_prompt_again(client: Client) -> None:
    """A node that puts its prompt into the queue anew, as batch managers do, makes one that runs under another id."""
    first = await client.submit({"1": {"class_type": "StudioAgain", "inputs": {"times": 2}}})
    await client.done(first)

    async def all_ran() -> bool:
        history = await client.get("/history")
        return sum(entry["prompt"][2]["1"]["class_type"] == "StudioAgain" for entry in history.values()) == 3

    await until(all_ran)


async def test_an_interrupt_reaches_a_node_that_looks(client: Client) -> None:
    """POST /interrupt ends a node in the middle of its work; the next prompt is not touched by it."""
    async with client.listen() as socket:
        slow = await client.submit(SLOW)
        await client.hear(socket, "progress")
        after = await client.submit({"1": SLOW["1"], "3": {**SLOW["3"], "inputs": {"images": ["1", 0]}}})
        await client.post("/interrupt", {"prompt_id": slow})
        assert (await client.done(slow))["status"]["status_str"] == "error"
        assert (await client.done(after))["status"]["status_str"] == "success"


async def test_the_same_number_and_id_twice_end_the_queue(checkout: Path, tmp_path: Path) -> None:
    """Prompts with one number and one id kill the only thread that works: answers stay 200, nothing runs any more."""
    running = launch_with_packs(checkout, tmp_path)
    try:
        async with Client(running) as client:
            slow = await client.submit(SLOW)

            async def runs() -> bool:
                return bool((await client.get("/queue"))["queue_running"])

            await until(runs)
            twice = "00000000-0000-0000-0000-00000000000a"
            for number, prompt_id in ((1, "00000000-0000-0000-0000-00000000000b"), (5, twice), (5, twice)):
                graph = workflow()  # no two alike: equal ones could be compared
                await client.post("/prompt", {"prompt": graph, "number": number, "prompt_id": prompt_id})
            await client.post("/interrupt", {"prompt_id": slow})
            await client.done(slow)
            await until(lambda: any(line.startswith("TypeError: '<' not supported") for line in running.err), 20)
            queue = await client.get("/queue")
            assert (queue["queue_running"], len(queue["queue_pending"])) == ([], 2)
    finally:
        running.close()
