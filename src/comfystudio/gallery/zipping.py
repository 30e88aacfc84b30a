"""A ZIP archive written as it is read: stored, no temporary file, of any size and any number of files."""

import asyncio
import os
import struct
import time
import unicodedata
import zlib
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from comfystudio.errors import Missing
from comfystudio.gallery.safe import Opened, open_file

__all__ = ["Names", "zipped"]

PIECE = 1024 * 1024
FULL = 0xFFFFFFFF
# Names are UTF-8, and checksum and sizes follow the content.
FLAGS = 0x0808
PLAIN, LARGE = 20, 45
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_BEHIND = struct.Struct("<4sIII")
_BEHIND_LARGE = struct.Struct("<4sIQQ")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END_LARGE = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR = struct.Struct("<4sIQI")
_END = struct.Struct("<4sHHHHIIH")
_UNFIT = str.maketrans(dict.fromkeys('\\:*?"<>|', "_"))


class Names:
    """Names in an archive: what no system takes for a way elsewhere, and none of them twice."""

    def __init__(self) -> None:
        # How many files have wanted each name.
        self._wanted: dict[str, int] = {}

    def new(self, path: str) -> str:
        """The name for the file at `path`."""
        shown = os.fsencode(path).decode("utf-8", "replace")
        parts = [_plain(part) for part in shown.split("/")]
        name = whole = "/".join(parts)
        while name.casefold() in self._wanted:
            number = self._wanted[whole.casefold()] = self._wanted[whole.casefold()] + 1
            stem, dot, ending = parts[-1].rpartition(".")
            last = f"{stem} ({number}){dot}{ending}" if stem else f"{parts[-1]} ({number})"
            name = "/".join((*parts[:-1], last))
        self._wanted[name.casefold()] = 1
        return name


def _plain(part: str) -> str:
    kept = "".join("_" if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else each for each in part)
    kept = kept.translate(_UNFIT)
    # Windows drops dots and blanks at the end, and takes two dots for the folder above.
    return kept if kept.rstrip(". ") else "_" * len(kept)


@dataclass(frozen=True)
class _Member:
    name: bytes
    when: tuple[int, int]
    offset: int
    size: int
    checksum: int


def _dos(mtime: int) -> tuple[int, int]:
    """Time and date as archives write them: local time, from 1980 on, in steps of two seconds."""
    at = time.localtime(mtime // 1_000_000_000)
    year = min(max(at.tm_year - 1980, 0), 127)
    return at.tm_hour << 11 | at.tm_min << 5 | at.tm_sec // 2, year << 9 | at.tm_mon << 5 | at.tm_mday


def _local(name: bytes, when: tuple[int, int], *, large: bool) -> bytes:
    extra = struct.pack("<HHQQ", 1, 16, 0, 0) if large else b""
    sizes = FULL if large else 0
    needed = LARGE if large else PLAIN
    return _LOCAL.pack(b"PK\3\4", needed, FLAGS, 0, *when, 0, sizes, sizes, len(name), len(extra)) + name + extra


def _behind(size: int, checksum: int, *, large: bool) -> bytes:
    return (_BEHIND_LARGE if large else _BEHIND).pack(b"PK\7\10", checksum, size, size)


def _central(member: _Member) -> bytes:
    wide = [value for value in (member.size, member.size, member.offset) if value >= FULL]
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    needed = LARGE if wide else PLAIN
    size, offset = min(member.size, FULL), min(member.offset, FULL)
    head = _CENTRAL.pack(
        b"PK\1\2",
        0x0300 | needed,
        needed,
        FLAGS,
        0,
        *member.when,
        member.checksum,
        size,
        size,
        len(member.name),
        len(extra),
        0,
        0,
        0,
        0o100644 << 16,
        offset,
    )
    return head + member.name + extra


def _end(count: int, size: int, offset: int) -> bytes:
    found = b""
    if count >= 0xFFFF or size >= FULL or offset >= FULL:
        made = 0x0300 | LARGE
        found = _END_LARGE.pack(b"PK\6\6", 44, made, LARGE, 0, 0, count, count, size, offset)
        found += _LOCATOR.pack(b"PK\6\7", 0, offset + size, 1)
    few = min(count, 0xFFFF)
    return found + _END.pack(b"PK\5\6", 0, 0, few, few, min(size, FULL), min(offset, FULL), 0)


def _piece(file: Opened, at: int, checksum: int) -> tuple[bytes, int]:
    piece = os.pread(file.handle, min(PIECE, file.size - at), at)
    return piece, zlib.crc32(piece, checksum)


def _opened(root: Path, path: str) -> tuple[Opened, bytes, int] | None:
    """The file and its first piece with the checksum: of a small file that is all."""
    try:
        file = open_file(root, path)
    except Missing:
        return None
    try:
        return file, *_piece(file, 0, 0)
    except OSError:
        file.close()
        return None


async def zipped(root: Path, paths: Iterable[str]) -> AsyncGenerator[bytes, None]:
    """An archive of the files at `paths` below `root`, in pieces of up to 1 MB. What is gone by then is left out.

    No more of a file is taken than it had when it was opened, and no less than can be read.
    """
    members: list[_Member] = []
    names, offset = Names(), 0
    for path in paths:
        found = await asyncio.to_thread(_opened, root, path)
        if found is None:
            continue
        file, piece, checksum = found
        with file:
            name, when, large = names.new(path).encode(), _dos(file.mtime), file.size >= FULL
            head = _local(name, when, large=large)
            yield head
            at = 0
            while piece:
                yield piece
                at += len(piece)
                if at >= file.size:
                    break
                piece, checksum = await asyncio.to_thread(_piece, file, at, checksum)
            tail = _behind(at, checksum, large=large)
            yield tail
        members.append(_Member(name, when, offset, at, checksum))
        offset += len(head) + at + len(tail)
    size = 0
    for batch in _batches(members):
        size += len(batch)
        yield batch
    yield _end(len(members), size, offset)


def _batches(members: Sequence[_Member]) -> Iterable[bytes]:
    for first in range(0, len(members), 1000):
        yield b"".join(_central(member) for member in members[first : first + 1000])
