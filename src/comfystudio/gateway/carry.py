"""WebSockets message by message, for a client that has to speak its own handshake: `comfystudio connect`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp import WSCloseCode, WSMsgType, web

__all__ = ["CLOSE_SECONDS", "both_ways", "offered"]

CLOSE_SECONDS = 0.5
_SENDABLE = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})

Side = aiohttp.ClientWebSocketResponse[bool] | web.WebSocketResponse[bool]


async def both_ways(client: Side, tool: Side, turn: Callable[[], Awaitable[None]]) -> None:
    """Carry messages until one side ends, then tell the other why. What the tool says awaits its `turn`."""
    up = asyncio.create_task(_carry(client, tool, _at_once))
    down = asyncio.create_task(_carry(tool, client, turn))
    try:
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ends = [task.result() for task in (up, down) if task.done() and not task.exception()]
        client_ended = up.done()
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)
    code, reason = ends[0] if ends else (int(WSCloseCode.INTERNAL_ERROR), b"")
    for side in (tool, client) if client_ended else (client, tool):
        await side.close(code=code, message=reason)


def offered(request: web.BaseRequest) -> list[str]:
    """The subprotocols the client would speak."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "")
    return [part.strip() for part in offered.split(",") if part.strip()]


async def _at_once() -> None:
    """Nothing to wait for."""


async def _carry(source: Side, sink: Side, turn: Callable[[], Awaitable[None]]) -> tuple[int, bytes]:
    """Carry messages from `source` until it ends. Returns the code and reason to close the other side with."""
    while True:
        message: Any = await source.receive()
        await turn()
        if message.type is WSMsgType.TEXT or message.type is WSMsgType.BINARY:
            await sink.send_frame(message.data, message.type)
        elif message.type is WSMsgType.CLOSE:
            code = message.data if message.data in _SENDABLE else int(WSCloseCode.OK)
            return code, (message.extra or "").encode()
        elif message.type is WSMsgType.ERROR and isinstance(message.data, aiohttp.WebSocketError):
            return int(message.data.code), b""
        else:
            return int(WSCloseCode.GOING_AWAY), b""
