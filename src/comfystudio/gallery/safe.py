"""Opening a file below a folder so that nothing on the way leads elsewhere: no `..`, no link, only plain files.

Every step holds a directory handle, so what was checked is what is opened, whatever is swapped meanwhile. A link is
followed only above the root, and only where nobody but the studio could have put it.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from comfystudio.errors import Missing, Unavailable

__all__ = [
    "DEEPEST",
    "FOLDER",
    "LONGEST_NAME",
    "LONGEST_PATH",
    "Opened",
    "enter",
    "folder_of",
    "missing",
    "open_file",
    "open_folder",
    "parts_of",
]

LONGEST_NAME = 255
LONGEST_PATH = 4096
DEEPEST = 32
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# A pipe that was put in a file's place between the look and the opening must not make anybody wait.
FILE = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
# What tells that the disk or the process is in trouble, and nothing about the file.
_TROUBLE = {errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE}


@dataclass(frozen=True)
class Opened:
    """A plain file, open for reading; close it, or use it with `with`.

    `name` is the last part of its path, `size` in bytes, `mtime` in nanoseconds since the epoch. `version` changes
    whenever the content may have.
    """

    handle: int
    name: str
    size: int
    mtime: int
    inode: int

    @property
    def version(self) -> str:
        """Short, fit for an address: another one for another content."""
        return f"{self.mtime:x}-{self.size:x}"

    @property
    def etag(self) -> str:
        """A strong entity tag, quotes included."""
        return f'"{self.mtime:x}-{self.size:x}-{self.inode:x}"'

    def close(self) -> None:
        """Give the handle back."""
        os.close(self.handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def missing() -> Missing:
    """The one answer to every path that leads to no plain file: it tells nothing of what else is there."""
    return Missing("gallery.no_such_file")


@contextmanager
def _told() -> Iterator[None]:
    """Inside, an `OSError` becomes `Missing`, or `Unavailable` where the disk or the process is in trouble."""
    try:
        yield
    except OSError as error:
        if error.errno in _TROUBLE:
            raise Unavailable("gallery.disk_trouble", problem=error.strerror) from None
        raise missing() from None


def parts_of(relative: str) -> tuple[str, ...]:
    """The names in a path below a folder; `Missing` for one that no file can have or that leads out."""
    parts = tuple(relative.split("/"))
    try:
        too_long = len(os.fsencode(relative)) > LONGEST_PATH or any(
            len(os.fsencode(part)) > LONGEST_NAME for part in parts
        )
    except UnicodeEncodeError:
        raise missing() from None
    if too_long or len(parts) > DEEPEST or "\0" in relative or any(part in {"", ".", ".."} for part in parts):
        raise missing()
    return parts


def _ours_alone(handle: int) -> bool:
    found = os.fstat(handle)
    return found.st_uid in {0, os.geteuid()} and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def enter(handle: int, name: str, *, links: bool) -> int:
    """A handle of the folder `name` in the open folder `handle`; with `links` a link that only we can have put."""
    follow = 0 if links and _ours_alone(handle) else os.O_NOFOLLOW
    return os.open(name, FOLDER | follow, dir_fd=handle)


def _descend(handle: int, names: tuple[str, ...], *, links: bool) -> int:
    """A handle of the folder `names` below `handle`, which is closed."""
    for name in names:
        try:
            inner = enter(handle, name, links=links)
        finally:
            os.close(handle)
        handle = inner
    return handle


def open_folder(root: Path) -> int:
    """A handle of the folder `root`, which the caller closes; `Missing` where a planted link leads to it."""
    with _told():
        return _descend(os.open("/", FOLDER), root.absolute().parts[1:], links=True)


@contextmanager
def folder_of(root: Path, names: tuple[str, ...]) -> Iterator[int]:
    """A handle of the folder `names` below `root`, without a link on the way; `Missing` where there is none."""
    with _told():
        handle = _descend(open_folder(root), names, links=False)
    try:
        yield handle
    finally:
        os.close(handle)


def open_file(root: Path, relative: str) -> Opened:
    """The plain file at `relative`, a path with slashes below `root`. `Missing` for everything else. Blocks."""
    *folders, name = parts_of(relative)
    with folder_of(root, tuple(folders)) as folder, _told():
        if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise missing()
        handle = os.open(name, FILE, dir_fd=folder)
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            os.close(handle)
            raise missing()
    return Opened(handle, name, found.st_size, found.st_mtime_ns, found.st_ino)
