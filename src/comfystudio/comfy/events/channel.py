"""The one connection over which ComfyUI tells everything: read in order, opened anew when it breaks."""

import asyncio
from contextlib import suppress
from typing import Protocol

import structlog
from aiohttp import WSMsgType

from comfystudio.comfy.events.frames import Ended, Frame, Hello, Queued, Said, Told, read_binary, read_text
from comfystudio.comfy.worker import Worker
from comfystudio.errors import StudioError, Unavailable

__all__ = ["Channel", "Listener"]

log = structlog.get_logger("comfy")
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
HELLO_SECONDS = 20.0
LAST_WORDS_SECONDS = 1.0


class Listener(Protocol):
    """Who hears what comes. Nothing more is read until a call returns, so nothing overtakes anything."""

    async def hello(self, said: Hello) -> None:
        """Connected; whatever was said before is missed."""

    def told(self, event: Told) -> None:
        """A message for pages."""

    def frame(self, event: Frame) -> None:
        """A binary frame for pages."""

    def ended(self, event: Ended) -> None:
        """A prompt is over."""

    async def queued(self, event: Queued) -> None:
        """ComfyUI queued a prompt by itself."""


class Channel:
    """`open()` returns once the listener has taken the first hello; `close()` ends it."""

    def __init__(self, worker: Worker, listener: Listener) -> None:
        self._worker = worker
        self._listener = listener
        self._opened = asyncio.Event()
        self._quiet = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect and go on listening; `Unavailable` where ComfyUI does not take the connection."""
        self._task = asyncio.create_task(self._run(), name="comfyui events")
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                await self._opened.wait()
        except TimeoutError:
            await self.close()
            raise Unavailable("comfy.no_events") from None

    async def last_words(self) -> None:
        """ComfyUI has ended: return once everything that it still said is taken."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self._quiet.wait()

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            with suppress(StudioError):
                async with self._worker.events() as socket:
                    self._quiet.clear()
                    async for message in socket:
                        pause = FIRST_PAUSE
                        if message.type is WSMsgType.TEXT:
                            await self._text(message.data)
                        elif message.type is WSMsgType.BINARY:
                            self._binary(message.data)
            self._quiet.set()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _text(self, text: str) -> None:
        """One message; what is wrong with it, or with taking it, must not silence those that follow.

        All but the first: what was missed and is not made up for now is asked for on a new connection.
        """
        try:
            said = read_text(text)
            if isinstance(said, Hello):
                await self._listener.hello(said)
                self._opened.set()
        except ValueError as error:
            log.warning("event not taken", problem=str(error), text=text[:300])
        else:
            await self._taken(said)

    async def _taken(self, said: Said) -> None:
        try:
            if isinstance(said, Told):
                self._listener.told(said)
            elif isinstance(said, Ended):
                self._listener.ended(said)
            elif isinstance(said, Queued):
                await self._listener.queued(said)
        except StudioError as error:
            log.warning("event not taken", problem=error.sentence)
        except Exception:
            log.exception("event not taken")

    def _binary(self, data: bytes) -> None:
        try:
            self._listener.frame(read_binary(data))
        except ValueError as error:
            log.warning("frame not taken", problem=str(error))
