"""The segments of a log as they lie on disk: whole records with their offsets, from any place on."""

import os
from collections.abc import Iterator
from pathlib import Path

from comfystudio.keeper import _records
from comfystudio.keeper._writer import segments

__all__ = ["end_of", "records", "start_of"]

BLOCK = 64 * 1024
LONGEST_RECORD = 4 * _records.LINE_LIMIT


def start_of(folder: Path) -> int:
    """The offset of the oldest byte that is kept."""
    kept = segments(str(folder))
    return kept[0][0] if kept else 0


def end_of(folder: Path) -> int:
    """The offset after the last whole record."""
    kept = segments(str(folder))
    if not kept:
        return 0
    start, path = kept[-1]
    try:
        with Path(path).open("rb", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            if not end or os.pread(file.fileno(), 1, end - 1) == b"\n":
                return start + end
            last = os.pread(file.fileno(), LONGEST_RECORD, max(0, end - LONGEST_RECORD))
    except FileNotFoundError:
        return end_of(folder)
    # A keeper that was killed may have left half a record, which nobody will complete.
    return start + end - len(last) + last.rfind(b"\n") + 1 if b"\n" in last else start


def records(folder: Path, start: int, upto: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Whole records that begin at or after `start` and before `upto`, over all segments, as they are now."""
    kept = segments(str(folder))
    for number, (first, path) in enumerate(kept):
        if number + 1 < len(kept) and kept[number + 1][0] <= start:
            continue
        if upto is not None and first >= upto:
            return
        try:
            with Path(path).open("rb", buffering=0) as file:
                for offset, record in _of_segment(file.fileno(), first, max(start - first, 0)):
                    if upto is not None and offset >= upto:
                        return
                    yield offset, record
        except FileNotFoundError:
            continue  # rotated away between listing and opening: the next one is the oldest now


def _of_segment(file: int, first: int, skip: int) -> Iterator[tuple[int, bytes]]:
    """Records of one segment; a `skip` into the middle of one goes on to the next."""
    at = skip
    if skip and os.pread(file, 1, skip - 1) != b"\n":
        aligned = os.pread(file, LONGEST_RECORD, skip).find(b"\n")
        if aligned < 0:
            return
        at = skip + aligned + 1
    rest = b""
    while block := os.pread(file, BLOCK, at + len(rest)):
        *whole, rest = (rest + block).split(b"\n")
        for record in whole:
            yield first + at, record
            at += len(record) + 1
