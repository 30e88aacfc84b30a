"""Reading a unit's log, while it is written, rotated or long over."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from comfystudio import words
from comfystudio.keeper import _records
from comfystudio.keeper._errors import ErrorFinder
from comfystudio.keeper._files import EXIT, UNIT, read_json
from comfystudio.keeper._writer import segments
from comfystudio.keeper.watch import folder_changes
from comfystudio.workspace import write_atomic

__all__ = ["Chunk", "Log", "LogLine"]

BLOCK = 64 * 1024
READ_AT_MOST = 1024 * 1024
TAIL_AT_MOST = 4 * 1024 * 1024
LONGEST_RECORD = 4 * _records.LINE_LIMIT
FOLLOW_LINES = 500
CLEARED = "cleared"


@dataclass(frozen=True)
class LogLine:
    """One record: `at` in seconds since the epoch, `stream` one of o, e, k (the keeper), ~ (being redrawn)."""

    offset: int
    at: float
    stream: str
    text: str


@dataclass(frozen=True)
class Chunk:
    """Lines from offset `start`; the next read goes on at `next`."""

    start: int
    next: int
    lines: tuple[LogLine, ...]


class Log:
    """The log in `folder`. Offsets are global: they go on over rotation, clearing and the next run.

    Everything but `changed` and `follow` reads files, briefly: from a loop that serves others, call it in a
    thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._errors = ErrorFinder()
        self._errors_upto: tuple[str, int] | None = None

    @property
    def size(self) -> int:
        """The offset after the last whole record."""
        kept = segments(str(self._folder))
        if not kept:
            return 0
        start, path = kept[-1]
        try:
            with Path(path).open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(0, end - LONGEST_RECORD))
                last = file.read()
        except FileNotFoundError:
            return self.size
        # A keeper that was killed may have left half a record, which nobody will complete.
        return start + end - len(last) + last.rfind(b"\n") + 1 if b"\n" in last else start

    def read(self, start: int, limit: int = 1000) -> Chunk:
        """At most `limit` lines from the first record at or after offset `start` that is still kept.

        Of lines that were drawn over only the last is returned. A read looks at 1 MiB at most; at the end of
        the log it returns no lines and `next` = `size`.
        """
        start = max(start, self._cleared())
        lines: list[LogLine] = []
        first = follow = None
        for offset, record in self._raw(start):
            if follow is None:
                first = offset
            elif len(lines) >= limit or offset - (first or 0) > READ_AT_MOST:
                break
            follow = offset + len(record) + 1
            if lines and lines[-1].stream == "~":
                lines.pop()
            lines.append(_line(offset, record))
        if follow is None or first is None:
            end = self.size
            return Chunk(end, end, ())
        return Chunk(first, follow, tuple(lines))

    def tail(self, count: int) -> Chunk:
        """The last `count` lines (fewer where 4 MiB hold fewer), read from the end."""
        end, oldest = self.size, self._oldest()
        window = BLOCK
        while True:
            start = max(oldest, end - window)
            lines: list[LogLine] = []
            follow = start
            while follow < end:
                chunk = self.read(follow, 1_000_000)
                if chunk.next <= follow:
                    break
                if lines and lines[-1].stream == "~" and chunk.lines:
                    lines.pop()
                lines += chunk.lines
                follow = chunk.next
            if len(lines) >= count or start <= oldest or window >= TAIL_AT_MOST:
                kept = lines[-count:] if count else []
                return Chunk(kept[0].offset if kept else follow, follow, tuple(kept))
            window *= 4

    def first_error(self) -> str | None:
        """The line that says what went wrong in the latest run, None where none looks like it."""
        unit = read_json(str(self._folder.parent / UNIT)) or {}
        exited = read_json(str(self._folder.parent / EXIT)) or {}
        if exited.get("run") == unit.get("run") and isinstance(exited.get("first_error"), str):
            return str(exited["first_error"])
        run, start = str(unit.get("run", "")), int(unit.get("log_start", 0))
        if self._errors_upto is None or self._errors_upto[0] != run:
            self._errors, self._errors_upto = ErrorFinder(), (run, start)
        upto = max(self._errors_upto[1], self._cleared())
        for offset, record in self._raw(upto):
            _, stream, text = _records.decode(record)
            upto = offset + len(record) + 1
            if stream in "oe":
                self._errors.feed(text)
        self._errors_upto = (run, upto)
        return self._errors.found

    def clear(self) -> None:
        """Show nothing of what was written until now; what a running keeper does not write to is deleted."""
        end = self.size
        if end:
            write_atomic(self._folder / CLEARED, str(end).encode())
            for _, path in segments(str(self._folder))[:-1]:
                Path(path).unlink(missing_ok=True)

    async def changed(self, after: int) -> int:
        """Wait until the log is longer than `after`; its size then."""
        while True:
            with folder_changes(self._folder) as change:
                size = self.size
                while size <= after:
                    await change.wait()
                    size = self.size
                    if not change.watched:
                        break  # the folder is not there yet, or no longer: watch it anew
            if size > after:
                return size

    async def follow(self, start: int) -> AsyncIterator[Chunk]:
        """Chunks from `start` on, for ever."""
        while True:
            chunk = await asyncio.to_thread(self.read, start, FOLLOW_LINES)
            if chunk.lines:
                yield chunk
            else:
                await self.changed(chunk.next)
            start = chunk.next

    def _cleared(self) -> int:
        with suppress(OSError, ValueError):
            return int((self._folder / CLEARED).read_bytes())
        return 0

    def _oldest(self) -> int:
        kept = segments(str(self._folder))
        return max(self._cleared(), kept[0][0] if kept else 0)

    def _raw(self, start: int) -> Iterator[tuple[int, bytes]]:
        """Whole records from `start` on with their offsets, over all segments, as they are now."""
        kept = segments(str(self._folder))
        for number, (first, path) in enumerate(kept):
            if number + 1 < len(kept) and kept[number + 1][0] <= start:
                continue
            try:
                with Path(path).open("rb") as file:
                    yield from _whole_records(file.fileno(), first, max(start - first, 0))
            except FileNotFoundError:
                continue  # rotated away between listing and opening: the next one is the oldest now


def _whole_records(file: int, first: int, skip: int) -> Iterator[tuple[int, bytes]]:
    """Records of one segment; a `skip` into the middle of one goes on to the next."""
    at = skip
    if skip and os.pread(file, 1, skip - 1) != b"\n":
        aligned = os.pread(file, LONGEST_RECORD, skip).find(b"\n")
        if aligned < 0:
            return
        at = skip + aligned + 1
    rest = b""
    while block := os.pread(file, BLOCK, at + len(rest)):
        *records, rest = (rest + block).split(b"\n")
        for record in records:
            yield first + at, record
            at += len(record) + 1


def _line(offset: int, record: bytes) -> LogLine:
    at, stream, text = _records.decode(record)
    if stream == "k":
        with suppress(ValueError, KeyError, TypeError):
            key, fields = json.loads(text)
            text = words.say(key, **fields)
    return LogLine(offset, at, stream, text)
