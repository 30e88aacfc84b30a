"""The protocol under every listener: limits before anything is parsed, and answers to what is not HTTP.

aiohttp's C parser refuses what smugglers send (the tests prove it on raw sockets). Added here: a limit on the whole
head, a deadline for it, one Transfer-Encoding only, and answers that reach the client before the connection closes.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import HttpRequestParser, HttpVersion10, HttpVersion11, RawRequestMessage
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestHandler, RequestPayloadError, _ErrInfo

from comfystudio import words

__all__ = ["HEAD_LIMIT", "Connection", "Request", "Sent", "Server", "Timing"]

log = logging.getLogger(__name__)

HEAD_LIMIT = 16 * 1024
LINE_LIMIT = 8190
BUFFER = 256 * 1024
LINGER_SECONDS = 1.0

_VERSIONS = frozenset({HttpVersion10, HttpVersion11})
Answer = Callable[[Any], Awaitable[web.StreamResponse]]
_SENTENCES = {
    400: "gateway.bad_request",
    408: "gateway.slow_head",
    414: "gateway.long_address",
    431: "gateway.long_head",
    500: "studio.unexpected",
}


class Timing:
    """Seconds: `head` for a request's head from its first byte, `idle` between requests."""

    def __init__(self, head: float = 10.0, idle: float = 75.0) -> None:
        self.head = head
        self.idle = idle


class Request(web.Request):
    """aiohttp's request; answers to it do not say what serves them."""

    def tell(self, **facts: Any) -> None:
        """Put what the door found out into the request, where the handler looks it up by name."""
        self._state.update(facts)

    async def _prepare_hook(self, resp: web.StreamResponse) -> None:
        resp.headers.popall("Server", None)
        if self._match_info is not None:
            await super()._prepare_hook(resp)


class Sent(web.StreamResponse):
    """An answer that was written to the client by other means already."""

    _eof_sent = True
    _status = 200

    def __init__(self, *, keep_alive: bool) -> None:
        self._keep_alive = keep_alive


