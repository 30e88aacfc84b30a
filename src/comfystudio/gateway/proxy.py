"""Forwarding one request to a tool and its answer back: streamed both ways, never stored, at the reader's pace."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from aiohttp import ClientPayloadError, StreamReader, web
from aiohttp.http import RawResponseMessage

from comfystudio.errors import StudioError
from comfystudio.gateway.bodies import Body
from comfystudio.gateway.opens import Opens
from comfystudio.gateway.origins import Place
from comfystudio.gateway.pour import pour
from comfystudio.gateway.server import Sent
from comfystudio.gateway.static import Kept
from comfystudio.gateway.upstream import Link, Unreachable
from comfystudio.gateway.ways import Way
from comfystudio.gateway.writing import connection_of, from_memory, head, write

__all__ = ["Exchange", "Proxy"]

# An answer of this length is waited for and goes out in one piece.
SMALL = 64 * 1024
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
BODILESS = frozenset({204, 304})


class ExpectationFailed(StudioError):
    """The client wants something of us before it sends its body that we do not know."""

    status = 417


# Not frozen, for speed, like `Passage`.
@dataclass(slots=True)
class Exchange:
    """One request on its way: `still` says whether its right to go on holds, `session` by which session it came.

    `extra` are header lines for the tool; `target` the path and query to ask for, where not the client's own;
    `answer` headers that take the place of the tool's own.
    """

    request: web.Request
    place: Place
    address: str
    way: Way
    still: Callable[[], bool]
    session: int | None
    extra: bytes = b""
    target: str | None = None
    answer: tuple[tuple[str, str], ...] = ()


class Proxy:
    """Forwards exchanges. Raises Unreachable while nothing of an answer went out yet."""

    def __init__(self, opens: Opens) -> None:
        self._opens = opens

    async def forward(self, exchange: Exchange) -> web.StreamResponse:
        """Send the request on, and the answer back."""
        request = exchange.request
        if request.method in {"GET", "HEAD"} and exchange.target is None:
            kept = _kept(exchange)
            if kept is not None:
                return from_memory(request, kept)
        body = Body(request)
        if not body.complete:
            await self._invite(request)
            await body.small()
        asking = _asking(exchange, body)
        if not body.complete:
            with self._held(exchange):
                return await self._upload(exchange, asking, body)
        link, message, payload = await self._asked(exchange, asking, body.content)
        return await self.back(exchange, link, message, payload, more=None)

    async def _asked(
        self, exchange: Exchange, asking: bytes, content: bytes
    ) -> tuple[Link, RawResponseMessage, StreamReader]:
        """Send a request that is all there; once more where a resting connection turns out to be closed."""
        method, pool = exchange.request.method, exchange.way.pool
        link = pool.rested(body=bool(content) or method not in REPEATABLE)
        if link is not None:
            try:
                return await _ask(link, method, asking + content)
            except Unreachable:
                if content or method not in REPEATABLE:
                    raise
        return await _ask(await pool.opened(), method, asking + content)

    async def _upload(self, exchange: Exchange, asking: bytes, body: Body) -> web.StreamResponse:
        """Send a long body while waiting for the answer, which may come before its end."""
        link = await exchange.way.pool.opened()
        link.expect(head=exchange.request.method == "HEAD")
        sending = asyncio.ensure_future(body.send(link, asking))
        answering = asyncio.ensure_future(link.answer())
        try:
            await asyncio.wait({sending, answering}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and not answering.done():
                sending.result()
            message, payload = await answering
            return await self.back(exchange, link, message, payload, more=sending)
        finally:
            if not (sending.done() and answering.done()):
                link.close()
            for task in (sending, answering):
                task.cancel()
            await asyncio.gather(sending, answering, return_exceptions=True)

    async def back(
        self,
        exchange: Exchange,
        link: Link,
        message: RawResponseMessage,
        payload: StreamReader,
        *,
        more: "asyncio.Future[bool] | None",
    ) -> web.StreamResponse:
        """Send the answer to the client; `more` is a body still being sent."""
        try:
            if not payload.is_eof() and _length(message) <= SMALL:
                await payload.wait_eof()
            keep = exchange.request.keep_alive and _sent(more)
            if message.code in BODILESS or exchange.request.method == "HEAD":
                length = message.headers.get("Content-Length")
                write(exchange.request, _answer_head(exchange, message, length, keep=keep))
            elif payload.is_eof():
                self._whole(exchange, message, payload.read_nowait(), keep=keep)
            else:
                with self._held(exchange):
                    keep = await self._stream(exchange, link, message, payload, keep=keep)
        except ClientPayloadError as error:
            link.close()
            raise Unreachable from error
        except BaseException:
            link.close()
            raise
        if _sent(more):
            exchange.way.pool.give(link)
        await connection_of(exchange.request).drained()
        return Sent(keep_alive=keep)

    def _whole(self, exchange: Exchange, message: RawResponseMessage, content: bytes, *, keep: bool) -> None:
        request = exchange.request
        lines = _answer_head(exchange, message, str(len(content)), keep=keep)
        write(request, lines + content)
        static, path = exchange.way.static, request.raw_path
        mine = exchange.target is None and request.method == "GET" and "Range" not in request.headers
        if mine and static.may_keep(path, message):
            undated = [(name, value) for name, value in message.raw_headers if name.lower() != b"date"]
            header = b"".join(exchange.way.policy.answer(undated, exchange.place))
            headers = message.headers
            kept = Kept(header, content, headers.get("ETag"), headers.get("Last-Modified"))
            static.keep(path, request.headers.get("Accept-Encoding", ""), kept)

    async def _stream(
        self, exchange: Exchange, link: Link, message: RawResponseMessage, payload: StreamReader, *, keep: bool
    ) -> bool:
        """Send as it comes. Returns whether the client's connection can be used again."""
        request, length = exchange.request, None
        if not message.chunked:
            length = message.headers.get("Content-Length")
        chunked = length is None and request.version >= (1, 1)
        keep = keep and (length is not None or chunked)
        connection = connection_of(request)
        write(request, _answer_head(exchange, message, length, keep=keep, chunked=chunked))
        try:
            if length is not None and await pour(link, payload, connection, int(length)):
                return keep
            while chunk := await payload.readany():
                write(request, b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
                await connection.drained()
        except ClientPayloadError:
            # The tool broke off: the client is to notice, so its connection breaks off as well.
            if connection.transport is not None:
                connection.transport.abort()
            raise ConnectionResetError from None
        if chunked:
            write(request, b"0\r\n\r\n")
        return keep

    async def _invite(self, request: web.Request) -> None:
        """Somebody waits to be told to send the body."""
        expect = request.headers.get("Expect")
        if expect is None:
            return
        if expect.lower() != "100-continue":
            raise ExpectationFailed("gateway.expectation", expect=expect[:100])
        write(request, b"HTTP/1.1 100 Continue\r\n\r\n")

    def _held(self, exchange: Exchange) -> AbstractContextManager[None]:
        # Not asked for by class: uvloop's transports are no `asyncio.Transport`.
        transport = connection_of(exchange.request).transport
        close = _nothing if transport is None else transport.abort
        return self._opens.held(exchange.still, close, exchange.session)


async def _ask(link: Link, method: str, content: bytes) -> tuple[Link, RawResponseMessage, StreamReader]:
    try:
        link.expect(head=method == "HEAD")
        link.write(content)
        message, payload = await link.answer()
    except BaseException:
        link.close()
        raise
    return link, message, payload


def _kept(exchange: Exchange) -> Kept | None:
    """The file in memory that answers this request."""
    request = exchange.request
    if "Range" in request.headers:
        return None
    return exchange.way.static.find(request.raw_path, request.headers.get("Accept-Encoding", ""))


def _asking(exchange: Exchange, body: Body) -> bytes:
    request = exchange.request
    target = (exchange.target or request.raw_path).encode("utf-8", "surrogateescape")
    lines = exchange.way.policy.request(request.raw_headers, exchange.place, exchange.address)
    lines.append(exchange.extra)
    return b"%b %b HTTP/1.1\r\n%b%b\r\n" % (request.method.encode(), target, b"".join(lines), body.framing)


def _answer_head(
    exchange: Exchange, message: RawResponseMessage, length: str | None, *, keep: bool, chunked: bool = False
) -> bytes:
    raw, ours = message.raw_headers, exchange.answer
    if ours:
        replaced = {name.lower().encode() for name, _ in ours}
        raw = tuple(each for each in raw if each[0].lower() not in replaced)
    lines = exchange.way.policy.answer(raw, exchange.place)
    lines += [f"{name}: {value}\r\n".encode() for name, value in ours]
    reason = message.reason
    return head(exchange.request, message.code, reason, b"".join(lines), length, keep=keep, chunked=chunked)


def _length(message: RawResponseMessage) -> int:
    """How long the answer says it is; longer than small where it does not say."""
    length = "" if message.chunked else message.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else SMALL + 1


def _sent(more: "asyncio.Future[bool] | None") -> bool:
    """Whether all of the request went out: what comes next on a connection would count as the rest of it."""
    return more is None or (more.done() and not more.cancelled() and more.exception() is None and more.result())


def _nothing() -> None:
    pass
