"""Whole files on disk: written through, one maker at a time, room enough before the first byte."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from comfystudio.errors import Conflict
from comfystudio.storage.problems import StorageFull

__all__ = ["new", "only_one", "remove", "room_for", "sync_folder", "sync_tree"]

SPARE = 8 << 20
WITHIN = 2.0


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold `lock`; `Conflict` where somebody else makes or restores a backup for longer than we wait."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + WITHIN
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Conflict("storage.backup_running") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def room_for(folder: Path, size: int) -> None:
    """Raise `StorageFull` where `size` bytes do not fit into `folder` with some to spare."""
    if shutil.disk_usage(folder).free < size + SPARE:
        raise StorageFull


@contextmanager
def new(path: Path) -> Iterator[BinaryIO]:
    """`path`, which is new and for the studio's eyes only, to be written; on the disk when the block ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """See the names in `folder` onto the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """See every file in `folder`, and the names, onto the disk."""
    for path in folder.iterdir():
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    sync_folder(folder)


def remove(paths: Iterable[Path]) -> None:
    """Remove files that may be there."""
    for path in paths:
        path.unlink(missing_ok=True)
