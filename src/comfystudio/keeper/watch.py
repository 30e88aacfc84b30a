"""Waking up when a folder changes: inotify where the system gives it, a quick look otherwise."""

import asyncio
import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

__all__ = ["FolderChange", "folder_changes"]

LOOK_EVERY = 0.05
# A watch sees what this machine writes. Should one ever miss something, a look this often makes up for it.
LOOK_ANYWAY = 2.0
IN_MODIFY, IN_MOVED_TO, IN_CREATE, IN_DELETE = 0x2, 0x80, 0x100, 0x200
IN_IGNORED = 0x8000
_EVENT = struct.Struct("iIII")


class FolderChange:
    """One waiter for changes of one folder."""

    def __init__(self, *, watched: bool) -> None:
        self._happened = asyncio.Event()
        self.watched = watched

    def happened(self, *, watched: bool = True) -> None:
        """Something changed; `watched` False: nobody will tell of the next change."""
        self.watched = watched
        self._happened.set()

    async def wait(self) -> None:
        """Return after a change since the last `wait`, or after a short while in which there may have been one."""
        try:
            async with asyncio.timeout(LOOK_ANYWAY if self.watched else LOOK_EVERY):
                await self._happened.wait()
        except TimeoutError:
            return
        self._happened.clear()


class _Inotify:
    """The watches of one event loop over a single inotify handle."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._library = ctypes.CDLL(None, use_errno=True)
        self._handle = -1
        self._waiters: dict[int, set[FolderChange]] = {}

    def add(self, folder: Path) -> tuple[int, FolderChange]:
        """Watch `folder`; the number is -1 where the system does not."""
        if self._handle < 0:
            self._handle = self._library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
            if self._handle >= 0:
                self._loop.add_reader(self._handle, self._read)
        number = -1
        if self._handle >= 0:
            mask = IN_MODIFY | IN_MOVED_TO | IN_CREATE | IN_DELETE
            number = self._library.inotify_add_watch(self._handle, os.fsencode(folder), mask)
        change = FolderChange(watched=number >= 0)
        self._waiters.setdefault(number, set()).add(change)
        return number, change

    def remove(self, number: int, change: FolderChange) -> None:
        """Watch no longer for `change`; the last one puts the light out."""
        waiters = self._waiters.get(number, set())
        waiters.discard(change)
        if not waiters:
            self._waiters.pop(number, None)
            if number >= 0:
                self._library.inotify_rm_watch(self._handle, number)
        if not self._waiters and self._handle >= 0:
            self._loop.remove_reader(self._handle)
            os.close(self._handle)
            self._handle = -1

    def _read(self) -> None:
        try:
            data = os.read(self._handle, 64 * 1024)
        except OSError:
            return
        at = 0
        while at < len(data):
            number, mask, _, length = _EVENT.unpack_from(data, at)
            at += _EVENT.size + length
            gone = bool(mask & IN_IGNORED)
            for change in self._waiters.get(number, ()):
                change.happened(watched=not gone)


_of_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Inotify]" = WeakKeyDictionary()


@contextmanager
def folder_changes(folder: Path) -> Iterator[FolderChange]:
    """Watch `folder` (which may not exist yet) while the block runs."""
    loop = asyncio.get_running_loop()
    inotify = _of_loop.get(loop)
    if inotify is None:
        inotify = _of_loop[loop] = _Inotify(loop)
    number, change = inotify.add(folder)
    try:
        yield change
    finally:
        inotify.remove(number, change)
