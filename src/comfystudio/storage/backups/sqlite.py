"""The database as a file: copied while others write, looked over."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from comfystudio import words
from comfystudio.storage.filesystem import is_local
from comfystudio.storage.problems import StorageDamaged, damaged, understood

__all__ = ["SIDES", "Look", "copy", "look", "opened"]

# What SQLite keeps beside the file.
SIDES = ("-wal", "-shm", "-journal")
STEP_PAGES = 2048
MOST_ROUNDS = 3
PAUSE = 0.005  # seconds between steps, and until the next try where somebody writes just now
MOST_PROBLEMS = 20


class _NoEnd(Exception):
    """Others write faster than we copy."""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database at `path`, which must exist, to be read; the studio's own errors where that fails."""
    try:
        # For writing as far as SQLite goes: after a crash whoever opens the file first brings it in order.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=5)) as connection:
            connection.isolation_level = None
            connection.execute("PRAGMA query_only=ON")
            connection.execute("PRAGMA trusted_schema=OFF")
            yield connection
    except sqlite3.DatabaseError as error:
        problem = StorageDamaged(error) if damaged(error) else understood(error)
        raise problem or StorageDamaged(error) from error


def copy(path: Path, target: Path) -> None:
    """Copy the database at `path` as it is at one moment to `target`, a file on its own, while others use it."""
    with opened(path) as source, closing(sqlite3.connect(target)) as made:
        made.execute("PRAGMA synchronous=OFF")
        if is_local(path.parent):
            # Readers and writers do not meet in a write-ahead log: all at once, however long it takes.
            source.backup(made)
        else:
            _in_steps(source, made)
        made.execute("PRAGMA journal_mode=DELETE")


def _in_steps(source: sqlite3.Connection, made: sqlite3.Connection) -> None:
    """A little at a time, so that nobody's write waits; each write begins it anew, so in the end at once."""
    steps = 0

    def progress(_status: int, _remaining: int, total: int) -> None:
        nonlocal steps
        steps += 1
        if steps > MOST_ROUNDS * (total // STEP_PAGES + 1):
            raise _NoEnd

    try:
        source.backup(made, pages=STEP_PAGES, progress=progress, sleep=PAUSE)
    except _NoEnd:
        source.backup(made, sleep=PAUSE)


class Look:
    """What a look at a database found: its schema, and what is wrong in it."""

    def __init__(self, schema: str | None, problems: tuple[str, ...]) -> None:
        self.schema = schema
        self.problems = problems


def look(path: Path) -> Look:
    """Read the whole database at `path` and check it; `StorageDamaged` where it cannot even be opened."""
    with opened(path) as connection:
        found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({MOST_PROBLEMS})")]
        problems = [] if found == ["ok"] else found
        rows = connection.execute("PRAGMA foreign_key_check").fetchmany(MOST_PROBLEMS)
        problems += [words.say("storage.row_orphan", table=row[0], row=row[1], other=row[2]) for row in rows]
        # The studio has tables and indexes: anything else in a file would run when the studio uses it.
        odd = connection.execute("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchmany(
            3
        )
        problems += [words.say("storage.foreign_object", kind=kind, name=name) for kind, name in odd]
        return Look(_schema(connection), tuple(problems))


def _schema(connection: sqlite3.Connection) -> str | None:
    try:
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.OperationalError:
        return None
    return str(rows[0][0]) if len(rows) == 1 else None
