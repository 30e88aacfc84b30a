"""Queue and history: each artist's own, from the record, in ComfyUI's shapes."""

import io
import json

import pytest

from comfystudio.comfy.routes import record
from tests.comfy.routes.house import ALICE, BOB, Routes
from tests.queue.house import graph

PICTURE = {"5": {"images": [{"filename": "a_00001_.png", "subfolder": "", "type": "output"}]}}


async def test_history_entry(routes: Routes):
    """An entry has ComfyUI's shape, and stands alone under its id."""
    accepted = await routes.done(ALICE, "a", outputs=PICTURE, extra={"extra_pnginfo": {"workflow": {"id": "w"}}})
    number = accepted.prompt.number
    expected = {
        "prompt": [number, "a", graph(), {"extra_pnginfo": {"workflow": {"id": "w"}}}, ["5"]],
        "outputs": PICTURE,
        "status": {"status_str": "success", "completed": True, "messages": []},
        "meta": {},
    }
    answer = await routes.get(ALICE, "/api/history/a")
    assert answer.json == {"a": expected}
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert (await routes.get(ALICE, "/history")).json == {"a": expected}


@pytest.mark.parametrize("path", ["/history/{}", "/api/jobs/{}"])
async def test_anothers_id(routes: Routes, path: str):
    """Another's prompt answers byte for byte like one that never was."""
    await routes.done(BOB, "b", outputs=PICTURE)
    mine = await routes.get(ALICE, path.format("b"))
    never = await routes.get(ALICE, path.format("c"))
    assert (mine.status, mine.body) == (never.status, never.body)
    assert {k: v for k, v in mine.headers.items() if k != "Date"} == {
        k: v for k, v in never.headers.items() if k != "Date"
    }


async def test_empty_history(routes: Routes):
    """Nothing is an empty object, also for one that is not over."""
    await routes.queue(ALICE, "a")
    for path in ("/history", "/history?max_items=5", "/history/a", "/history/never"):
        assert (await routes.get(ALICE, path)).json == {}


async def test_order_and_parts(routes: Routes, monkeypatch: pytest.MonkeyPatch):
    """The oldest stands first; max_items takes the newest, offset counts from the oldest, however it is read."""
    monkeypatch.setattr(record, "CHUNK", 3)
    names = [f"p{number:02}" for number in range(11)]
    for name in names:
        await routes.done(ALICE, name)
        await routes.done(BOB, f"b{name}")

    async def got(query: str) -> list[str]:
        return list((await routes.get(ALICE, f"/history{query}")).json)

    assert await got("") == names
    assert await got("?max_items=1") == names[-1:]
    assert await got("?max_items=4") == names[-4:]
    assert await got("?max_items=200") == names
    assert await got("?max_items=0") == []
    assert await got("?offset=0&max_items=4") == names[:4]
    assert await got("?offset=9&max_items=4") == names[9:]
    assert await got("?offset=2") == names[2:]
    assert await got("?offset=99&max_items=4") == []
    assert await got("?offset=-1&max_items=2") == names[-2:]
    assert (await routes.get(ALICE, "/history?max_items=many")).status == 400


async def test_long_history_streams(routes: Routes):
    """A long history goes out as it is read."""
    text = "x" * 100_000
    for number in range(8):
        await routes.done(ALICE, f"p{number}", extra={"extra_pnginfo": {"workflow": {"id": "w", "text": text}}})
    answer = await routes.get(ALICE, "/history")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert list(answer.json) == [f"p{number}" for number in range(8)]
    answer = await routes.ask(ALICE, "HEAD", "/history")
    assert (answer.status, answer.body) == (200, b"")
    assert (await routes.get(ALICE, "/history/p1")).status == 200


async def test_lost_prompt(routes: Routes):
    """A prompt that ComfyUI could not finish says why, in the shape that the page shows."""
    await routes.queue(ALICE, "a")
    routes.prompts.started("a", 100.0, "comfy-ui")
    routes.prompts.finished("a", "failed", error="ComfyUI ended.", at=101.0)
    status = (await routes.get(ALICE, "/history")).json["a"]["status"]
    assert status["status_str"] == "error"
    assert status["completed"] is False
    name, told = status["messages"][-1]
    assert name == "execution_error"
    assert told["exception_message"] == "ComfyUI ended."
    assert told["timestamp"] == 101_000
    assert told["traceback"] == []


