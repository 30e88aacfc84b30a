"""The log on disk: segments named by their offset, a cap, and a disk that may be full or slow.

Records are handed over in memory and written by a thread, so that whoever reads the tool's output never
waits for a disk. What cannot be kept is counted, and a record says so as soon as one can be written.
"""

import os
import threading
import time

from comfystudio.keeper import _records
from comfystudio.keeper._files import ERRORS, write_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["LogWriter", "segments"]

QUEUE = 1024 * 1024
SEGMENTS = 8
SMALLEST = 64 * 1024
MARK_EVERY = 1.0
NOTE_EVERY = 0.5
RETRY_EVERY = 0.5
SUFFIX = ".log"


def segments(folder: str) -> list[tuple[int, str]]:
    """The segments in `folder` as (offset of the first byte, path), oldest first."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 pathlib costs the keeper a megabyte
    except FileNotFoundError:
        return []
    found = [(int(name[: -len(SUFFIX)]), f"{folder}/{name}") for name in names if name[:-4].isdigit()]
    return sorted(found)


class LogWriter:
    """Appends records in `folder`, in all never more than `cap` bytes of them."""

    def __init__(self, folder: str, cap: int) -> None:
        self._folder = folder
        self._segment = max(SMALLEST, cap // SEGMENTS)
        self._cap = max(cap, 2 * self._segment)
        self._file = -1
        self._start = self._used = 0
        self._ready = threading.Condition()
        self._queue: list[bytes] = []
        self._queued = 0
        self._closed = False
        # Reason to [lines, bytes]: what was left out after what stands in the queue.
        self._lost: dict[str, list[int]] = {}
        self._marked = 0.0
        self._note: dict[str, Any] | None = None
        self._noted = 0.0
        old = segments(folder)
        self.start = self._start = old[-1][0] + os.path.getsize(old[-1][1]) if old else 0  # noqa: PTH202
        # The offset after everything that was handed over, on disk or not yet.
        self._ahead = self._start
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        """The offset after the last byte on disk."""
        return self._start + self._used

    def put(self, records: list[bytes]) -> int:
        """Hand records over and learn at which offset the first will stand.

        They are left out where the disk is a megabyte behind; the offset is then where they would stand.
        """
        size = sum(map(len, records))
        with self._ready:
            offset = self._ahead
            if self._queued > QUEUE:
                _count(self._lost, "keeper.log_dropped_disk", len(records), size)
            else:
                self._queue += records
                self._queued += size
                self._ahead += size
            self._ready.notify()
        return offset

    def note(self, content: "dict[str, Any]") -> None:
        """Keep `content` beside the log once what was put before is on disk; only the newest, at its leisure."""
        with self._ready:
            self._note = content
            self._ready.notify()

    def drop(self, reason: str, lines: int, size: int) -> None:
        """Note that `lines` lines and `size` bytes of output were left out for `reason`, a key of the words."""
        with self._ready:
            _count(self._lost, reason, lines, size)
            self._ready.notify()

    def mark(self) -> None:
        """Say now what was left out until now."""
        with self._ready:
            self._queue += self._marks()
            self._ready.notify()

    def close(self, within: float) -> None:
        """Write what is left, for at most `within` seconds."""
        with self._ready:
            self._closed = True
            self._ready.notify()
        self._thread.join(within)

    def _run(self) -> None:
        while True:
            with self._ready:
                while not self._queue and not self._closed and not self._mark_due() and not self._note_due():
                    # Marks and notes are held back while more of them come; then only the clock wakes us.
                    self._ready.wait(self._patience())
                batch, self._queue, self._queued = self._queue, [], 0
                closed = self._closed
                if closed or self._mark_due():
                    batch += self._marks()
                    self._marked = time.monotonic()
                note = self._note if closed or self._note_due() else None
            written = self._append(batch)
            if written == len(batch) and note is not None:
                self._keep(note)
            if written < len(batch):
                with self._ready:
                    self._queue[:0] = batch[written:]
                    self._queued += sum(map(len, batch[written:]))
                time.sleep(RETRY_EVERY)
            elif closed:
                return

    def _mark_due(self) -> bool:
        return bool(self._lost) and time.monotonic() - self._marked >= MARK_EVERY

    def _note_due(self) -> bool:
        return self._note is not None and time.monotonic() - self._noted >= NOTE_EVERY

    def _patience(self) -> float | None:
        if self._note is not None:
            return NOTE_EVERY
        return MARK_EVERY if self._lost else None

    def _marks(self) -> list[bytes]:
        """Records that say what was left out until now."""
        lost, self._lost = self._lost, {}
        now = time.time()
        found = [_records.words(now, why, lines=lines, bytes=size) for why, (lines, size) in lost.items()]
        self._ahead += sum(map(len, found))
        return found

    def _keep(self, note: "dict[str, Any]") -> None:
        """Write the note; where the disk does not take it, it is due again."""
        self._noted = time.monotonic()
        try:
            write_note(os.path.dirname(self._folder), ERRORS, note)  # noqa: PTH120 as above
        except OSError:
            return
        with self._ready:
            if self._note is note:
                self._note = None

    def _append(self, batch: list[bytes]) -> int:
        """Write records in order, as many as the disk takes; how many those were."""
        done = 0
        try:
            while done < len(batch):
                self._make_room(len(batch[done]))
                room, size, upto = self._segment - self._used, 0, done
                while upto < len(batch) and size + len(batch[upto]) <= room:
                    size += len(batch[upto])
                    upto += 1
                data = b"".join(batch[done:upto])
                written = self._write(data)
                if written < len(data):
                    self._cut_back(data, written)
                    return done + data.count(b"\n", 0, written)
                done = upto
        except OSError:
            self._abandon()
        return done

    def _write(self, data: bytes) -> int:
        written = 0
        try:
            while written < len(data):
                written += os.write(self._file, data[written:] if written else data)
        except OSError:
            return written
        self._used += written
        return written

    def _cut_back(self, data: bytes, written: int) -> None:
        """After a short write: whole records stay (a reader may have them), the torn one goes."""
        whole = data.rfind(b"\n", 0, written) + 1
        try:
            os.ftruncate(self._file, self._used + whole)
            self._used += whole
        except OSError:
            self._used += written
            with self._ready:
                self._ahead += written - whole
        self._abandon()

    def _abandon(self) -> None:
        """Go on in a new segment; its name is the offset after everything that lies on disk."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._start, self._used = self._start + self._used, 0

    def _make_room(self, size: int) -> None:
        if self._file >= 0 and self._used + size <= self._segment:
            return
        self._abandon()
        kept = segments(self._folder)
        while kept and self._start - kept[0][0] + self._segment > self._cap:
            os.unlink(kept.pop(0)[1])  # noqa: PTH108 as above
        path = f"{self._folder}/{self._start:020d}{SUFFIX}"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _count(lost: dict[str, list[int]], reason: str, lines: int, size: int) -> None:
    entry = lost.setdefault(reason, [0, 0])
    entry[0] += lines
    entry[1] += size
