"""Posting a workflow."""

import asyncio
import io
import json
import uuid
from typing import Any

from comfystudio.comfy import Owner
from comfystudio.comfy.routes.bodies import LARGEST
from comfystudio.comfy.routes.submit import is_too_much
from comfystudio.queue import Body
from tests.comfy.routes.house import ALICE, BOB, Routes
from tests.queue.house import graph

SHAPE = {"type", "message", "details", "extra_info"}


async def test_accepted(routes: Routes):
    """The answer is ComfyUI's; the prompt is on record and on its way, in the artist's name, before it goes out."""
    answer = await routes.post(ALICE, "/api/prompt", {"prompt": graph(), "client_id": "x"})
    assert answer.status == 200
    prompt_id = answer.json["prompt_id"]
    assert str(uuid.UUID(prompt_id)) == prompt_id
    accepted, private = routes.worker.submitted[0]
    assert answer.json == {"prompt_id": prompt_id, "number": accepted.prompt.number, "node_errors": {}}
    assert private == {}
    assert accepted.prompt.owner_id == ALICE
    assert routes.making.made == [(ALICE, "P1")]
    assert json.loads(accepted.body.graph) == graph()
    assert json.loads(accepted.body.targets) == ["5"]
    owner, asked = routes.worker.asked[0]
    assert owner == Owner(ALICE, "P1")
    assert asked["prompt"] == graph()
    assert asked["prompt_id"] == prompt_id
    assert await routes.prompts.one(ALICE, prompt_id) is not None


async def test_what_clients_may_not_say(routes: Routes):
    """Number, place, ids and foreign extra data of a client mean nothing; keys for paid nodes are kept nowhere."""
    mine = await routes.queue(BOB, str(uuid.uuid4()))
    extra = {
        "extra_pnginfo": {"workflow": {"id": "w"}},
        "preview_method": "auto",
        "client_id": "bob",
        "comfystudio_owner": 2,
        "api_key_comfy_org": "a key",
        "auth_token_comfy_org": 7,
    }
    body = {
        "prompt": graph(),
        "prompt_id": mine.prompt.id,
        "number": -1,
        "front": True,
        "client_id": "bob",
        "extra_data": extra,
        "partial_execution_targets": ["5"],
        "anything": "else",
    }
    answer = await routes.post(ALICE, "/prompt", body)
    assert answer.status == 200
    assert answer.json["prompt_id"] != mine.prompt.id
    accepted, private = routes.worker.submitted[0]
    assert private == {"api_key_comfy_org": "a key"}
    assert set(json.loads(accepted.body.extra)) == {"extra_pnginfo", "preview_method", "create_time"}
    _, asked = routes.worker.asked[0]
    assert set(asked) == {"prompt_id", "prompt", "extra_data", "partial_execution_targets"}
    assert "a key" not in json.dumps(asked)


async def test_double_post(routes: Routes):
    """The same post twice, which stops a bare ComfyUI for good, is two prompts."""
    body = {"prompt": graph(), "prompt_id": str(uuid.uuid4()), "number": 1}
    answers = await asyncio.gather(*(routes.post(ALICE, "/prompt", body) for _ in range(10)))
    assert len({answer.json["prompt_id"] for answer in answers}) == 10
    assert len({answer.json["number"] for answer in answers}) == 10


async def test_refused_by_comfyui(routes: Routes):
    """ComfyUI's verdict goes to the page unchanged, and nothing is put on record."""
    errors = {"5": {"errors": [{"type": "value_not_in_list"}], "dependent_outputs": ["5"], "class_type": "SaveImage"}}
    error = {"type": "prompt_outputs_failed_validation", "message": "m", "details": "d", "extra_info": {}}
    routes.worker.verdict = (200, {"valid": False, "error": error, "node_errors": errors})
    answer = await routes.post(ALICE, "/prompt", {"prompt": graph()})
    assert answer.status == 400
    assert answer.json == {"error": error, "node_errors": errors}
    assert routes.prompts.remaining(ALICE) == 0
    assert routes.worker.submitted == []


async def test_partly_valid(routes: Routes):
    """Where some outputs can run, they do, and the page is told of the others."""
    routes.worker.verdict = (200, {"valid": True, "outputs": ["5"], "node_errors": {"7": {}}})
    answer = await routes.post(ALICE, "/prompt", {"prompt": graph()})
    assert answer.json["node_errors"] == {"7": {}}


async def test_odd_verdict(routes: Routes):
    """A ComfyUI that cannot judge is told to the page, in the shape that it shows."""
    routes.worker.verdict = (500, {})
    answer = await routes.post(ALICE, "/prompt", {"prompt": graph()})
    assert answer.status == 503
    assert set(answer.json["error"]) == SHAPE
    assert routes.prompts.remaining(ALICE) == 0