async def test_queue(routes: Routes):
    """What runs and what waits, each with its number, and the count that the page shows."""
    one, two = await routes.queue(ALICE, "a"), await routes.queue(ALICE, "b")
    await routes.queue(BOB, "c")
    routes.prompts.started("a", 100.0, "comfy-ui")
    found = (await routes.get(ALICE, "/api/queue")).json
    assert found == {
        "queue_running": [[one.prompt.number, "a", graph(), {}, ["5"]]],
        "queue_pending": [[two.prompt.number, "b", graph(), {}, ["5"]]],
    }
    assert (await routes.get(ALICE, "/prompt")).json == {"exec_info": {"queue_remaining": 2}}
    assert (await routes.get(BOB, "/prompt")).json == {"exec_info": {"queue_remaining": 1}}
    assert (await routes.get(15, "/queue")).json == {"queue_running": [], "queue_pending": []}


async def test_clear_and_delete(routes: Routes):
    """Waiting prompts are taken back and leave the lists; what runs and what is another's stays."""
    for name in ("a", "b", "c"):
        await routes.queue(ALICE, name)
    await routes.queue(BOB, "d")
    routes.prompts.started("a", 100.0, "comfy-ui")
    assert (await routes.post(ALICE, "/queue", {"delete": ["b", "d", "never", 7, None]})).status == 200
    assert [each.prompt.id for each in routes.prompts.live(ALICE)] == ["a", "c"]
    assert (await routes.get(ALICE, "/history")).json == {}
    assert (await routes.post(ALICE, "/api/queue", {"clear": True})).body == b""
    assert [each.prompt.id for each in routes.prompts.live(ALICE)] == ["a"]
    assert [each.prompt.id for each in routes.prompts.live(BOB)] == ["d"]
    assert all(not running for _, running in routes.worker.cancelled)


async def test_interrupt(routes: Routes):
    """An interrupt stops what runs of the artist's own; one that is named only if it is theirs and runs."""
    for who, name in ((ALICE, "a"), (ALICE, "b"), (BOB, "c")):
        await routes.queue(who, name)
    for body in ({"prompt_id": "c"}, {"prompt_id": "b"}, {"prompt_id": "never"}, {}, None):
        assert (await routes.post(ALICE, "/interrupt", body)).status == 200
    assert routes.worker.cancelled == []
    routes.prompts.started("a", 100.0, "comfy-ui")
    routes.prompts.started("c", 100.0, "comfy-ui")
    for body in (None, {}, {"prompt_id": "a"}):
        assert (await routes.post(ALICE, "/api/interrupt", body)).body == b""
    assert routes.worker.cancelled == [({"a"}, True)] * 3


async def test_forgetting(routes: Routes):
    """History is forgotten for the artist alone, one by one or all of it."""
    for who, name in ((ALICE, "a"), (ALICE, "b"), (ALICE, "c"), (BOB, "d")):
        await routes.done(who, name)
    await routes.post(ALICE, "/history", {"delete": ["a", "d"]})
    assert list((await routes.get(ALICE, "/history")).json) == ["b", "c"]
    await routes.post(ALICE, "/history", {"clear": True})
    assert (await routes.get(ALICE, "/history")).json == {}
    assert list((await routes.get(BOB, "/history")).json) == ["d"]


BAD = [b"{", b"[]", b"null", b"\xff\xfe", b'{"clear": NaN}', b"[" * 100_000, b'{"a": 1e999}', b'"text"']


@pytest.mark.parametrize("path", ["/queue", "/history", "/interrupt"])
async def test_bad_bodies(routes: Routes, path: str):
    """What is no JSON object is refused in the shape that the page shows, and nothing happens."""
    await routes.queue(ALICE, "a")
    for body in BAD:
        answer = await routes.ask(ALICE, "POST", path, data=body)
        assert answer.status == 400, body[:20]
        assert set(answer.json["error"]) == {"type", "message", "details", "extra_info"}
        assert answer.json["node_errors"] == {}
    assert routes.worker.cancelled == []


async def test_large_body(routes: Routes):
    """A list of ids longer than any page sends is not read to its end."""
    body = json.dumps({"delete": ["x" * 36] * 40_000}).encode()
    answer = await routes.ask(ALICE, "POST", "/queue", data=io.BytesIO(body))
    assert answer.status == 413
    assert json.loads(answer.body)["error"]["details"]
