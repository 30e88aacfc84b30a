"""WebSockets: message by message both ways, at the slower reader's pace, closed when the right to them ends."""

import asyncio
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import WSCloseCode, WSMsgType, web
from multidict import CIMultiDict
from yarl import URL

from comfystudio.gateway.opens import Opens
from comfystudio.gateway.proxy import Exchange
from comfystudio.gateway.server import Sent
from comfystudio.gateway.upstream import CONNECT_SECONDS, Unreachable

__all__ = ["CLOSE_SECONDS", "LARGEST_MESSAGE", "PING_SECONDS", "Sockets", "both_ways", "offered"]

LARGEST_MESSAGE = 100 * 1000 * 1000
PING_SECONDS = 20.0
CLOSE_SECONDS = 0.5
_SENDABLE = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})

Side = aiohttp.ClientWebSocketResponse[bool] | web.WebSocketResponse[bool]


class Sockets:
    """Relays WebSockets. Raises Unreachable where the tool does not answer the handshake."""

    def __init__(self, opens: Opens) -> None:
        self._opens = opens
        self._sessions: dict[tuple[str, str], tuple[object, aiohttp.ClientSession]] = {}

    async def relay(self, exchange: Exchange) -> web.StreamResponse:
        """Open the tool's side first: a client is promised nothing that the tool refuses."""
        request = exchange.request
        check = web.WebSocketResponse(protocols=offered(request))
        if request.method != "GET" or not check.can_prepare(request):
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        try:
            tool = await self._dial(exchange)
        except aiohttp.WSServerHandshakeError as refused:
            return web.Response(status=refused.status if refused.status >= 400 else HTTPStatus.BAD_GATEWAY)
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable from error
        chosen = (tool.protocol,) if tool.protocol else ()
        client: web.WebSocketResponse[bool] = web.WebSocketResponse(
            protocols=chosen,
            compress=False,
            heartbeat=PING_SECONDS,
            max_msg_size=LARGEST_MESSAGE,
            autoclose=False,
            timeout=CLOSE_SECONDS,
            decode_text=False,
        )
        try:
            await client.prepare(request)
            await self._between(exchange, client, tool)
        except ConnectionError:
            return Sent(keep_alive=False)
        finally:
            await tool.close(code=WSCloseCode.GOING_AWAY)
        return client

    async def close(self) -> None:
        """The gateway stops."""
        for _, session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def _dial(self, exchange: Exchange) -> "aiohttp.ClientWebSocketResponse[bool]":
        request, upstream = exchange.request, exchange.way.upstream
        headers: CIMultiDict[str] = CIMultiDict()
        lines = exchange.way.policy.request(request.raw_headers, exchange.place, exchange.address)
        for line in b"".join(lines).split(b"\r\n")[:-1]:
            name, _, value = line.decode("utf-8", "surrogateescape").partition(": ")
            headers.add(name, value)
        host = upstream.host if upstream.unix else f"{upstream.host}:{upstream.port}"
        session = await self._session(exchange)
        return await session.ws_connect(
            URL(f"http://{host}{request.raw_path}", encoded=True),
            headers=headers,
            protocols=offered(request),
            compress=0,
            max_msg_size=LARGEST_MESSAGE,
            autoclose=False,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
            decode_text=False,
        )

    async def _session(self, exchange: Exchange) -> aiohttp.ClientSession:
        """One client session for each running instance."""
        upstream = exchange.way.upstream
        known = self._sessions.get(upstream.key)
        if known is not None and known[0] is upstream:
            return known[1]
        connector: aiohttp.BaseConnector
        if upstream.unix is not None:
            connector = aiohttp.UnixConnector(str(upstream.unix), limit=0, force_close=True)
        else:
            connector = aiohttp.TCPConnector(limit=0, force_close=True)
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            requote_redirect_url=False,
        )
        self._sessions[upstream.key] = (upstream, session)
        if known is not None:
            await known[1].close()
        return session

    async def _between(
        self,
        exchange: Exchange,
        client: "web.WebSocketResponse[bool]",
        tool: "aiohttp.ClientWebSocketResponse[bool]",
    ) -> None:
        lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def lose() -> None:
            if not lost.done():
                lost.set_result(None)

        with self._opens.held(exchange.still, lose, exchange.session):
            await both_ways(client, tool, lost)


async def both_ways(client: Side, tool: Side, lost: "asyncio.Future[None]") -> None:
    """Carry messages until one side ends, then tell the other why; `lost` ends both: their right is gone."""
    up = asyncio.create_task(_carry(client, tool))
    down = asyncio.create_task(_carry(tool, client))
    waited: set[asyncio.Future[Any]] = {up, down, lost}
    try:
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ends = [task.result() for task in (up, down) if task.done() and not task.exception()]
        client_ended = up.done()
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)
    if lost.done():
        code, reason = int(WSCloseCode.POLICY_VIOLATION), b""
    elif ends:
        code, reason = ends[0]
    else:
        code, reason = int(WSCloseCode.INTERNAL_ERROR), b""
    for side in (tool, client) if client_ended else (client, tool):
        await side.close(code=code, message=reason)


def offered(request: web.BaseRequest) -> list[str]:
    """The subprotocols the client would speak."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "")
    return [part.strip() for part in offered.split(",") if part.strip()]


async def _carry(source: Side, sink: Side) -> tuple[int, bytes]:
    """Carry messages from `source` until it ends. Returns the code and reason to close the other side with."""
    while True:
        message: Any = await source.receive()
        if message.type is WSMsgType.TEXT or message.type is WSMsgType.BINARY:
            await sink.send_frame(message.data, message.type)
        elif message.type is WSMsgType.CLOSE:
            code = message.data if message.data in _SENDABLE else int(WSCloseCode.OK)
            return code, (message.extra or "").encode()
        elif message.type is WSMsgType.ERROR and isinstance(message.data, aiohttp.WebSocketError):
            return int(message.data.code), b""
        else:
            return int(WSCloseCode.GOING_AWAY), b""
