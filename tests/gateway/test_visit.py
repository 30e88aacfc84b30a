"""A tool with a front: who gets a request, what can be added to it, and when something open ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from comfystudio.errors import Refused
from comfystudio.gateway.visit import Visit
from tests.gateway.doubles import BO
from tests.gateway.studio import Studio, studio_of


class Guard:
    """A front for tests: answers some paths itself and sends the others on under a name."""

    def __init__(self) -> None:
        self.seen: list[Visit] = []

    async def answer(self, visit: Visit) -> web.StreamResponse:
        self.seen.append(visit)
        match visit.request.path:
            case "/mine":
                return web.json_response({"who": visit.caller.person.name, "ready": visit.upstream is not None})
            case "/no":
                raise Refused("gateway.foreign_origin")
            case "/old":
                return await visit.forward(target="/headers?moved=1")
            case "/own":
                private = [("Cache-Control", "private, no-store"), ("X-Tool", "no")]
                return await visit.forward(target="/static/a.js?immutable=1", answer=private)
            case "/socket":
                socket = web.WebSocketResponse()
                await socket.prepare(visit.request)
                with visit.held(lambda: _drop(visit.request)):
                    await socket.send_str("here")
                    async for message in socket:
                        await socket.send_str(message.data)
                return socket
        if visit.upstream is None:
            return await visit.not_ready()
        return await visit.forward(headers=[("X-ComfyStudio-Owner", str(visit.caller.person.id))])


def _drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


@pytest.fixture
def guard() -> Guard:
    """The front."""
    return Guard()


@pytest.fixture
async def studio(root: Path, guard: Guard) -> AsyncIterator[Studio]:
    """A gateway whose tool `port` has a front."""
    async with studio_of(root, front=guard) as found:
        yield found


async def test_a_front_answers_or_sends_on_and_no_client_speaks_in_its_name(studio: Studio) -> None:
    """The header that the front adds reaches the tool once; a client's own, in any spelling, never does."""
    forged = {"X-ComfyStudio-Owner": "1", "x-comfystudio-owner": "1", "X_ComfyStudio_Owner": "1"}
    headers = studio.signed_in("port") | forged
    async with studio.client.get(f"{studio.origin('port')}/headers", headers=headers) as answer:
        sent = (await answer.json())["headers"]
    owners = [value for name, value in sent if name.lower().replace("_", "-") == "x-comfystudio-owner"]
    assert owners == [str(BO.id)]
    async with studio.client.get(f"{studio.origin('port')}/mine", headers=studio.signed_in("port")) as answer:
        assert await answer.json() == {"who": BO.name, "ready": True}


async def test_a_front_may_ask_for_another_path(studio: Studio) -> None:
    """What the client asked for and what the tool is asked for need not be the same."""
    async with studio.client.get(f"{studio.origin('port')}/old", headers=studio.signed_in("port")) as answer:
        assert answer.status == 200
        assert (await answer.json())["path"] == "/headers?moved=1"


async def test_a_front_may_speak_for_the_tool(studio: Studio) -> None:
    """Headers of the front's take the place of the tool's, and an answer to another path is never kept."""
    for _ in range(2):
        async with studio.client.get(f"{studio.origin('port')}/own", headers=studio.signed_in("port")) as answer:
            assert answer.headers.getall("Cache-Control") == ["private, no-store"]
            assert answer.headers.getall("X-Tool") == ["no"]
            assert answer.headers["ETag"] == '"one"'
            assert await answer.read() == b"console.log(1)"
    assert len(studio.port_tool.hits) == 2


async def test_a_refusal_of_the_front_is_a_problem_document(studio: Studio) -> None:
    """Its errors look like everybody's."""
    async with studio.client.get(f"{studio.origin('port')}/no", headers=studio.signed_in("port")) as answer:
        assert answer.status == 403
        assert (await answer.json())["key"] == "gateway.foreign_origin"


async def test_strangers_never_meet_the_front(studio: Studio, guard: Guard) -> None:
    """Nobody signed in, a foreign page, no grant: the front is not asked."""
    origin = studio.origin("port")
    async with studio.client.get(f"{origin}/mine") as answer:
        assert answer.status == 401
    foreign = studio.signed_in("port") | {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    async with studio.client.post(f"{origin}/mine", headers=foreign) as answer:
        assert answer.status == 403
    studio.tools.refused.add((BO.id, "port"))
    async with studio.client.get(f"{origin}/mine", headers=studio.signed_in("port")) as answer:
        assert answer.status == 403
    assert guard.seen == []


async def test_a_front_answers_while_its_tool_is_not_ready(studio: Studio) -> None:
    """What it knows by itself it tells at any time; the rest is the page that waits."""
    studio.tools.upstreams["port"] = None
    origin, headers = studio.origin("port"), studio.signed_in("port")
    async with studio.client.get(f"{origin}/mine", headers=headers) as answer:
        assert await answer.json() == {"who": BO.name, "ready": False}
    async with studio.client.get(f"{origin}/else", headers=headers) as answer:
        assert answer.status == 503


async def test_a_socket_of_the_front_ends_with_the_right_to_it(studio: Studio) -> None:
    """A front's own WebSocket passes both ways and is closed within a second once the grant is withdrawn."""
    origin = studio.origin("port")
    async with studio.client.ws_connect(f"{origin}/socket", headers=studio.signed_in("port")) as socket:
        assert await socket.receive_str(timeout=5) == "here"
        await socket.send_str("back")
        assert await socket.receive_str(timeout=5) == "back"
        studio.tools.refused.add((BO.id, "port"))
        async with asyncio.timeout(1.5):
            assert (await socket.receive()).type in {WSMsgType.CLOSED, WSMsgType.CLOSE, WSMsgType.ERROR}