class Connection(RequestHandler):
    """One client's connection."""

    __slots__ = ("_body", "_head_bytes", "_head_timer", "_lost", "_refused", "_timing", "on_drain")

    def __init__(self, server: "Server", timing: Timing, **options: Any) -> None:
        super().__init__(server, **options)
        self._timing = timing
        self._body: StreamReader = EMPTY_PAYLOAD
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._refused = False
        self._lost = asyncio.Event()
        self.on_drain: Callable[[], None] | None = None

    def resume_writing(self) -> None:
        """The client has read what was written."""
        super().resume_writing()
        if self.on_drain is not None:
            self.on_drain()

    async def drained(self) -> None:
        """Wait until the client has read what was written."""
        if self._paused:
            await self._drain_helper()

    @property
    def reading_paused(self) -> bool:
        """Whether the parser holds bytes back."""
        return self._reading_paused or self._buffer_paused

    def past_body(self) -> None:
        """A body went by outside the parser: what comes next is the next request."""
        self._parser = HttpRequestParser(
            self,
            self._loop,
            self._read_bufsize,
            max_line_size=self.max_line_size,
            max_field_size=self.max_field_size,
            max_headers=self.max_headers,
            payload_exception=RequestPayloadError,
            auto_decompress=False,
            max_msg_queue_size=self._max_msg_queue_size,
        )
        self._body.feed_eof()

    def data_received(self, data: bytes) -> None:
        """Count the head's bytes and its time; everything else is aiohttp's."""
        if self._refused:
            return
        if self._payload_parser is not None or self._upgraded:
            super().data_received(data)
            return
        before = self._request_count
        waiting = len(self._messages)
        in_head = self._body.is_eof()
        super().data_received(data)
        if self._request_count != before:
            self._arrived(waiting, large=self._head_bytes + len(data) > HEAD_LIMIT)
        elif data and in_head and not self._force_close:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_LIMIT:
                self._refuse(431)
            elif self._head_timer is None:
                self._head_timer = self._loop.call_later(self._timing.head, self._refuse, 408)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The client has gone."""
        self._stop_timer()
        self._lost.set()
        super().connection_lost(exc)

    def _arrived(self, first: int, *, large: bool) -> None:
        """Heads are complete: `first` is the place of the first new one in the queue."""
        self._stop_timer()
        self._head_bytes = 0
        for index in range(first, len(self._messages)):
            message, payload = self._messages[index]
            if isinstance(message, _ErrInfo):
                self._refused = True
                if not self._body.is_eof():
                    # Broken chunks end a body that somebody is reading: the parser tells nobody.
                    self._body.set_exception(RequestPayloadError())
                break
            self._body = payload
            status = _fault(message, large=large)
            if status:
                self._messages[index] = _refusal(status)
                while len(self._messages) > index + 1:
                    self._messages.pop()
                self._refused = True
                break

    def _refuse(self, status: int) -> None:
        """Answer `status` after what came before it, and close."""
        self._stop_timer()
        if self._refused or self._force_close:
            return
        self._refused = True
        self._request_count += 1
        self._messages.append(_refusal(status))
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """An unexpected failure of ours: one line for the person, the trace for the log."""
        del message
        if status >= 500:
            log.error("request failed", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError
        sentence = words.say(_SENTENCES.get(status, "studio.unexpected"), reference="gateway")
        response = web.Response(status=status, text=sentence + "\n", headers={"Cache-Control": "no-store"})
        response.force_close()
        return response

    def _make_error_handler(self, err_info: _ErrInfo) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
        async def handler(request: web.BaseRequest) -> web.StreamResponse:
            del request
            await self.last_words(_status_of(err_info))
            return Sent(keep_alive=False)

        return handler

    async def last_words(self, status: int) -> None:
        """Answer and close so that the client reads the answer: closing with unread bytes would reset it away."""
        transport = self.transport
        if transport is None:
            return
        text = (words.say(_SENTENCES.get(status, "gateway.bad_request")) + "\n").encode()
        reason = web.Response(status=status).reason
        transport.write(
            f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(text)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n".encode()
            + text
        )
        if transport.can_write_eof():
            transport.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self._lost.wait()
        transport.close()


def _refusal(status: int) -> tuple[_ErrInfo, StreamReader]:
    return _ErrInfo(status=status, exc=BadHttpMessage(""), message=""), EMPTY_PAYLOAD


def _status_of(info: _ErrInfo) -> int:
    if isinstance(info.exc, LineTooLong):
        return 414 if info.exc.args[1] == LINE_LIMIT else 431
    return info.status


def _fault(message: RawRequestMessage, *, large: bool) -> int:
    """The status to refuse a well-formed head with; 0 to let it in."""
    if large and sum(len(name) + len(value) + 4 for name, value in message.raw_headers) > HEAD_LIMIT:
        return 431
    # Other codings than chunked, chunked on HTTP/1.0 and absolute addresses are legal somewhere and needed nowhere:
    # what one server reads differently from the next is where smuggling starts.
    if message.chunked and (
        message.headers.get("Transfer-Encoding", "").lower() != "chunked" or message.version != HttpVersion11
    ):
        return 400
    if not message.chunked and "Transfer-Encoding" in message.headers:
        return 400
    if message.version not in _VERSIONS or not message.path.startswith("/") or "#" in message.path:
        return 400
    return 0


class Server(web.Server):
    """Makes connections for one listener."""

    def __init__(self, answer: Answer, timing: Timing, *, body_limit: int, cancel: bool) -> None:
        super().__init__(answer, request_factory=self._request, handler_cancellation=cancel)
        self._timing = timing
        self._body_limit = body_limit

    def __call__(self) -> Connection:
        """The protocol of a new connection."""
        return Connection(
            self,
            self._timing,
            loop=self._loop,
            keepalive_timeout=self._timing.idle,
            access_log=None,
            max_line_size=LINE_LIMIT,
            max_field_size=HEAD_LIMIT,
            max_headers=HEAD_LIMIT,
            lingering_time=2.0,
            read_bufsize=BUFFER,
            auto_decompress=False,
        )

    def _request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> Request:
        return Request(message, payload, protocol, writer, task, self._loop, client_max_size=self._body_limit)
