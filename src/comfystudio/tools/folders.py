"""Folders of people, made so that a link somebody planted cannot lead the studio elsewhere.

Every step holds a directory handle. A link is followed only where nobody but the studio could have put it.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from comfystudio.errors import Unavailable

__all__ = ["give", "make"]

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def _ours_alone(handle: int) -> bool:
    found = os.fstat(handle)
    return found.st_uid in {0, os.geteuid()} and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _enter(parent: int, name: str, mode: int) -> int:
    with suppress(FileExistsError):
        os.mkdir(name, mode, dir_fd=parent)
    follow = 0 if _ours_alone(parent) else os.O_NOFOLLOW
    return os.open(name, FOLDER | follow, dir_fd=parent)


@contextmanager
def _opened(root: Path, parts: tuple[str, ...]) -> Iterator[int]:
    """A handle of `root/parts…`; parents are made as needed, the last one is never a link."""
    handle = os.open(root, FOLDER)
    try:
        for name in parts[:-1]:
            inner = _enter(handle, name, 0o755)
            os.close(handle)
            handle = inner
        with suppress(FileExistsError):
            os.mkdir(parts[-1], 0o700, dir_fd=handle)
        last = os.open(parts[-1], FOLDER | os.O_NOFOLLOW, dir_fd=handle)
    except OSError as error:
        raise Unavailable("tools.folder_in_the_way", path=root.joinpath(*parts), problem=error.strerror) from None
    finally:
        os.close(handle)
    try:
        yield last
    finally:
        os.close(last)


def make(root: Path, folder: Path, mode: int) -> None:
    """Make `folder`, which lies below `root`, with `mode`, for the studio's own account."""
    with _opened(root, folder.relative_to(root).parts) as handle:
        if stat.S_IMODE(os.fstat(handle).st_mode) != mode:
            os.fchmod(handle, mode)


def give(root: Path, folder: Path, mode: int, uid: int, gid: int) -> None:
    """Make `folder` below `root` and give it to `uid` and `gid`, with what its owner before had in it."""
    with _opened(root, folder.relative_to(root).parts) as handle:
        try:
            before = os.fstat(handle)
            if (before.st_uid, before.st_gid) != (uid, gid):
                _give_contents(handle, before.st_uid, uid, gid)
                os.fchown(handle, uid, gid)
            if stat.S_IMODE(os.fstat(handle).st_mode) != mode:
                os.fchmod(handle, mode)
        except OSError as error:
            raise Unavailable("tools.folder_not_given", path=folder, problem=error.strerror) from None


def _give_contents(handle: int, before: int, uid: int, gid: int) -> None:
    for _, folders, files, inside in os.fwalk(".", dir_fd=handle, follow_symlinks=False):
        for name in folders + files:
            found = os.stat(name, dir_fd=inside, follow_symlinks=False)
            # A second name of a file may lie in somebody else's folder: such a file stays whose it is.
            if found.st_uid == before and (stat.S_ISDIR(found.st_mode) or found.st_nlink == 1):
                os.chown(name, uid, gid, dir_fd=inside, follow_symlinks=False)
