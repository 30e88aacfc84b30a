"""Reading a unit's log, while it is written, rotated or long over."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from comfystudio import words
from comfystudio.keeper import _records, reading
from comfystudio.keeper._files import ERRORS, EXIT, UNIT, read_json
from comfystudio.keeper._writer import segments
from comfystudio.keeper.watch import folder_changes
from comfystudio.workspace import write_atomic

__all__ = ["Chunk", "FirstError", "Log", "LogLine"]

BLOCK = 64 * 1024
READ_AT_MOST = 1024 * 1024
TAIL_AT_MOST = 4 * 1024 * 1024
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
    """Lines from offset `start`; the next read goes on at `next`, one backwards ends at `start`."""

    start: int
    next: int
    lines: tuple[LogLine, ...]


@dataclass(frozen=True)
class FirstError:
    """The line that says what went wrong; where it stands and when it was printed, None where nobody noted that."""

    text: str
    offset: int | None
    at: float | None


class Log:
    """The log in `folder`. Offsets are global: they go on over rotation, clearing and the next run.

    Everything but `changed` and `follow` reads files, briefly: from a loop that serves others, call it in a
    thread.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def size(self) -> int:
        """The offset after the last whole record."""
        return reading.end_of(self.folder)

    @property
    def oldest(self) -> int:
        """The offset from which on anything is kept and not cleared."""
        return max(self.cleared, reading.start_of(self.folder))

    @property
    def changed_at(self) -> float | None:
        """When something was written last, in seconds since the epoch; None for a log that is not there."""
        kept = segments(str(self.folder))
        with suppress(OSError):
            return Path(kept[-1][1]).stat().st_mtime if kept else None
        return None

    @property
    def cleared(self) -> int:
        """The offset before which nothing is shown."""
        with suppress(OSError, ValueError):
            return int((self.folder / CLEARED).read_bytes())
        return 0

    def read(self, start: int, limit: int = 1000, upto: int | None = None) -> Chunk:
        """At most `limit` lines from the first record at or after `start` that is kept, and before `upto`.

        Of lines that were drawn over only the last is returned. A read looks at 1 MiB at most; at the end of
        the log it returns no lines and `next` = `size`.
        """
        start = max(start, self.cleared)
        lines: list[LogLine] = []
        first = follow = None
        for offset, record in reading.records(self.folder, start, upto):
            if follow is None:
                first = offset
            elif len(lines) >= limit or offset - (first or 0) > READ_AT_MOST:
                break
            follow = offset + len(record) + 1
            if lines and lines[-1].stream == "~":
                lines.pop()
            lines.append(_line(offset, record))
        if follow is None or first is None:
            end = self.size if upto is None else max(start, upto)
            return Chunk(end, end, ())
        return Chunk(first, follow, tuple(lines))

    def tail(self, count: int) -> Chunk:
        """The last `count` lines (fewer where 4 MiB hold fewer), read from the end."""
        return self._last(count, self.size)

    def before(self, offset: int, count: int) -> Chunk:
        """The last `count` lines of what lies before `offset`; `start` is where to go on backwards.

        Fewer where 4 MiB hold fewer: there are more as long as `start` is above `oldest`.
        """
        end = self.size
        found = self._last(count, min(offset, end))
        if offset < end and found.lines and found.lines[-1].stream == "~":
            # What follows was drawn over it.
            return replace(found, lines=found.lines[:-1])
        return found

    def around(self, offset: int, count: int) -> Chunk:
        """About `count` lines with the one at `offset` in their middle."""
        earlier = self.before(offset, count // 2)
        later = self.read(offset, count - len(earlier.lines))
        return Chunk(earlier.start, later.next, earlier.lines + later.lines)

    def first_error(self) -> FirstError | None:
        """The line that says what went wrong in the latest run, None where none looks like it.

        The keeper wrote it down when it saw it: nothing of the log is read.
        """
        unit = self.folder.parent
        run = (read_json(str(unit / UNIT)) or {}).get("run")
        cleared = self.cleared
        for found in _noted(read_json(str(unit / EXIT)), read_json(str(unit / ERRORS)), run):
            # What was cleared is not shown here either.
            if found.offset is None or found.offset >= cleared:
                return found
        return None

    def clear(self) -> None:
        """Show nothing of what was written until now; what a running keeper does not write to is deleted."""
        end = self.size
        if end:
            write_atomic(self.folder / CLEARED, str(end).encode())
            for _, path in segments(str(self.folder))[:-1]:
                Path(path).unlink(missing_ok=True)

    async def changed(self, after: int) -> int:
        """Wait until the log is longer than `after`; its size then."""
        while True:
            with folder_changes(self.folder) as change:
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

    def _last(self, count: int, end: int) -> Chunk:
        """The last `count` lines before `end`, a record's beginning or the end of the log."""
        oldest = self.oldest
        window = BLOCK
        while True:
            start = max(oldest, end - window)
            lines: list[LogLine] = []
            follow = start
            while follow < end:
                chunk = self.read(follow, 1_000_000, end)
                if chunk.next <= follow:
                    break
                if lines and lines[-1].stream == "~" and chunk.lines:
                    lines.pop()
                lines += chunk.lines
                follow = chunk.next
            if len(lines) >= count or start <= oldest or window >= TAIL_AT_MOST:
                kept = lines[-count:] if count else []
                # Where 4 MiB were all drawn over, what lies before them is still to be read.
                begin = kept[0].offset if len(lines) >= count and kept else start
                return Chunk(follow if not count else begin, follow, tuple(kept))
            window *= 4


def _noted(exited: dict[str, Any] | None, noted: dict[str, Any] | None, run: object) -> list[FirstError]:
    """What the records of the latest run say went wrong, the best first; damaged ones say nothing."""
    found: list[FirstError] = []
    with suppress(KeyError, TypeError):
        if exited and exited.get("run") == run and exited["first_error"]:
            found.append(FirstError(str(exited["first_error"]), exited.get("error_offset"), None))
    with suppress(KeyError, TypeError):
        if noted and noted.get("run") == run:
            listed = [
                FirstError(str(each["text"]), int(each["offset"]), float(each["at"])) for each in noted["errors"]
            ]
            # The exit record and the note mean the same line; the note knows when it was.
            found = [each for each in found if all(each.offset != other.offset for other in listed)] + listed
    return found


def _line(offset: int, record: bytes) -> LogLine:
    at, stream, text = _records.decode(record)
    if stream == "k":
        with suppress(ValueError, KeyError, TypeError):
            key, fields = json.loads(text)
            text = words.plainly(key, **fields)
    return LogLine(offset, at, stream, text)
