"""A log from its end to its beginning, in blocks of whole records."""

import os
from typing import Final

from comfystudio.keeper._writer import segments

__all__ = ["Backwards"]

BLOCK: Final = 4 * 1024 * 1024
LONGEST: Final = 64 * 1024
SHORT: Final = 512
HOUR: Final = 3600 * 1000


class Backwards:
    """The log in `folder` from its end, or from the last record that begins before `end`, back to offset `oldest`.

    `newest` is the time (ms since the epoch) of the last record that was not read yet, None at the beginning.
    """

    def __init__(self, folder: str, oldest: int, end: int | None = None) -> None:
        self._oldest = oldest
        self._before = end
        self._segments = [each for each in segments(folder) if end is None or each[0] < end]
        self._file = -1
        self._start = self._end = 0
        self.newest: int | None = None
        self._previous_segment()

    def block(self, before: int, after: int) -> tuple[int, bytes]:
        """The next block as (offset, whole records), empty where all of it was written beyond these times (ms).

        An hour more is read on either side: clocks are put right now and then.
        """
        begin = max(self._start, self._oldest, self._end - BLOCK)
        first = begin if begin in (self._start, self._oldest) else self._next_record(begin)
        newest, oldest = self.newest or 0, self._time_at(first)
        skip = min(newest, oldest) > before + HOUR or max(newest, oldest) < after - HOUR
        data = b"" if skip else self._pread(self._end - first, first)
        self._end = first
        self._look_back()
        return first, data

    def _look_back(self) -> None:
        """Find out when the last record of what is left was written, over to the segment before where none is."""
        while self._end <= max(self._start, self._oldest):
            if not self._previous_segment():
                return
        for length in (SHORT, LONGEST):
            start = max(self._start, self._end - length)
            last = self._pread(self._end - start, start)
            cut = last.rfind(b"\n", 0, -1)
            if cut >= 0 or start == self._start:
                self.newest = _time_of(last[cut + 1 :])
                return
        self.newest = 0

    def _previous_segment(self) -> bool:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        while self._segments:
            self._start, path = self._segments.pop()
            try:
                self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                continue  # rotated away meanwhile
            self._end = self._last_record(self._start + os.fstat(self._file).st_size)
            if self._end > max(self._start, self._oldest):
                self._look_back()
                return True
            os.close(self._file)
            self._file = -1
        self.newest = None
        return False

    def _last_record(self, end: int) -> int:
        """Where the last whole record that is asked for ends; the segment ends at `end`."""
        if self._before is not None and self._before < end:
            found = self._pread(LONGEST, self._before - 1).find(b"\n")
            if found >= 0:
                return self._before + found
        start = max(self._start, end - LONGEST)
        return start + self._pread(end - start, start).rfind(b"\n") + 1

    def _next_record(self, at: int) -> int:
        found = self._pread(min(LONGEST, self._end - at), at).find(b"\n")
        # Where none begins the log is damaged: what is there is read as it is.
        return at if found < 0 or at + found + 1 == self._end else at + found + 1

    def _time_at(self, at: int) -> int:
        return _time_of(self._pread(20, at))

    def _pread(self, length: int, at: int) -> bytes:
        return os.pread(self._file, length, at - self._start)


def _time_of(record: bytes) -> int:
    number = record[:20].partition(b"\t")[0]
    return int(number) if number.isdigit() and len(number) < 16 else 0
