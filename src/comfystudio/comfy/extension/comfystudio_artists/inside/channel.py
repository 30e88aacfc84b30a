"""The one connection over which the portal hears everything that is meant for artists, tagged with its owner."""

import asyncio
import json
import logging
import struct
from collections import deque
from typing import Any

from aiohttp import WSMsgType, web

__all__ = ["Channel", "Outbox", "encode_frame", "is_preview"]

HEARTBEAT = 20.0  # seconds
DEEPEST = 50  # levels of what is left of a message that is no JSON
PREVIEWS = frozenset((1, 2))  # kinds of ComfyUI's binary frames that hold a picture; 4 has metadata before it
PREVIEW_WITH_METADATA = 4
PNG = 2


def encode_frame(owner: int, prompt_id: str | None, frame: bytes) -> bytes:
    """ComfyUI's own binary frame behind a header: u32 length of the JSON, the JSON, the frame."""
    header = json.dumps({"owner": owner, "prompt_id": prompt_id}).encode()
    return struct.pack(">I", len(header)) + header + frame


def is_preview(frame: bytes) -> bool:
    """Whether only the newest such frame matters. ComfyUI's previews are JPEG; as PNG, nodes send what they made."""
    kind, second = int.from_bytes(frame[:4], "big"), int.from_bytes(frame[4:8], "big")
    if kind != PREVIEW_WITH_METADATA:
        return kind in PREVIEWS and second != PNG
    try:
        metadata = json.loads(bytes(frame[8 : 8 + second]))
        return bool(metadata.get("image_type") != "image/png")
    except (ValueError, AttributeError):
        return True


class Outbox:
    """What waits for one connection: everything in order, but of an owner's previews only the newest."""

    def __init__(self) -> None:
        self._waiting: deque[list[str | bytes | None]] = deque()
        self._previews: dict[int, list[str | bytes | None]] = {}
        self._filled = asyncio.Event()

    def put(self, payload: str | bytes, preview_of: int | None = None) -> None:
        """Let `payload` wait; a preview takes the place of an older one of the same owner that was not sent yet."""
        slot: list[str | bytes | None] = [payload]
        if preview_of is not None:
            older = self._previews.get(preview_of)
            if older is not None:
                older[0] = None
            self._previews[preview_of] = slot
        self._waiting.append(slot)
        self._filled.set()

    async def take(self) -> str | bytes:
        """The next payload, as soon as there is one."""
        while True:
            while self._waiting:
                slot = self._waiting.popleft()
                payload, slot[0] = slot[0], None
                if payload is not None:
                    return payload
            self._previews.clear()
            self._filled.clear()
            await self._filled.wait()


class Channel:
    """All connections of the portal (one, or two while a new portal takes over). Used on the loop's thread only."""

    def __init__(self) -> None:
        self._outboxes: set[Outbox] = set()

    @property
    def open(self) -> bool:
        """Whether anybody listens."""
        return bool(self._outboxes)

    def text(self, message: dict[str, Any]) -> None:
        """Send a JSON object to whoever listens; nothing is kept for later."""
        if self._outboxes:
            encoded = _encoded(message)
            for outbox in self._outboxes:
                outbox.put(encoded)

    def binary(self, owner: int, prompt_id: str | None, frame: bytes) -> None:
        """Send one of ComfyUI's binary frames to whoever listens."""
        if self._outboxes:
            preview_of = owner if is_preview(frame) else None
            payload = encode_frame(owner, prompt_id, bytes(frame))
            for outbox in self._outboxes:
                outbox.put(payload, preview_of=preview_of)

    async def serve(self, request: web.Request, hello: dict[str, Any]) -> web.WebSocketResponse:
        """Answer GET /comfystudio/events; `hello` is what runs and waits now, and everything later follows it."""
        socket = web.WebSocketResponse(compress=False, heartbeat=HEARTBEAT)
        outbox = Outbox()
        outbox.put(json.dumps({"hello": hello}))
        self._outboxes.add(outbox)
        try:
            await socket.prepare(request)
            await self._until_closed(socket, outbox)
        finally:
            self._outboxes.discard(outbox)
        return socket

    @staticmethod
    async def _until_closed(socket: web.WebSocketResponse, outbox: Outbox) -> None:
        sending = asyncio.ensure_future(_send(socket, outbox))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


def _encoded(message: dict[str, Any]) -> str:
    """`message` as JSON, made plain where a node said what is none, such as a dictionary with tuples for keys.

    ComfyUI's only task that sends messages would end over it, and nobody would hear anything any more.
    """
    try:
        return json.dumps(message, default=repr)
    except (TypeError, ValueError, RecursionError) as error:
        logging.warning("ComfyStudio: a message that is no JSON was made plain: %r", error)
        return json.dumps(_plain(message, DEEPEST), default=repr)


def _plain(value: Any, levels: int) -> Any:
    """`value` with texts for names, and nothing below `levels`."""
    if isinstance(value, dict):
        return {str(name): _plain(each, levels - 1) for name, each in value.items()} if levels else None
    if isinstance(value, (list, tuple)):
        return [_plain(each, levels - 1) for each in value] if levels else None
    return value


async def _send(socket: web.WebSocketResponse, outbox: Outbox) -> None:
    while True:
        payload = await outbox.take()
        try:
            if isinstance(payload, str):
                await socket.send_str(payload)
            else:
                await socket.send_bytes(payload)
        except (ConnectionError, RuntimeError):  # gone; the reading side ends by itself
            return
