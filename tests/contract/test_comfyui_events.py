"""What a page hears on /ws, and in which order."""

import uuid
from typing import Any

import pytest

from tests.contract.client import Client, workflow


def _story(events: list[dict[str, Any]]) -> list[str]:
    """One word an event, with what tells it from others of its type."""
    told = []
    for event in events:
        kind, data = event["type"], event["data"]
        match kind:
            case "status":
                told.append(f"status {data['status']['exec_info']['queue_remaining']}")
            case "progress_state":
                told.append("progress " + " ".join(f"{key}:{node['state']}" for key, node in data["nodes"].items()))
            case "executing" | "executed":
                told.append(f"{kind} {data['node']}")
            case "execution_cached":
                told.append(f"{kind} {' '.join(data['nodes'])}".strip())
            case _:
                told.append(kind)
    return told


RAN = [
    "status 1", "status 1", "execution_start", "execution_cached",
    "progress 1:running", "executing 1", "progress 1:finished",
    "progress 1:finished 2:running", "executing 2", "executed 2", "progress 1:finished 2:finished",
    "execution_success", "status 0", "executing None",
]  # fmt: skip


async def test_the_first_event_says_who_one_is(client: Client) -> None:
    """A socket's first event is the queue's state and the id it goes by."""
    async with client.listen() as socket:
        first = await socket.receive_json()
    assert first == {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 0}}, "sid": client.id}}


async def test_a_client_without_an_id_is_given_one(client: Client) -> None:
    """Without `clientId` the server mints one: 32 hexadecimal digits."""
    async with client.listen("") as socket:
        minted = (await socket.receive_json())["data"]["sid"]
    assert uuid.UUID(minted).hex == minted


async def test_feature_flags_are_answered_when_they_come_first(client: Client) -> None:
    """A first message with the client's features is answered with the server's."""
    async with client.listen() as socket:
        await socket.receive_json()
        await socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
        answer = await socket.receive_json()
    assert answer["type"] == "feature_flags"
    assert answer["data"] == await client.get("/features")


async def test_the_order_of_one_prompt(client: Client) -> None:
    """A prompt tells its story in this order, each event naming the prompt, and ends with node null."""
    async with client.listen() as socket:
        await socket.receive_json()
        prompt_id = await client.submit(workflow())
        events = await client.hear(socket)
    assert _story(events) == RAN
    assert {event["data"].get("prompt_id", prompt_id) for event in events} == {prompt_id}
    executed = next(event["data"] for event in events if event["type"] == "executed")
    assert executed.keys() == {"node", "display_node", "output", "prompt_id"}
    assert executed["output"]["images"][0].keys() == {"filename", "subfolder", "type"}
    running = next(event["data"]["nodes"]["1"] for event in events if event["type"] == "progress_state")
    ids = {"node_id": "1", "display_node_id": "1", "parent_node_id": None, "real_node_id": "1"}
    assert running == {"value": 0.0, "max": 1.0, "state": "running", "prompt_id": prompt_id, **ids}


async def test_the_same_prompt_again_comes_from_what_was_kept(client: Client) -> None:
    """An unchanged workflow runs no node: it names the old file, and no new one is written."""
    prompt = workflow()
    first = await client.done(await client.submit(prompt))
    async with client.listen() as socket:
        await socket.receive_json()
        second = await client.submit(prompt)
        events = await client.hear(socket)
    assert _story(events) == [
        "status 1", "status 1", "execution_start", "execution_cached 1 2", "executed 2", "progress 2:finished",
        "execution_success", "status 0", "executing None",
    ]  # fmt: skip
    assert (await client.done(second))["outputs"] == first["outputs"]
    prefix = prompt["2"]["inputs"]["filename_prefix"]
    assert len(list(client.running.output.glob(f"{prefix}_*"))) == 1


async def test_a_prompt_that_fails(client: Client) -> None:
    """An unreadable picture fails while it runs: `execution_error` with node, type and traceback, then the end."""
    broken = f"{uuid.uuid4().hex}.png"
    (client.running.folder / "input" / broken).write_bytes(b"not a png")
    prompt = workflow()
    prompt["1"] = {"class_type": "LoadImage", "inputs": {"image": broken}}
    async with client.listen() as socket:
        await socket.receive_json()
        prompt_id = await client.submit(prompt)
        events = await client.hear(socket)
    assert _story(events) == [
        "status 1", "status 1", "execution_start", "execution_cached", "progress 1:running", "executing 1",
        "execution_error", "status 0", "executing None",
    ]  # fmt: skip
    failed = next(event["data"] for event in events if event["type"] == "execution_error")
    assert failed.keys() == {
        "prompt_id", "node_id", "node_type", "executed", "exception_message", "exception_type", "traceback",
        "current_inputs", "current_outputs", "timestamp",
    }  # fmt: skip
    assert (failed["node_id"], failed["node_type"], failed["executed"]) == ("1", "LoadImage", [])
    assert failed["exception_type"] == "PIL.UnidentifiedImageError"
    assert failed["exception_message"].startswith("cannot identify image file ")
    assert isinstance(failed["traceback"], list)
    entry = await client.done(prompt_id)
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("error", False)
    told = [kind for kind, _ in entry["status"]["messages"]]
    assert told == ["execution_start", "execution_cached", "execution_error"]
    assert entry["outputs"] == {}


