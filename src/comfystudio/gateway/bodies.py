"""A request's body on its way to a tool: small ones in one piece, long ones as they come, none for ever."""

import asyncio

from aiohttp import web

from comfystudio.errors import StudioError
from comfystudio.gateway.splice import LEAST, Splice, TargetEnded, at_hand, splicing
from comfystudio.gateway.upstream import Link
from comfystudio.gateway.writing import connection_of

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
        self._connection = connection_of(request)
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

    async def send(self, link: Link, head: bytes) -> bool:
        """Send head and body at the tool's pace. A tool that stops reading ends it quietly: it answers.

        Returns whether all was sent.
        """
        if not await _passed(link, head):
            return False
        if self.length is not None and self.length >= LEAST:
            sent = await self._spliced(link, self.length)
            if sent is not None:
                return sent
        while part := await self._some():
            waited = self._loop.time()
            if not await _passed(link, part if self.length is not None else b"%x\r\n%b\r\n" % (len(part), part)):
                return False
            # Time in which the tool did not read is not the client's fault.
            self._began += self._loop.time() - waited
        return self.length is not None or await _passed(link, b"0\r\n\r\n")

    async def _spliced(self, link: Link, length: int) -> bool | None:
        """Send it inside the kernel. None where that is not possible and the ordinary way goes on with it."""
        waited, connection = self._loop.time(), self._connection
        try:
            link.write(self._at_hand())
            await link.drained()
            # More may have come while the tool read.
            link.write(self._at_hand())
        except ConnectionError:
            return False
        if connection.reading_paused:
            return None
        short = False
        try:
            async with splicing(connection, link, length - self._read) as splice:
                self._began += self._loop.time() - waited
                if splice is None:
                    return None
                short = True
                whole = await self._in_time(splice)
                short = False
                if not whole:
                    connection.data_received(splice.held())
                    return None
                connection.past_body()
        except TargetEnded:
            return False
        finally:
            if short:
                # The parser does not know how much has gone by.
                connection.close()
        return True

    def _at_hand(self) -> bytes:
        part = at_hand(self._payload)
        self._read += len(part)
        return part

    async def _in_time(self, splice: Splice) -> bool:
        """Wait for its end, as `_some` for the next part."""
        while not splice.done.done():
            allowed = GRACE_SECONDS + (self._read + splice.moved) / SLOWEST + splice.blocked()
            left = self._began + allowed - self._loop.time()
            if left <= 0:
                raise SlowBody("gateway.slow_body")
            await asyncio.wait({splice.done}, timeout=max(left, 0.05))
        return splice.done.result()

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
