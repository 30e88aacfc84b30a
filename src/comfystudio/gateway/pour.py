"""Long answers of known length: bytes go from the tool's socket to the client's as they are, past the parser.

Inside the kernel where both are plain sockets (`splice`); with TLS, and for shorter ones, through this process.
"""

import asyncio
from contextlib import suppress

from aiohttp import ClientPayloadError, StreamReader

from comfystudio.gateway.server import Connection
from comfystudio.gateway.splice import SourceEnded, at_hand, splicing
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


class _Over:
    """What a `Link` hands bytes to that come after the end: nobody asked for them."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def take(self, data: bytes) -> None:
        """Nothing that comes after it can be trusted."""
        del data
        self._link.close()

    def fail(self) -> None:
        """It has ended already."""


async def pour(link: Link, payload: StreamReader, client: Connection, length: int) -> bool:
    """Send the rest of an answer of `length` bytes. False where the parser has to go on with it.

    Raises ClientPayloadError where the tool does not keep to the length, ConnectionError where the client has gone.
    """
    _send(client, at_hand(payload))
    if link.reading_paused or payload.is_eof():
        return False
    left = length - payload.total_bytes
    async with splicing(link, client, left) as splice:
        if splice is not None:
            try:
                whole = await splice.done
            except SourceEnded as error:
                raise ClientPayloadError from error
            if not whole:
                held = splice.held()
                left -= len(held)
                _send(client, held)
            elif splice.surplus():
                link.force_close()
    if splice is None or not whole:
        await _by_hand(link, client, left)
    payload.feed_eof()
    link.pour = _Over(link)
    return True


async def _by_hand(link: Link, client: Connection, left: int) -> None:
    """Through this process, which works on every kind of socket."""
    link.pour = poured = _Pour(link, client, left)
    client.on_drain = poured.go_on
    try:
        if client.writing_paused and link.transport is not None:
            link.transport.pause_reading()
        await poured.done
    finally:
        link.pour = None
        client.on_drain = None


def _send(client: Connection, content: bytes) -> None:
    if client.transport is None:
        raise ConnectionResetError
    if content:
        client.transport.write(content)
