"""Long answers of known length: bytes go from the tool's socket to the client's as they are, past the parser.

It saves two copies and a task's turn for each part, which is a quarter of what a download costs.
"""

import asyncio
from contextlib import suppress

from aiohttp import ClientPayloadError, StreamReader

from comfystudio.gateway.server import Connection
from comfystudio.gateway.upstream import Link

__all__ = ["pour"]


class _Pour:
    """What a `Link` hands its bytes to in the meantime."""

    def __init__(self, link: Link, client: Connection, left: int) -> None:
        self._link = link
        self._client = client
        self._left = left
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(self, data: bytes) -> None:
        """Pass it on; stop reading while the client does not."""
        self._left -= len(data)
        if self._left < 0:
            # More than it said: nobody can tell what it means.
            self.fail()
            return
        if self._client.transport is not None:
            self._client.transport.write(data)
        if not self._left:
            if not self.done.done():
                self.done.set_result(None)
        elif self._client.writing_paused and self._link.transport is not None:
            with suppress(RuntimeError):
                self._link.transport.pause_reading()

    def go_on(self) -> None:
        """The client has read."""
        if self._link.transport is not None:
            with suppress(RuntimeError):
                self._link.transport.resume_reading()

    def fail(self) -> None:
        """The tool broke off, or broke its word."""
        if not self.done.done():
            self.done.set_exception(ClientPayloadError())


async def pour(link: Link, payload: StreamReader, client: Connection, length: int) -> bool:
    """Send the rest of an answer of `length` bytes. False where the parser has to go on with it.

    Raises ClientPayloadError where the tool does not keep to the length.
    """
    if link.reading_paused or payload.exception() is not None or payload.is_eof():
        return False
    poured = _Pour(link, client, length - payload.total_bytes)
    held = payload.read_nowait()
    if held and client.transport is not None:
        client.transport.write(held)
    link.pour = poured
    client.on_drain = poured.go_on
    try:
        if client.writing_paused and link.transport is not None:
            link.transport.pause_reading()
        await poured.done
        payload.feed_eof()
    finally:
        link.pour = None
        client.on_drain = None
    return True