def _long(count: int = 8) -> dict[str, Any]:
    """One big picture saved `count` times: long enough to be met while it runs."""
    prompt = workflow(size=2048)
    first = prompt.pop("2")
    for number in range(count):
        inputs = {**first["inputs"], "filename_prefix": f"{first['inputs']['filename_prefix']}-{number}"}
        prompt[f"s{number}"] = {"class_type": "SaveImage", "inputs": inputs}
    return prompt


@pytest.mark.parametrize("named", [False, True])
async def test_an_interrupted_prompt(client: Client, named: bool) -> None:
    """POST /interrupt, for everyone or by id, ends a prompt before its next node; the history calls it an error."""
    async with client.listen() as socket:
        await socket.receive_json()
        prompt_id = await client.submit(_long())
        await client.hear(socket, last="executed")
        assert await client.post("/interrupt", {"prompt_id": prompt_id} if named else {}) is None
        events = await client.hear(socket)
    assert _story(events)[-3:] == ["execution_interrupted", "status 0", "executing None"]
    interrupted = events[-3]["data"]
    assert interrupted.keys() == {"prompt_id", "node_id", "node_type", "executed", "timestamp"}
    assert (interrupted["prompt_id"], interrupted["node_type"]) == (prompt_id, "SaveImage")
    assert len(interrupted["executed"]) >= 2
    entry = await client.done(prompt_id)
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("error", False)
    assert entry["status"]["messages"][-1][0] == "execution_interrupted"


async def test_interrupting_another_prompt_changes_nothing(client: Client) -> None:
    """An id that does not run is not interrupted, and neither is what does run."""
    prompt_id = await client.submit(_long(2))
    await client.post("/interrupt", {"prompt_id": str(uuid.uuid4())})
    assert (await client.done(prompt_id))["status"]["status_str"] == "success"


async def test_others_hear_the_count_only(client: Client) -> None:
    """Another client hears how many prompts are left, and nothing else."""
    async with client.listen("bystander") as other:
        await other.receive_json()
        await client.done(await client.submit(workflow()))
        events = await client.hear(other, last="status")
        while events[-1]["data"]["status"]["exec_info"]["queue_remaining"]:
            events += await client.hear(other, last="status")
    assert _story(events) == ["status 1", "status 1", "status 0"]


async def test_a_prompt_of_nobody_tells_everyone_its_progress(client: Client) -> None:
    """Without a `client_id` the progress of each node is broadcast, and no other event is sent."""
    async with client.listen() as socket:
        await socket.receive_json()
        answer = await client.post("/prompt", {"prompt": workflow()})
        await client.done(answer["prompt_id"])
        events = await client.hear(socket, last="status")
        while events[-1]["data"]["status"]["exec_info"]["queue_remaining"]:
            events += await client.hear(socket, last="status")
    assert _story(events) == [
        "status 1", "status 1", "progress 1:running", "progress 1:finished", "progress 1:finished 2:running",
        "progress 1:finished 2:finished", "status 0",
    ]  # fmt: skip


async def test_a_second_socket_with_the_same_id_takes_over(client: Client) -> None:
    """Two sockets with one id: the later one hears everything, and when it leaves the first hears nothing more."""
    async with client.listen() as first, client.listen("witness") as witness:
        await first.receive_json()
        await witness.receive_json()
        async with client.listen() as second:
            await second.receive_json()
            await client.submit(workflow())
            assert _story(await client.hear(second)) == RAN
        assert _story([await witness.receive_json() for _ in range(3)]) == ["status 1", "status 1", "status 0"]
        await client.submit(workflow())
        assert _story([await witness.receive_json() for _ in range(3)]) == ["status 1", "status 1", "status 0"]
        with pytest.raises(TimeoutError):  # the witness has heard it all, so the first would have too
            await first.receive(timeout=0.1)
