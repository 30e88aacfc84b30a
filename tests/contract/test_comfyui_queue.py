"""Queue and history while there is something in them."""

from typing import Any

from tests.contract.client import Client, workflow
from tests.waiting import until


async def _busy(client: Client, count: int = 5) -> tuple[list[dict[str, Any]], list[str]]:
    """Queue a picture that takes a while and, once it runs, others that wait meanwhile."""
    prompts = [workflow(size=4096), *(workflow(size=1024) for _ in range(count - 1))]
    ids = [await client.submit(prompts[0])]

    async def started() -> bool:
        waiting = (await client.get("/queue"))["queue_pending"]
        return all(item[1] != ids[0] for item in waiting)

    await until(started)
    return prompts, ids + [await client.submit(prompt) for prompt in prompts[1:]]


async def _idle(client: Client) -> None:
    async def empty() -> bool:
        left: int = (await client.get("/prompt"))["exec_info"]["queue_remaining"]
        return left == 0

    await until(empty, within=60)


def _undated(item: list[Any], client: Client) -> list[Any]:
    """An item without the date in milliseconds that a newer one notes in its extra data."""
    extra = dict(item[3])
    assert ("create_time" in extra) is client.running.newer
    assert extra.pop("create_time", 10**13) > 10**12
    return [*item[:3], extra, *item[4:]]


async def test_the_queue_shows_what_runs_and_what_waits(client: Client) -> None:
    """An item is [number, prompt id, workflow, extra data, output nodes]; waiting ones have rising numbers."""
    prompts, ids = await _busy(client)

    async def running() -> Any:
        found = await client.get("/queue")
        return found if found["queue_running"] else None  # between two prompts none runs

    queue = await until(running)
    await _idle(client)
    assert queue.keys() == {"queue_running", "queue_pending"}
    assert len(queue["queue_running"]) == 1
    items = queue["queue_running"] + sorted(queue["queue_pending"])
    place = ids.index(items[0][1])
    assert [item[1] for item in items] == ids[place:]
    assert [item[0] for item in items] == list(range(items[0][0], items[0][0] + len(items)))
    assert _undated(items[0], client)[2:] == [prompts[place], {"client_id": client.id}, ["2"]]


async def test_what_waits_can_be_taken_out(client: Client) -> None:
    """POST /queue takes one or all of the waiting ones out, answers with an empty 200, and leaves the running one."""
    _, ids = await _busy(client)
    assert await client.post("/queue", {"delete": [ids[-1]]}) is None
    waiting = [item[1] for item in (await client.get("/queue"))["queue_pending"]]
    assert ids[-1] not in waiting
    assert waiting
    await client.post("/queue", {"clear": True})
    assert (await client.get("/queue"))["queue_pending"] == []
    await _idle(client)
    assert await client.get(f"/history/{ids[-1]}") == {}
    assert (await client.done(ids[0]))["status"]["status_str"] == "success"


async def test_the_history_keeps_what_ran(client: Client) -> None:
    """An entry holds the queue's item, the files, how it ended with its events, and whose output is whose."""
    prompt = workflow()
    prompt_id = await client.submit(prompt)
    entry = await client.done(prompt_id)
    assert entry.keys() == {"prompt", "outputs", "status", "meta"}
    assert _undated(entry["prompt"], client)[1:] == [prompt_id, prompt, {"client_id": client.id}, ["2"]]
    name = f"{prompt['2']['inputs']['filename_prefix']}_00001_.png"
    assert entry["outputs"] == {"2": {"images": [{"filename": name, "subfolder": "", "type": "output"}]}}
    assert entry["meta"] == {"2": {"node_id": "2", "display_node": "2", "parent_node": None, "real_node_id": "2"}}
    assert entry["status"].keys() == {"status_str", "completed", "messages"}
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("success", True)
    messages = entry["status"]["messages"]
    assert [kind for kind, _ in messages] == ["execution_start", "execution_cached", "execution_success"]
    assert all(data["prompt_id"] == prompt_id and data["timestamp"] > 10**12 for _, data in messages)


async def test_the_history_lists_the_oldest_first(client: Client) -> None:
    """/history holds all entries, oldest first; `max_items` cuts it to the newest."""
    ids = [await client.submit(workflow()) for _ in range(3)]
    await client.done(ids[-1])
    assert list(await client.get("/history"))[-3:] == ids
    assert list(await client.get("/history?max_items=2")) == ids[-2:]


async def test_the_history_can_be_forgotten(client: Client) -> None:
    """POST /history drops one entry or all of them; the files stay."""
    ids = [await client.submit(workflow()) for _ in range(2)]
    entry = await client.done(ids[-1])
    assert await client.post("/history", {"delete": [ids[0]]}) is None
    assert ids[0] not in await client.get("/history")
    await client.post("/history", {"clear": True})
    assert await client.get("/history") == {}
    [image] = entry["outputs"]["2"]["images"]
    assert (client.running.output / image["filename"]).is_file()
