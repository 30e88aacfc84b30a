"""`comfystudio connect`: a loopback port that adds a token, for clients that can only be given an address.

Whoever reaches that port acts as the token's owner: it is bound to loopback, answers to loopback names only, and
refuses what another site's page could send.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp import WSCloseCode, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from comfystudio.errors import Conflict, Misdirected, Missing, NotSignedIn, Refused, StudioError, Unavailable
from comfystudio.gateway import answers, csrf
from comfystudio.gateway.carry import CLOSE_SECONDS, both_ways, offered
from comfystudio.gateway.door import owner_of
from comfystudio.gateway.headers import HOP_BY_HOP
from comfystudio.gateway.server import Server, Timing
from comfystudio.gateway.sockets import LARGEST_MESSAGE, PING_SECONDS
from comfystudio.gateway.turns import Turns
from comfystudio.gateway.writing import write

__all__ = ["forward", "origin_of", "run"]

NAMES = ("localhost", "127.0.0.1", "[::1]")
# The studio knows who asks by the token alone.
DROPPED = HOP_BY_HOP | {"host", "origin", "referer", "cookie", "authorization", "expect"}


class _Forwarder:
    def __init__(self, tool_origin: str, token: str, client: aiohttp.ClientSession) -> None:
        self._origin = tool_origin
        self._token = token
        self._client = client
        self._turns = Turns()
        self.port = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The studio's answer to a request of a program on this machine."""
        try:
            self._check(request)
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._socket(request)
            return await self._http(request)
        except aiohttp.WSServerHandshakeError as refused:
            return web.Response(status=refused.status)
        except aiohttp.ClientError as error:
            problem = Unavailable("gateway.studio_unreachable", address=self._origin, problem=error)
            return answers.answer(problem, request.headers, request.method)
        except StudioError as error:
            return answers.answer(error, request.headers, request.method)

    def _check(self, request: web.Request) -> None:
        host = request.headers.get("Host", "").lower()
        if host not in {f"{name}:{self.port}" for name in NAMES}:
            raise Misdirected("gateway.connect_misdirected", host=host[:200], port=self.port)
        socket = "Upgrade" in request.headers
        if csrf.refused(request.method, request.headers, f"http://{host}", socket=socket, cookie=False):
            raise Refused("gateway.foreign_origin")

    def _headers(self, request: web.Request) -> CIMultiDict[str]:
        """What goes on to the studio: no cookies, no browser's origin, the token."""
        headers: CIMultiDict[str] = CIMultiDict()
        for name, value in request.headers.items():
            lower = name.lower()
            if lower not in DROPPED and not lower.startswith(("sec-websocket-", "sec-fetch-")):
                headers.add(name, value)
        headers["Authorization"] = f"Bearer {self._token}"
        if "Origin" in request.headers:
            headers["Origin"] = self._origin
        return headers

    async def _http(self, request: web.Request) -> web.StreamResponse:
        if request.method in csrf.SAFE:
            return await self._asked(request, request.content)
        with self._turns.take() as turn:
            return await self._asked(request, turn.body(request.content))

    async def _asked(self, request: web.Request, content: AsyncIterable[bytes]) -> web.StreamResponse:
        url = URL(self._origin + request.raw_path, encoded=True)
        body = None if request.content.is_eof() and "Content-Length" not in request.headers else content
        if request.headers.get("Expect", "").lower() == "100-continue":
            write(request, b"HTTP/1.1 100 Continue\r\n\r\n")
        asked = self._client.request(
            request.method, url, headers=self._headers(request), data=body, allow_redirects=False
        )
        async with asked as answer:
            response = web.StreamResponse(
                status=answer.status, reason=answer.reason, headers=self._kept(answer.headers)
            )
            await response.prepare(request)
            async for part in answer.content.iter_any():
                await response.write(part)
            await response.write_eof()
            return response

    def _kept(self, answered: CIMultiDictProxy[str]) -> CIMultiDict[str]:
        headers: CIMultiDict[str] = CIMultiDict()
        for name, value in answered.items():
            if name.lower() == "location" and value.startswith(self._origin):
                headers.add(name, value[len(self._origin) :] or "/")
            elif name.lower() not in HOP_BY_HOP | {"set-cookie"}:
                headers.add(name, value)
        return headers

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        there = await self._client.ws_connect(
            URL(self._origin + request.raw_path, encoded=True),
            headers=self._headers(request),
            protocols=offered(request),
            max_msg_size=LARGEST_MESSAGE,
            autoclose=False,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
            heartbeat=PING_SECONDS,
            decode_text=False,
        )
        here: web.WebSocketResponse[bool] = web.WebSocketResponse(
            protocols=(there.protocol,) if there.protocol else (),
            compress=False,
            max_msg_size=LARGEST_MESSAGE,
            autoclose=False,
            timeout=CLOSE_SECONDS,
            decode_text=False,
        )
        try:
            await here.prepare(request)
            await both_ways(here, there, self._turns.wait)
        finally:
            await there.close(code=WSCloseCode.GOING_AWAY)
        return here


@asynccontextmanager
async def forward(tool_origin: str, token: str, port: int = 0) -> AsyncIterator[int]:
    """Forward a loopback port (0: a free one) to the tool at `tool_origin`. Yields the port.

    Raises Conflict where the port is taken.
    """
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10)
    jar = aiohttp.DummyCookieJar()
    skipped = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
    async with aiohttp.ClientSession(
        cookie_jar=jar, timeout=timeout, auto_decompress=False, skip_auto_headers=skipped
    ) as client:
        forwarder = _Forwarder(tool_origin, token, client)
        server = Server(forwarder.answer, Timing(), body_limit=0, cancel=True)
        try:
            listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", port)
        except OSError:
            raise Conflict("gateway.port_taken_here", port=port, owner=owner_of(port)) from None
        forwarder.port = listening.sockets[0].getsockname()[1]
        try:
            yield forwarder.port
        finally:
            listening.close()
            server.pre_shutdown()
            await server.shutdown(1.0)


async def origin_of(address: str, tool: str, token: str) -> str:
    """Where the studio at `address` has the tool, if the token opens it there. A StudioError says why not."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as client:
        try:
            async with client.get(f"{address.rstrip('/')}/enter/{quote(tool)}", allow_redirects=False) as answer:
                found = urlsplit(answer.headers.get("Location", ""))
            if not found.netloc:
                raise Missing("gateway.no_such_tool", tool=tool)
            origin = f"{found.scheme}://{found.netloc}"
            headers = {"Authorization": f"Bearer {token}"}
            async with client.get(f"{origin}/.comfystudio/status", headers=headers) as answer:
                if answer.status == 401:
                    raise NotSignedIn("gateway.token_unknown")
                if answer.status != 200:
                    raise Refused("gateway.token_refused", tool=tool)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable("gateway.studio_unreachable", address=address, problem=error) from None
    return origin


def run(address: str, tool: str, token: str, port: int = 0, *, ready: Callable[[str], None]) -> None:
    """Forward until interrupted. `ready` is told the address to give to clients."""

    async def main() -> None:
        async with forward(await origin_of(address, tool, token), token, port) as bound:
            ready(f"http://127.0.0.1:{bound}")
            await asyncio.Event().wait()

    asyncio.run(main())
