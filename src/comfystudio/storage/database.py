"""One thread owns the connection; everybody else hands it functions. Nothing blocks the loop or collides."""

import asyncio
import errno
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from comfystudio.errors import Unavailable
from comfystudio.storage.filesystem import is_local
from comfystudio.storage.upgrade import StorageNewer, upgrade

__all__ = ["Database", "StorageBusy", "StorageFull", "StorageNewer"]

T = TypeVar("T")


class StorageFull(Unavailable):
    """The disk is full; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("storage.full")


class StorageBusy(Unavailable):
    """Another program holds the database for longer than we wait."""

    def __init__(self) -> None:
        super().__init__("storage.busy")


def _understood(error: BaseException) -> Unavailable | None:
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


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 5})
    # The write-ahead log needs shared memory, which network file systems do not give.
    journal = "WAL" if is_local(path.parent) else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # SQLAlchemy begins transactions below; the driver's own implicit ones would miss the reads.
        connection.isolation_level = None
        for line in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {line}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class Database:
    """The studio's SQLite file at `path`, at the newest schema after `open()`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="storage")
        self._engine: Engine | None = None

    async def open(self) -> None:
        """Bring the schema up to date, keeping a copy first, and open the file; `StorageNewer` if it is newer."""
        await self._on_thread(self._open)

    def _open(self) -> None:
        self._engine = _engine(self.path)
        upgrade(self._engine, self.path)
        self.path.chmod(0o600)

    async def run(self, work: Callable[[Session], T]) -> T:
        """Do `work` in one transaction: committed when it returns, rolled back when it raises."""
        return await self._on_thread(lambda: self._transaction(work))

    def _transaction(self, work: Callable[[Session], T]) -> T:
        if self._engine is None:
            raise RuntimeError("the database is not open")
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            return work(session)

    async def _on_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (OperationalError, sqlite3.OperationalError, OSError) as error:
            understood = _understood(error)
            if understood is None:
                raise
            raise understood from error

    async def close(self) -> None:
        """Finish what was handed over and close the file."""

        def dispose() -> None:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

        await self._on_thread(dispose)
        self._thread.shutdown()
