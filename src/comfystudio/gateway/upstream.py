"""Connections to a tool: a small HTTP/1.1 client that does what a gateway needs and nothing else.

aiohttp's protocol and C parser do the reading; its session, cookies, redirects and header objects, which cost as much
again as the rest of a request, are left out (docs/decisions/0003-gateway.md).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from aiohttp import ClientError, StreamReader
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage

from comfystudio.gateway.seams import Upstream

__all__ = ["Link", "Pool", "Unreachable"]

CONNECT_SECONDS = 5.0
BUFFER = 256 * 1024
LONGEST_LINE = 64 * 1024
# Servers end idle connections by themselves, some after five seconds: stay below it.
IDLE_SECONDS = 4.0
# A body cannot be sent twice, so it goes over a connection that is surely alive.
FRESH_SECONDS = 1.0
MOST_IDLE = 128


class Unreachable(ConnectionError):
    """The tool does not answer, or not in HTTP. Nothing of an answer was read."""


class Pouring(Protocol):
    """Takes the bytes of a body in the parser's stead."""

    def take(self, data: bytes) -> None:
        """The next part."""

    def fail(self) -> None:
        """There will be no more."""


class Link(ResponseHandler):
    """One connection to a tool."""

    rested: float = 0.0
    on_drain: Callable[[], None] | None = None
    pour: Pouring | None = None

    @property
    def reading_paused(self) -> bool:
        """Whether the parser holds bytes back."""
        return self._reading_paused or self._buffer_paused

    def data_received(self, data: bytes) -> None:
        """To whoever pours the body, else to the parser."""
        if self.pour is None:
            super().data_received(data)
        else:
            self.pour.take(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The tool has closed the connection."""
        if self.pour is not None:
            self.pour.fail()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """The tool has read what was written."""
        super().resume_writing()
        if self.on_drain is not None:
            self.on_drain()

    async def drained(self) -> None:
        """Wait until the tool has read what was written."""
        if self._paused:
            await self._drain_helper()

    def expect(self, *, head: bool) -> None:
        """Get ready for an answer; `head`: one without a body whatever its headers say."""
        self.pour = None
        self.set_response_params(
            skip_payload=head,
            read_until_eof=True,
            auto_decompress=False,
            read_bufsize=BUFFER,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            max_headers=1000,
        )

    def write(self, content: bytes) -> None:
        """Send; the transport buffers, `drained` waits."""
        if self.transport is None:
            raise Unreachable
        self.transport.write(content)

    async def answer(self) -> tuple[RawResponseMessage, StreamReader]:
        """Wait for the head of the answer; interim ones (100, 103) are passed over."""
        try:
            while True:
                message, payload = await self.read()
                if message.code >= 200 or message.code == 101:
                    return message, payload
        except (ClientError, OSError) as error:
            raise Unreachable from error
        except Exception as error:
            # The parser's own complaints have no common class with the above.
            raise Unreachable from error


class Pool:
    """Open connections to one instance of a tool, the most recently used first."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._idle: deque[Link] = deque()
        self._closed = False

    def rested(self, *, body: bool) -> Link | None:
        """An idle connection that is still open; None where a new one is to be opened."""
        deadline = time.monotonic() - (FRESH_SECONDS if body else IDLE_SECONDS)
        idle = self._idle
        while idle:
            link = idle.pop()
            if link.is_connected() and link.rested >= deadline:
                return link
            if body and link.is_connected():
                idle.append(link)
                return None
            link.close()
        return None

    async def opened(self) -> Link:
        """A new connection. Raises Unreachable where none comes about in 5 seconds."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                if self._upstream.unix is not None:
                    path = str(self._upstream.unix)
                    _, link = await loop.create_unix_connection(lambda: Link(loop), path)
                else:
                    host, port = self._upstream.host, self._upstream.port
                    _, link = await loop.create_connection(lambda: Link(loop), host, port)
        except OSError as error:
            raise Unreachable from error
        return link

    def give(self, link: Link) -> None:
        """Hand a connection back after an answer was read to its end."""
        if self._closed or link.should_close or not link.is_connected():
            link.close()
            return
        link.rested = time.monotonic()
        self._idle.append(link)
        if len(self._idle) > MOST_IDLE:
            self._idle.popleft().close()

    def tidy(self) -> None:
        """Close what has rested for too long."""
        deadline = time.monotonic() - IDLE_SECONDS
        while self._idle and self._idle[0].rested < deadline:
            self._idle.popleft().close()

    def close(self) -> None:
        """Close what rests; what is in use closes when it is done."""
        self._closed = True
        while self._idle:
            self._idle.popleft().close()
