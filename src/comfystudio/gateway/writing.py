"""Writing answers straight to the client's connection, in one piece where they are short."""

import time
from email.utils import formatdate

from aiohttp import web

from comfystudio.gateway.server import Connection, Sent
from comfystudio.gateway.static import Kept

__all__ = ["connection_of", "from_memory", "head", "write"]


def connection_of(request: web.BaseRequest) -> Connection:
    """The client's connection."""
    protocol = request.protocol
    assert isinstance(protocol, Connection)
    return protocol


def write(request: web.BaseRequest, content: bytes) -> None:
    """Send; the transport buffers, the connection's `drained` waits. Raises ConnectionResetError without a client."""
    transport = request.protocol.transport
    if transport is None:
        raise ConnectionResetError
    transport.write(content)


def head(
    request: web.BaseRequest, code: int, reason: str, lines: bytes, length: str | None, *, keep: bool, chunked: bool
) -> bytes:
    """The head of an answer: `lines` and what only this side of the gateway knows about the connection."""
    parts = [b"HTTP/1.1 %d %b\r\n" % (code, reason.encode("latin-1", "replace")), lines]
    if chunked:
        parts.append(b"Transfer-Encoding: chunked\r\n")
    elif length is not None:
        parts.append(b"Content-Length: %b\r\n" % length.encode("latin-1"))
    if not keep:
        parts.append(b"Connection: close\r\n")
    elif request.version < (1, 1):
        parts.append(b"Connection: keep-alive\r\n")
    parts.append(b"\r\n")
    return b"".join(parts)


def from_memory(request: web.BaseRequest, kept: Kept) -> web.StreamResponse:
    """Answer with a kept file, or tell the browser that it has it."""
    headers = request.headers
    keep = request.keep_alive
    none_match, since = headers.get("If-None-Match"), headers.get("If-Modified-Since")
    lines = kept.lines + _date()
    if (none_match is not None or since is not None) and kept.same(none_match, since):
        write(request, head(request, 304, "Not Modified", lines, None, keep=keep, chunked=False))
    else:
        content = head(request, 200, "OK", lines, str(len(kept.body)), keep=keep, chunked=False)
        write(request, content if request.method == "HEAD" else content + kept.body)
    return Sent(keep_alive=keep)


_second = 0
_line = b""


def _date() -> bytes:
    """The Date line, made once a second."""
    global _line, _second  # noqa: PLW0603 the clock's text is the same for everybody
    now = int(time.time())
    if now != _second:
        _second = now
        _line = b"Date: %b\r\n" % formatdate(now, usegmt=True).encode()
    return _line
