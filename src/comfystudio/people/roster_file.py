"""The roster on disk: read, noticed when it changes, edited under a lock, replaced whole."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comfystudio.errors import Unavailable
from comfystudio.people.bash_array import RosterError
from comfystudio.people.roster import EMPTY, Edit
from comfystudio.workspace import write_atomic

__all__ = ["LARGEST", "Mark", "RosterFile"]

LARGEST = 1 << 20
LOCK_WITHIN = 5.0
# A file written this recently may be written again within the same tick of its clock: look twice.
UNSETTLED = 3.0


@dataclass(frozen=True)
class Mark:
    """What tells one state of the file from another; `settled` where a further change would show."""

    key: tuple[int, ...] | None
    settled: bool


class RosterFile:
    """The file at `path`, with a lock at `lock` that portal and command line share. Every call may block."""

    def __init__(self, path: Path, lock: Path) -> None:
        self.path = path
        self._lock = lock

    def mark(self) -> Mark:
        """The file's present state; its key is None where there is no file."""
        try:
            found = self.path.stat()
        except OSError:
            return Mark(None, settled=True)
        key = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        age = time.time() - max(found.st_mtime, found.st_ctime)
        return Mark(key, settled=age > UNSETTLED)

    def read(self) -> str:
        """The text; `RosterError` where it is no text, FileNotFoundError where there is none."""
        with self.path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise RosterError("people.roster_large", "", 0, longest=LARGEST >> 10)
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            before = content[: error.start].decode("utf-8")
            raise RosterError("people.roster_encoding", before, len(before)) from None

    def seed(self, content: bytes) -> bool:
        """Write `content` unless there is a file; whether it was written."""
        with self._locked():
            if os.path.lexists(self.path):
                return False
            write_atomic(self.path, content, 0o644)
            return True

    def edit(self, change: Edit, *, otherwise: str = EMPTY) -> str:
        """Replace the text by what `change` makes of it and return that; `otherwise` stands in for no file.

        The text is read under the lock, and again just before it is replaced: an edit made with other means in
        between is not lost but taken as the new start.
        """
        with self._locked():
            while True:
                text, mark = self._text(otherwise), self.mark()
                edited = change(text)
                if self.mark().key != mark.key or self._text(otherwise) != text:
                    continue
                if edited != text:
                    # A link stays a link; what it names is replaced.
                    path = self.path.resolve()
                    _replace(path, edited.encode("utf-8"))
                return edited

    def _text(self, otherwise: str) -> str:
        try:
            return self.read()
        except FileNotFoundError:
            return otherwise

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + LOCK_WITHIN
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise Unavailable("people.roster_locked", path=self.path) from None
                    time.sleep(0.02)
            yield
        finally:
            os.close(handle)


def _replace(path: Path, content: bytes) -> None:
    """Replace the file; who owns it and who may read it stays, as far as we may say so."""
    try:
        found = path.stat()
    except FileNotFoundError:
        write_atomic(path, content, 0o644)
        return
    write_atomic(path, content, found.st_mode & 0o777)
    with contextlib.suppress(PermissionError):
        os.chown(path, found.st_uid, found.st_gid)
