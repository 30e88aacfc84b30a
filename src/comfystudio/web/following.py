"""Logs that one page follows: each from an offset, as fast as the page reads, for as long as it may."""

import asyncio
from typing import Any, Protocol

import structlog

from comfystudio.errors import StudioError, TooMany
from comfystudio.keeper import Log
from comfystudio.people import Caller
from comfystudio.web import jobs, tools
from comfystudio.web.call import Call
from comfystudio.web.live import AT_ONCE, Piece, piece_of

__all__ = ["Following"]

_LOG = structlog.get_logger("comfystudio.web")
MOST = 16
FROM_THE_END = 200


class Page(Protocol):
    """The page at the other end of the socket."""

    def caller(self) -> Caller:
        """Who reads, as they are now."""

    def say(self, type_: str, data: dict[str, Any], /) -> None:
        """Send it one message."""

    def say_lines(self, log: str, body: str, /) -> None:
        """Send it lines that are in words already."""

    async def room(self) -> None:
        """Wait until it has read what it was sent."""


class Following:
    """The logs of one page."""

    def __init__(self, call: Call, page: Page) -> None:
        self._call = call
        self._page = page
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, name: str, start: int | None) -> None:
        """Follow the log called `name` from offset `start`, or from its last lines; raises where that may not be."""
        self.end(name)
        if len(self._tasks) >= MOST:
            raise TooMany("web.too_many_logs", most=MOST, retry_after=1)
        log = self._log(name)
        task = asyncio.create_task(self._follow(name, log, start), name=f"follow {name}")
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._over(name, done))

    def end(self, name: str) -> None:
        """Follow it no longer."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()

    def _over(self, name: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(name) is task:
            del self._tasks[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("following a log failed", log=name, error=type(error).__name__)

    async def stop(self) -> None:
        """Follow nothing any longer."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _log(self, name: str) -> Log:
        services, caller = self._call.services, self._page.caller()
        kind, _, rest = name.partition(":")
        if kind == "job":
            return jobs.log_of(services, caller, int(rest))
        tool, _, person = rest.partition(":")
        return tools.log_of(services, caller, tool, services.people.get(int(person)) if person else None)

    async def _follow(self, name: str, log: Log, start: int | None) -> None:
        piece = await asyncio.to_thread(_first, log, start)
        # The first message comes at once, also where there is nothing yet: it says from where on there will be.
        await self._tell(name, piece)
        async with self._call.shared.live.followed(log) as live:
            while True:
                piece = await live.next(piece.next)
                try:
                    self._log(name)
                except StudioError as error:
                    self._page.say("problem", {"log": name, "key": error.key, "sentence": error.sentence})
                    return
                if piece.body:
                    await self._tell(name, piece)

    async def _tell(self, name: str, piece: Piece) -> None:
        # Before more is taken: a page that is slow finds its own way to where the others are then.
        self._page.say_lines(name, piece.body)
        await self._page.room()


def _first(log: Log, start: int | None) -> Piece:
    """What a page gets at once: from its offset on, or the last lines."""
    chunk = log.tail(FROM_THE_END) if start is None else log.read(start, AT_ONCE)
    return piece_of(chunk.start, chunk, always=True)
