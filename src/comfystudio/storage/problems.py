"""What SQLite and the disk say, in the studio's own errors."""

import errno
import sqlite3

from sqlalchemy.exc import OperationalError

from comfystudio.errors import Conflict, Unavailable

__all__ = ["StorageBusy", "StorageDamaged", "StorageFull", "understood"]

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class StorageFull(Unavailable):
    """The disk is full; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("storage.full")


class StorageBusy(Unavailable):
    """Another program holds the database for longer than we wait."""

    def __init__(self) -> None:
        super().__init__("storage.busy")


class StorageDamaged(Conflict):
    """The file holds no sound database."""

    def __init__(self, problem: object) -> None:
        super().__init__("storage.damaged", problem=problem)


def understood(error: BaseException) -> StorageFull | StorageBusy | None:
    """The studio's error for one of SQLite, SQLAlchemy or the system; None for one that nobody can do much about."""
    original = error.orig if isinstance(error, OperationalError) else error
    if isinstance(original, sqlite3.OperationalError):
        code = original.sqlite_errorcode & 0xFF
        # A failed write to the journal or its shared memory on a full disk shows as an I/O error.
        if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
            return StorageFull()
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return StorageBusy()
    if isinstance(original, OSError) and original.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull()
    return None


def damaged(error: sqlite3.Error) -> bool:
    """Whether `error` says that the file is no sound database."""
    return error.sqlite_errorcode & 0xFF in _DAMAGED if getattr(error, "sqlite_errorcode", None) else False
