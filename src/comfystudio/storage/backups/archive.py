"""The file format: a plain tar that `tar xf` and `sha256sum -c SHA256SUMS` understand, read with no trust at all.

Reading takes headers one by one and accepts nothing but ordinary files with the few names there are, each once, in
order. There are no links, no folders, no compression and no extensions, so nothing can lead out or blow up.
"""

import hashlib
import json
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from comfystudio.errors import Invalid
from comfystudio.storage.backups.model import DATABASE, NAMES, Contents, Part

__all__ = ["Sink", "head", "read", "write"]

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
FORMAT = 1
BLOCK = tarfile.BLOCKSIZE
PIECE = 1 << 20
LARGEST_TEXT = 1 << 20
Sink = Callable[[str, Iterator[bytes]], None]


def _sum_of(path: Path) -> Part:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Part(file.tell(), digest.hexdigest())


def _put(file: BinaryIO, name: str, size: int, pieces: Iterator[bytes], at: float) -> None:
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, 0o600, int(at)
    file.write(header.tobuf(tarfile.GNU_FORMAT))
    file.writelines(pieces)
    file.write(b"\0" * (-size % BLOCK))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def write(file: BinaryIO, files: dict[str, Path], *, made_at: float, version: str, schema: str) -> Contents:
    """Write a backup of `files`, each under its name, and say what is in it."""
    contents = Contents(made_at, version, schema, {name: _sum_of(files[name]) for name in NAMES if name in files})
    manifest = json.dumps({"format": FORMAT, **asdict(contents)}, indent=2).encode()
    sums = {MANIFEST: hashlib.sha256(manifest).hexdigest()}
    sums |= {name: part.sha256 for name, part in contents.files.items()}
    listed = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    for name, text in ((SUMS, listed), (MANIFEST, manifest)):
        _put(file, name, len(text), iter((text,)), made_at)
    for name, part in contents.files.items():
        _put(file, name, part.bytes, _pieces(files[name]), made_at)
    file.write(b"\0" * (2 * BLOCK))
    return contents


class _Broken(Exception):
    """The file is no backup: the key of the sentence that says why, and its fields."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key)
        self.key, self.fields = key, fields


class _Reader:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size
        self.name: str | None = None

    def _read(self, size: int) -> bytes:
        content = self._file.read(size)
        if len(content) != size:
            raise _Broken("storage.backup_cut")
        self._left -= size
        return content

    def next(self, wanted: tuple[str, ...]) -> tuple[str, int] | None:
        """Name and size of the next file, one of `wanted`; None at the end."""
        block = self._read(BLOCK)
        if block == b"\0" * BLOCK:
            if self._read(BLOCK) != b"\0" * BLOCK:
                raise _Broken("storage.backup_header")
            return None
        try:
            header = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError):
            raise _Broken("storage.backup_header") from None
        if header.type != tarfile.REGTYPE or header.name not in wanted or header.linkname:
            raise _Broken("storage.backup_foreign", entry=repr(header.name[:100]))
        if not 0 <= header.size <= self._left:
            raise _Broken("storage.backup_cut")
        if header.name != DATABASE and header.size > LARGEST_TEXT:
            raise _Broken("storage.backup_foreign", entry=header.name)
        return header.name, header.size

    def pieces(self, size: int, digest: "hashlib._Hash | None" = None) -> Iterator[bytes]:
        left = size
        while left:
            piece = self._read(min(PIECE, left))
            left -= len(piece)
            if digest is not None:
                digest.update(piece)
            yield piece
        self._read(-size % BLOCK)

    def whole(self, name: str) -> bytes:
        """The file that must come next."""
        found = self.next((name,))
        if found is None:
            raise _Broken("storage.backup_lacks", entry=name)
        return b"".join(self.pieces(found[1]))


def _sums(text: bytes) -> dict[str, str]:
    found = {}
    for line in text.decode("ascii", errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        found[name] = digest
    return found


def _manifest(text: bytes) -> Contents:
    try:
        given = json.loads(text)
        if given.pop("format") != FORMAT:
            raise _Broken("storage.backup_newer")
        files = {str(name): Part(int(each["bytes"]), str(each["sha256"])) for name, each in given["files"].items()}
        made_at, version, schema = float(given["made_at"]), str(given["version"]), str(given["schema"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _Broken("storage.backup_header") from None
    if DATABASE not in files or not set(files) <= set(NAMES):
        raise _Broken("storage.backup_header")
    return Contents(made_at, version, schema, files)


def _head(reader: _Reader) -> Contents:
    sums, manifest = _sums(reader.whole(SUMS)), reader.whole(MANIFEST)
    if sums.pop(MANIFEST, "") != hashlib.sha256(manifest).hexdigest():
        raise _Broken("storage.backup_sum", entry=MANIFEST)
    contents = _manifest(manifest)
    if sums != {name: part.sha256 for name, part in contents.files.items()}:
        raise _Broken("storage.backup_sum", entry=SUMS)
    return contents


def _size(handle: int) -> int:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        raise _Broken("storage.backup_no_file")
    return found.st_size


@contextmanager
def _opened(path: Path) -> Iterator[_Reader]:
    try:
        # A pipe in its place must not hold anybody up.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            yield _Reader(file, _size(file.fileno()))
    except _Broken as error:
        raise Invalid(error.key, name=path.name, **error.fields) from None
    except OSError as error:
        raise Invalid("storage.backup_unreadable", name=path.name, problem=error.strerror) from None


def head(path: Path) -> Contents:
    """What the backup at `path` says of itself; its files are not looked at. `Invalid` where it is no backup."""
    with _opened(path) as reader:
        return _head(reader)


def read(path: Path, sink: Sink | None = None) -> Contents:
    """Read the backup at `path` through and compare every checksum; `Invalid` where anything is not as it was made.

    `sink` takes each file as it comes; what it took counts only once this has returned.
    """
    with _opened(path) as reader:
        contents = _head(reader)
        missing = dict(contents.files)
        while (found := reader.next(tuple(missing))) is not None:
            name, size = found
            part, digest = missing.pop(name), hashlib.sha256()
            pieces = reader.pieces(size, digest)
            if sink is not None:
                sink(name, pieces)
            for _ in pieces:
                continue
            if (size, digest.hexdigest()) != (part.bytes, part.sha256):
                raise _Broken("storage.backup_sum", entry=name)
        if missing:
            raise _Broken("storage.backup_lacks", entry=next(iter(missing)))
        return contents
