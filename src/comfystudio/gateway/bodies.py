"""A request's body on its way to a tool: small ones in one piece, long ones as they come, none for ever."""

import asyncio

from aiohttp import web

from comfystudio.errors import StudioError
from comfystudio.gateway.upstream import Link

__all__ = ["Body", "SlowBody"]

IN_ONE_PIECE = 256 * 1024
GRACE_SECONDS = 30.0
SLOWEST = 256  # bytes a second


class SlowBody(StudioError):
    """The client sends next to nothing, and a connection is held for it."""

    status = 408


class Body:
    """The body of `request`. `content` is all of it once `complete`; `length` is None where nobody says."""

    def __init__(self, request: web.BaseRequest) -> None:
        self._payload = request.content
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._read = 0
        self.complete = self._payload.is_eof()
        self.content = self._payload.read_nowait() if self.complete else b""
        said = request.headers.get("Content-Length")
        self.length = int(said) if said is not None else None
        self.declared = said is not None or "Transfer-Encoding" in request.headers

    @property
    def framing(self) -> bytes:
        """The header line that says how long it is."""
        if self.complete:
            return b"Content-Length: %d\r\n" % len(self.content) if self.content or self.declared else b""
        if self.length is None:
            return b"Transfer-Encoding: chunked\r\n"
        return b"Content-Length: %d\r\n" % self.length

    async def small(self) -> None:
        """Wait for a body that fits into one piece."""
        if self.complete or self.length is None or self.length > IN_ONE_PIECE:
            return
        parts = []
        while part := await self._some():
            parts.append(part)
        self.content = b"".join(parts)
        self.complete = True

    async def send(self, link: Link, head: bytes) -> None:
        """Send head and body at the tool's pace. A tool that stops reading ends it quietly: it answers."""
        if not await _passed(link, head):
            return
        while part := await self._some():
            waited = self._loop.time()
            if not await _passed(link, part if self.length is not None else b"%x\r\n%b\r\n" % (len(part), part)):
                return
            # Time in which the tool did not read is not the client's fault.
            self._began += self._loop.time() - waited
        if self.length is None:
            await _passed(link, b"0\r\n\r\n")

    async def _some(self) -> bytes:
        """The next part, empty at the end. Raises SlowBody below 256 bytes a second after the first 30 seconds."""
        try:
            async with asyncio.timeout_at(self._began + GRACE_SECONDS + self._read / SLOWEST):
                part = await self._payload.readany()
        except TimeoutError:
            raise SlowBody("gateway.slow_body") from None
        self._read += len(part)
        return part


async def _passed(link: Link, content: bytes) -> bool:
    """Whether the tool took it."""
    try:
        link.write(content)
        await link.drained()
    except ConnectionError:
        return False
    return True
