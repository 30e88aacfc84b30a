"""Logs that one page follows: each from an offset, as fast as the page reads, for as long as it may."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog

from comfystudio.errors import StudioError, TooMany
from comfystudio.keeper import Chunk, Log
from comfystudio.people import Caller
from comfystudio.web import jobs, logs, tools
from comfystudio.web.call import Call

__all__ = ["Following"]

_LOG = structlog.get_logger("comfystudio.web")
MOST = 16
AT_ONCE = 500
FROM_THE_END = 200
PACE_SECONDS = 0.03


class Say(Protocol):
    """Sends one message to the page."""

    def __call__(self, type_: str, data: dict[str, Any], /) -> None: ...


class Following:
    """The logs of one page. `room` waits until the page has read what it was sent."""

    def __init__(
        self, call: Call, caller: Callable[[], Caller], say: Say, room: Callable[[], Awaitable[None]]
    ) -> None:
        self._call = call
        self._caller = caller
        self._say = say
        self._room = room
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
        services, caller = self._call.services, self._caller()
        kind, _, rest = name.partition(":")
        if kind == "job":
            return jobs.log_of(services, caller, int(rest))
        tool, _, person = rest.partition(":")
        return tools.log_of(services, caller, tool, services.people.get(int(person)) if person else None)

    async def _follow(self, name: str, log: Log, start: int | None) -> None:
        first = log.tail if start is None else lambda count: log.read(start, count)
        chunk = await asyncio.to_thread(first, FROM_THE_END if start is None else AT_ONCE)
        await self._tell(name, chunk)
        while True:
            if not chunk.lines:
                await log.changed(chunk.next)
            try:
                self._log(name)
            except StudioError as error:
                self._say("problem", {"log": name, "key": error.key, "sentence": error.sentence})
                return
            chunk = await asyncio.to_thread(log.read, chunk.next, AT_ONCE)
            if chunk.lines:
                await self._tell(name, chunk)

    async def _tell(self, name: str, chunk: Chunk) -> None:
        lines = await asyncio.to_thread(logs.lines_of, chunk)
        await self._room()
        data = {"log": name, "start": chunk.start, "next": chunk.next, "lines": [line.model_dump() for line in lines]}
        self._say("log.lines", data)
        # A program that prints a character at a time must not cost a message each.
        await asyncio.sleep(PACE_SECONDS)
