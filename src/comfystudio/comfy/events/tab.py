"""One open socket of a page: what waits for it is bounded, and whoever is slow holds up nobody."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from aiohttp import WSMsgType, web

from comfystudio.comfy.events.frames import is_preview, plain_preview

__all__ = ["Tab"]

MOST_BYTES = 8_000_000
MOST_FRAME_BYTES = 64_000_000
GRACE_SECONDS = 2.0
POLICY, TRY_AGAIN = 1008, 1013


class _Preview:
    """A preview's place among the messages; empty once a newer one has another place."""

    __slots__ = ("frame",)

    def __init__(self, frame: bytes) -> None:
        self.frame: bytes | None = frame


class Tab:
    """Text and finished pictures are never left out; a preview gives way to a newer one.

    With too much text, or too many pictures, that wait to be read the socket is closed.

    `metadata`: the page said that it understands previews with metadata.
    """

    def __init__(self, socket: web.WebSocketResponse, request: web.BaseRequest) -> None:
        self.metadata = False
        self._socket = socket
        self._request = request
        self._outbox: deque[str | bytes | _Preview] = deque()
        self._bytes = self._frame_bytes = 0
        self._newest: _Preview | None = None
        self._wake = asyncio.Event()
        self._code: int | None = None

    def text(self, text: str) -> None:
        """Send a message."""
        self._put(text)

    def frame(self, frame: bytes) -> None:
        """Send a binary frame."""
        known = frame if self.metadata else plain_preview(frame)
        if is_preview(frame):
            self._show(known)
        else:
            self._put(known)

    def end(self, code: int = POLICY) -> None:
        """Close the socket; a page that does not even take that is cut off."""
        if self._code is not None:
            return
        self._code = code
        self._outbox.clear()
        self._wake.set()
        transport = self._request.transport
        if transport is not None:
            asyncio.get_running_loop().call_later(GRACE_SECONDS, transport.abort)

    async def run(self, first: Callable[[str], None]) -> None:
        """Until either side leaves; `first` gets the page's first message, the others say nothing to us."""
        writer = asyncio.create_task(self._write(), name="tab")
        try:
            heard = False
            async for message in self._socket:
                if message.type is WSMsgType.TEXT and not heard:
                    heard = True
                    first(message.data)
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer

    def _put(self, item: str | bytes) -> None:
        if self._code is not None:
            return
        self._outbox.append(item)
        self._count(item, 1)
        self._wake.set()
        if self._bytes > MOST_BYTES or self._frame_bytes > MOST_FRAME_BYTES:
            self.end(TRY_AGAIN)

    def _count(self, item: str | bytes, sign: int) -> None:
        if isinstance(item, str):
            self._bytes += sign * len(item)
        else:
            self._frame_bytes += sign * len(item)

    def _show(self, frame: bytes) -> None:
        """A preview keeps its place among the messages: shown after the end of its prompt it would stay."""
        if self._code is not None:
            return
        if self._newest is not None and self._outbox and self._outbox[-1] is self._newest:
            self._newest.frame = frame
            return
        if self._newest is not None:
            self._newest.frame = None
        self._newest = _Preview(frame)
        self._outbox.append(self._newest)
        self._wake.set()

    async def _write(self) -> None:
        with suppress(ConnectionError):
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._outbox:
                    await self._send(self._outbox.popleft())
                if self._code is not None:
                    await self._socket.close(code=self._code)
                    return

    async def _send(self, item: str | bytes | _Preview) -> None:
        if isinstance(item, str):
            await self._socket.send_str(item)
            self._count(item, -1)
        elif isinstance(item, bytes):
            await self._socket.send_bytes(item)
            self._count(item, -1)
        elif item.frame is not None:
            if item is self._newest:
                self._newest = None
            await self._socket.send_bytes(item.frame)
