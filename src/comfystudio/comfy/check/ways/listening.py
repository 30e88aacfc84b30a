"""Listening to what is meant for another, under another's id or under none."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.stage import Stage
from comfystudio.comfy.owners import header

CLOSED = "comfy.check_listening"
OPEN = "comfy.check_listening_open"
PATHS = ("/ws", "/ws?clientId=comfystudio--1", "/ws?clientId=comfystudio--2", "/api/ws", "/comfystudio/events")


async def crossed(stage: Stage) -> str | None:
    """Whatever socket the other gets, nothing of the owner's prompt is heard there, with or without a client id."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(stage.worker.stranger())
        sockets = {}
        for path in PATHS:
            try:
                way = session.ws_connect(
                    stage.worker.url(path), headers=[*stage.worker.upstream.headers, header(stage.other.owner)]
                )
                sockets[path] = await stack.enter_async_context(way)
            except aiohttp.ClientError:
                continue
        await stage.owner.run(graphs.saving(stage.canary, stage.fresh()))
        await stage.owner.run(graphs.saving(stage.canary, stage.fresh()), client_id=None)
        for path, socket in sockets.items():
            if await _hears(stage, socket):
                return f"GET {path}"
    return None


async def _hears(stage: Stage, socket: aiohttp.ClientWebSocketResponse) -> bool:
    # What there is has been sent: the end of both prompts was heard on the channel already.
    while True:
        try:
            async with asyncio.timeout(0.05):
                message = await socket.receive()
        except TimeoutError:
            return False
        if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            return False
        data = message.data if isinstance(message.data, bytes) else message.data.encode()
        if message.type is aiohttp.WSMsgType.BINARY or stage.leaks(data):
            return True