def nested(depth: int) -> bytes:
    """A workflow in which something nests."""
    return b'{"prompt": {"1": ' + b'{"a": ' * depth + b"1" + b"}" * depth + b"}}"


BAD = [
    b"",
    b"{",
    b"[]",
    b"1",
    b'{"prompt": []}',
    b'{"prompt": "text"}',
    b'{"prompt": null}',
    b'{"prompt": {"1": NaN}}',
    b'{"prompt": {"1": -Infinity}}',
    b'{"prompt": {"1": 1e999}}',
    b'{"prompt": {"1": ' + b"9" * 5000 + b"}}",
    b'{"prompt": {"\xff": 1}}',
    nested(500_000),
    b"[" * 1_000_000,
    b'{"prompt": {"1": "' + b"x" * 300_000,
]


async def test_bad_bodies(routes: Routes):
    """What is no workflow is refused in the shape that the page shows."""
    for body in BAD:
        answer = await routes.ask(ALICE, "POST", "/prompt", data=io.BytesIO(body))
        assert answer.status == 400, (body[:60], answer.body[:200])
        assert set(answer.json["error"]) == SHAPE
        assert answer.json["error"]["details"]
    assert routes.prompts.remaining(ALICE) == 0


async def test_no_prompt(routes: Routes):
    """Without a workflow the answer is ComfyUI's own."""
    answer = await routes.post(ALICE, "/prompt", {"client_id": "x"})
    assert answer.status == 400
    assert answer.json["error"]["type"] == "no_prompt"


async def test_deepest_that_passes(routes: Routes):
    """Whatever depth is taken can also be copied and written: nothing passes one step and breaks the next."""
    for depth in (10, 90, 110, 300, 900, 1500):
        answer = await routes.ask(ALICE, "POST", "/prompt", data=nested(depth))
        assert answer.status == (200 if depth < 100 else 400)
    assert len(routes.worker.submitted) == 2


async def test_too_large(routes: Routes):
    """Above 50 MB nothing is read to its end, whether the length was said or not."""

    async def endless() -> Any:
        for _ in range(60):
            yield b"x" * 1_000_000

    for headers in ({"Content-Length": "50000001"}, {}):
        answer = await routes.ask(ALICE, "POST", "/prompt", data=endless(), headers=headers)
        assert answer.status == 413
        assert "50 MB" in answer.json["error"]["details"]


async def test_large(routes: Routes):
    """A large workflow passes, with its length said and without."""
    big = graph() | {"9": {"class_type": "Note", "inputs": {"text": "x" * 5_000_000}}}
    content = json.dumps({"prompt": big}).encode()

    async def parts() -> Any:
        for at in range(0, len(content), 65_536):
            yield content[at : at + 65_536]

    for data in (io.BytesIO(content), parts()):
        answer = await routes.ask(ALICE, "POST", "/prompt", data=data)
        assert answer.status == 200
    assert len(routes.prompts.live(ALICE)) == 2


async def test_too_many_nodes(routes: Routes):
    """ComfyUI looks at each node before it runs one: what would hold everybody up for long is refused."""
    node = {"class_type": "Note", "inputs": {}}
    many = {str(number): node for number in range(10_001)}
    answer = await routes.post(ALICE, "/prompt", {"prompt": many})
    assert answer.status == 400
    assert "10,000" in answer.json["error"]["details"]
    del many["0"]
    assert (await routes.post(ALICE, "/prompt", {"prompt": many})).status == 200


def test_what_may_wait():
    """Ten of the largest workflows may wait for one artist, and not an eleventh."""
    large = Body("x" * LARGEST, "{}", "[]", None, None, None)
    assert not is_too_much([large] * 9)
    assert is_too_much([large] * 10)


async def test_large_ones_take_turns(routes: Routes):
    """Those of one artist are read one after the other; another's, and small ones, do not wait for them."""
    content, first = json.dumps({"prompt": graph(), "x": "y" * 300_000}).encode(), asyncio.Event()

    async def held() -> Any:
        yield content[:1000]
        await first.wait()
        yield content[1000:]

    asked = [asyncio.create_task(routes.ask(ALICE, "POST", "/prompt", data=held()))]
    assert (await routes.post(ALICE, "/prompt", {"prompt": graph()})).status == 200
    asked.append(asyncio.create_task(routes.ask(ALICE, "POST", "/prompt", data=io.BytesIO(content))))
    assert (await routes.ask(BOB, "POST", "/prompt", data=io.BytesIO(content))).status == 200
    assert routes.prompts.remaining(ALICE) == 1
    first.set()
    assert [answer.status for answer in await asyncio.gather(*asked)] == [200, 200]
    assert routes.prompts.remaining(ALICE) == 3


async def test_expect(routes: Routes):
    """A client that waits to be told to send its body is told."""
    answer = await routes.ask(ALICE, "POST", "/prompt", json={"prompt": graph()}, expect100=True)
    assert answer.status == 200
