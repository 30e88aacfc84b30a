"""Two threads own the connections, one for work that writes and one that reads; everybody else hands them functions.

Nothing blocks the loop or collides, and a long list never keeps a write waiting.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from comfystudio.storage.filesystem import is_local
from comfystudio.storage.problems import StorageBusy, StorageFull, understood
from comfystudio.storage.upgrade import StorageNewer, upgrade

__all__ = ["Database", "StorageBusy", "StorageFull", "StorageNewer"]

T = TypeVar("T")


def _engine(path: Path, *, reading: bool = False) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 5})
    # The write-ahead log needs shared memory, which network file systems do not give.
    journal = "WAL" if is_local(path.parent) else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # SQLAlchemy begins transactions below; the driver's own implicit ones would miss the reads.
        connection.isolation_level = None
        lines = (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
        for line in (*lines, "query_only=ON") if reading else lines:
            connection.execute(f"PRAGMA {line}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


class Database:
    """The studio's SQLite file at `path`, at the newest schema after `open()`.

    `keep_first` is called with the schema that is there before a newer one takes its place; what it raises ends that.
    """

    def __init__(self, path: Path, *, keep_first: Callable[[str], object] | None = None) -> None:
        self.path = path
        self._keep_first = keep_first
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="storage")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="storage-read")
        self._engine: Engine | None = None
        self._reading: Engine | None = None

    async def open(self) -> None:
        """Bring the schema up to date, with a backup first, and open the file; `StorageNewer` if it is newer."""
        await self._on_thread(self._open, self._thread)

    def _open(self) -> None:
        self._engine = _engine(self.path)
        upgrade(self._engine, self._keep_first)
        self.path.chmod(0o600)
        self._reading = _engine(self.path, reading=True)

    async def run(self, work: Callable[[Session], T]) -> T:
        """Do `work` in one transaction: committed when it returns, rolled back when it raises."""
        return await self._on_thread(lambda: _transaction(self._engine, work), self._thread)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Do `work`, which only reads, on one view of the data, without waiting for what others write."""
        return await self._on_thread(lambda: _transaction(self._reading, work), self._reader)

    async def _on_thread(self, work: Callable[[], T], thread: ThreadPoolExecutor) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(thread, work)
        except (OperationalError, sqlite3.OperationalError, OSError) as error:
            problem = understood(error)
            if problem is None:
                raise
            raise problem from error

    async def close(self) -> None:
        """Finish what was handed over and close the file."""
        await self._on_thread(self._end_reading, self._reader)
        await self._on_thread(self._end, self._thread)
        self._reader.shutdown()
        self._thread.shutdown()

    def _end_reading(self) -> None:
        if self._reading is not None:
            self._reading.dispose()
            self._reading = None

    def _end(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def _transaction(engine: Engine | None, work: Callable[[Session], T]) -> T:
    if engine is None:
        raise RuntimeError("the database is not open")
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return work(session)
