"""Moving a file between folders that are held open: by one rename, and never over another file.

A portal that is killed at any moment leaves the file at its old place or at its new one.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from comfystudio.errors import Unavailable
from comfystudio.gallery.safe import FOLDER, LONGEST_NAME, enter, missing

__all__ = ["made_folder", "move", "move_beside", "tidy", "told"]

_NO_REPLACE = 1
_FULL = {errno.ENOSPC, errno.EDQUOT}
# Some file systems know no such rename.
_UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG}


@contextmanager
def told() -> Iterator[None]:
    """Inside, an `OSError` becomes a sentence: the disk is full, is another one, or did not answer."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable("gallery.disk_full") from None
        if error.errno == errno.EXDEV:
            raise Unavailable("gallery.other_disk") from None
        if error.errno in _GONE:
            raise missing() from None
        raise Unavailable("gallery.disk_trouble", problem=error.strerror) from None


def _take_after(handle: int, parent: int) -> None:
    """Give a new folder the owner and the rights of the one it lies in: ComfyUI has to write there again."""
    wanted = os.fstat(parent)
    if os.geteuid() == 0:
        os.fchown(handle, wanted.st_uid, wanted.st_gid)
    os.fchmod(handle, stat.S_IMODE(wanted.st_mode))


def _make(parent: int, name: str, *, links: bool, private: bool) -> int:
    try:
        os.mkdir(name, 0o700, dir_fd=parent)
    except FileExistsError:
        return enter(parent, name, links=links)
    handle = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=parent)
    if not private:
        with suppress(PermissionError):
            _take_after(handle, parent)
    return handle


@contextmanager
def made_folder(root: Path, names: tuple[str, ...], *, private: bool) -> Iterator[int]:
    """A handle of `names` below `root`, made where missing: `private` to the studio, or like what it lies in."""
    with told():
        handle = os.open("/", FOLDER)
        above = len(root.absolute().parts) - 1
        for step, name in enumerate((*root.absolute().parts[1:], *names)):
            try:
                inner = _make(handle, name, links=step < above, private=private)
            finally:
                os.close(handle)
            handle = inner
    try:
        yield handle
    finally:
        os.close(handle)


def _rename_new(source: int, name: str, target: int, new: str) -> None:
    """Rename; FileExistsError where `new` is taken. Everything else an OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not libc.renameat2(source, os.fsencode(name), target, os.fsencode(new), _NO_REPLACE):
        return
    number = ctypes.get_errno()
    if number not in _UNKNOWN:
        raise OSError(number, os.strerror(number), name)
    # The name is taken first, by an empty file of ours, which the rename then replaces.
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=target))
    try:
        os.rename(name, new, src_dir_fd=source, dst_dir_fd=target)
    except OSError:
        os.unlink(new, dir_fd=target)
        raise


def move(source: int, name: str, target: int, new: str) -> None:
    """Move the plain file `name` to another folder as `new`; `Missing` where it is none or that name is taken."""
    with told():
        if not stat.S_ISREG(os.stat(name, dir_fd=source, follow_symlinks=False).st_mode):
            raise missing()
        try:
            _rename_new(source, name, target, new)
        except FileExistsError:
            raise missing() from None


def _numbered(name: str, number: int) -> str:
    """`name` with a number before its ending, cut where it would be too long for a file."""
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem:
        stem, dot, ending = name, "", ""
    mark = f" ({number}){dot}{ending}"
    kept = os.fsencode(stem)[: LONGEST_NAME - len(os.fsencode(mark))]
    return kept.decode("utf-8", "ignore") + mark if len(kept) < len(os.fsencode(stem)) else stem + mark


def move_beside(source: int, name: str, target: int) -> str:
    """Move the plain file `name` to another folder; where that name is taken, as "name (2)". Its name there."""
    with told():
        if not stat.S_ISREG(os.stat(name, dir_fd=source, follow_symlinks=False).st_mode):
            raise missing()
        number, new = 1, name
        while True:
            try:
                _rename_new(source, name, target, new)
            except FileExistsError:
                number += 1
                new = _numbered(name, number)
            else:
                return new


def tidy(root: int, names: tuple[str, ...]) -> None:
    """Remove the folders `names` below `root` from the innermost outwards, as far as they are empty."""
    for depth in range(len(names), 0, -1):
        handle = os.dup(root)
        try:
            for name in names[: depth - 1]:
                inner = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=handle)
                os.close(handle)
                handle = inner
            os.rmdir(names[depth - 1], dir_fd=handle)
        except OSError:
            return
        finally:
            os.close(handle)
