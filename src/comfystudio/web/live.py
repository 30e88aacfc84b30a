"""Logs while somebody watches them: each is read, cleaned and put into words once, however many pages follow it.

A page that keeps up takes the pieces that all get. One that comes from further back, or reads too slowly, reads its
own way forward until it is where the others are, and holds nobody up meanwhile.
"""

import asyncio
import contextvars
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from comfystudio.keeper import Chunk, Log
from comfystudio.keeper.masking import clean
from comfystudio.keeper.watch import folder_changes

__all__ = ["Live", "LiveLogs", "Piece", "piece_of"]

_LOG = structlog.get_logger("comfystudio.web")
AT_ONCE = 500
# What is kept for pages that are a moment behind the others.
MOST_PIECES = 16
MOST_BYTES = 256 * 1024
# The first line after a silence is sent at once; what follows is gathered, so that a program that prints a character
# at a time does not cost every page a message each.
PACE_SECONDS = 0.1
CATCH_UP_SECONDS = 0.02
ABSENT_SECONDS = 0.2
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Piece:
    """What stands from `begin` to `next`; `body` is the middle of its message, empty where there are no lines."""

    begin: int
    next: int
    body: str
    full: bool


def _body(chunk: Chunk) -> str:
    """The members of a `log.lines` message but the log's name, as JSON without its braces."""
    lines = [
        {"offset": line.offset, "at": line.at, "stream": line.stream, "text": clean(line.text)}
        for line in chunk.lines
    ]
    told = {"start": chunk.start, "next": chunk.next, "lines": lines}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))[1:-1]


def read(log: Log, begin: int, upto: int | None = None) -> Piece:
    """The piece of `log` at `begin`, which ends before `upto`. Reads files."""
    chunk = log.read(begin, AT_ONCE, upto)
    return piece_of(begin, chunk)


def piece_of(begin: int, chunk: Chunk, *, always: bool = False) -> Piece:
    """`chunk` as it is sent; with `always` also where it has no lines."""
    return Piece(begin, chunk.next, _body(chunk) if chunk.lines or always else "", len(chunk.lines) >= AT_ONCE)


class Reader:
    """Reads for many logs, all that is wanted at a time in one visit to a thread: visits cost more than reading."""

    def __init__(self) -> None:
        self._wanted: list[tuple[asyncio.Future[Piece], Log, int]] = []
        self._task: asyncio.Task[None] | None = None

    async def read(self, log: Log, begin: int) -> Piece:
        """The piece of `log` at `begin`."""
        future: asyncio.Future[Piece] = asyncio.get_running_loop().create_future()
        self._wanted.append((future, log, begin))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read(), name="logs", context=contextvars.Context())
        return await future

    async def _read(self) -> None:
        while self._wanted:
            wanted, self._wanted = self._wanted, []
            found = await asyncio.to_thread(_all, [(log, begin) for _, log, begin in wanted])
            for (future, _, _), piece in zip(wanted, found, strict=True):
                if future.done():
                    continue
                if isinstance(piece, Piece):
                    future.set_result(piece)
                else:
                    future.set_exception(piece)


def _all(wanted: list[tuple[Log, int]]) -> list[Piece | Exception]:
    return [_tried(log, begin) for log, begin in wanted]


def _tried(log: Log, begin: int) -> Piece | Exception:
    """One that cannot be read keeps nobody from the others."""
    try:
        return read(log, begin)
    except Exception as error:  # noqa: BLE001 it is raised where that log is waited for
        return error


class Live:
    """One log that is being followed. Made by `LiveLogs` only."""

    def __init__(self, log: Log, reader: Reader) -> None:
        self.followers = 0
        self._log = log
        self._reader = reader
        self._pieces: deque[Piece] = deque()
        self._bytes = 0
        self._end = -1
        self._more = asyncio.Event()
        # What it reads is for everybody, so it must not carry on what belongs to the request of the first one.
        self._task = asyncio.create_task(self._read(), name="log", context=contextvars.Context())

    async def next(self, offset: int) -> Piece:
        """What stands at `offset`, once anything does."""
        while offset >= self._end:
            await self._more.wait()
        found = next((piece for piece in self._pieces if offset < piece.next), None)
        if found is not None and found.begin == offset:
            return found
        # Up to where a piece begins, so that what comes after can be the one that all get.
        upto = self._end if found is None else found.next if found.begin < offset else found.begin
        return await asyncio.to_thread(read, self._log, offset, upto)

    async def close(self) -> None:
        """Read no more of it."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            try:
                await self._watch()
            except Exception:  # noqa: BLE001 whatever it was, pages must not wait for nobody
                _LOG.exception("a log cannot be read", log=self._log.folder.parent.name)
                await asyncio.sleep(RETRY_SECONDS)

    async def _watch(self) -> None:
        """Take in what is written, until the folder is no longer there to be watched."""
        if self._end < 0:
            self._reached(await asyncio.to_thread(lambda: self._log.size))
        with folder_changes(self._log.folder) as change:
            while True:
                piece = await self._reader.read(self._log, self._end)
                if piece.body:
                    self._keep(piece)
                    await asyncio.sleep(CATCH_UP_SECONDS if piece.full else PACE_SECONDS)
                    continue
                await change.wait()
                if not change.watched:
                    break
        await asyncio.sleep(ABSENT_SECONDS)

    def _keep(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._bytes += len(piece.body)
        while len(self._pieces) > MOST_PIECES or (self._bytes > MOST_BYTES and len(self._pieces) > 1):
            self._bytes -= len(self._pieces.popleft().body)
        self._reached(piece.next)

    def _reached(self, end: int) -> None:
        """Let those go on who wait for what stands before `end`."""
        self._end = end
        more, self._more = self._more, asyncio.Event()
        more.set()


class LiveLogs:
    """The logs that pages follow now."""

    def __init__(self) -> None:
        self._live: dict[Path, Live] = {}
        self._reader = Reader()

    def __len__(self) -> int:
        return len(self._live)

    @asynccontextmanager
    async def followed(self, log: Log) -> AsyncIterator[Live]:
        """`log` while the block follows it; the last one to leave puts the light out."""
        live = self._live.get(log.folder)
        if live is None:
            live = self._live[log.folder] = Live(log, self._reader)
        live.followers += 1
        try:
            yield live
        finally:
            live.followers -= 1
            if not live.followers:
                del self._live[log.folder]
                await live.close()
