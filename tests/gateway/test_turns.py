"""`comfystudio connect` keeps an answer ahead of the events that it causes."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from comfystudio.gateway.connect import forward

LATE_SECONDS = 0.01


class Tool:
    """Says over its socket what was posted, and only then answers: at once, or when `answer` is set."""

    def __init__(self) -> None:
        self.origin = ""
        self.answer: asyncio.Event | None = None
        self._socket = web.WebSocketResponse()

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """GET /ws."""
        await self._socket.prepare(request)
        async for _ in self._socket:
            pass
        return self._socket

    async def post(self, request: web.Request) -> web.StreamResponse:
        """POST /prompt."""
        await self._socket.send_str(await request.text())
        await (self.answer.wait() if self.answer else asyncio.sleep(LATE_SECONDS))
        return web.Response(text="queued")


@pytest.fixture
async def tool() -> AsyncIterator[Tool]:
    """It listens on loopback."""
    found = Tool()
    app = web.Application()
    app.add_routes([web.get("/ws", found.listen), web.post("/prompt", found.post)])
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


async def test_an_answer_goes_before_the_events_it_causes(tool: Tool) -> None:
    """A client that begins to listen for a prompt once it has the prompt's id misses nothing of it."""
    heard: list[str] = []
    async with (
        forward(tool.origin, "cst_x") as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
        client.ws_connect("/ws") as socket,
    ):

        async def listen() -> None:
            heard.append(await socket.receive_str(timeout=5))

        listening = asyncio.create_task(listen())
        async with client.post("/prompt", data="it runs") as answer:
            heard.append(await answer.text())
        await listening
    assert heard == ["queued", "it runs"]


async def test_an_answer_that_takes_long_holds_nothing_up(tool: Tool) -> None:
    """What is said while a request is being answered arrives in the meantime."""
    tool.answer = asyncio.Event()
    async with (
        forward(tool.origin, "cst_x") as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
        client.ws_connect("/ws") as socket,
    ):
        posting = asyncio.create_task(client.post("/prompt", data="it runs"))
        assert await socket.receive_str(timeout=5) == "it runs"
        assert not posting.done()
        tool.answer.set()
        (await posting).close()
