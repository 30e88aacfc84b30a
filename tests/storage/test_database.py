"""The database: transactions, its thread, its schema, and what a locked or full disk says."""

import asyncio
import shutil
import sqlite3
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from comfystudio.storage import Database, StorageBusy, StorageFull, StorageNewer
from comfystudio.storage.filesystem import is_local
from comfystudio.storage.tables import AuditRow, Base, PromptRow
from comfystudio.storage.upgrade import schemas
from tests.small_disk import fill, small_disk_at

MIGRATIONS = Path(__file__).parents[2] / "src/comfystudio/storage/migrations"


def _line(action: str, size: int = 1) -> AuditRow:
    return AuditRow(at=0.0, by="", action=action, subject="x" * size, fields={})


def _actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


async def test_work_is_kept_whole_or_not_at_all(database: Database) -> None:
    """A transaction that raises leaves nothing behind; one that returns is there."""

    def fails(session: Session) -> None:
        session.add(_line("lost"))
        session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        await database.run(fails)
    await database.run(lambda session: session.add(_line("kept")))
    assert await database.run(_actions) == ["kept"]


async def test_many_at_once_take_turns(database: Database) -> None:
    """A hundred read-then-write transactions lose no update."""

    def append(session: Session) -> None:
        session.add(_line(str(len(_actions(session)))))

    await asyncio.gather(*(database.run(append) for _ in range(100)))
    assert await database.run(_actions) == [str(n) for n in range(100)]


async def test_the_file_is_private(database: Database) -> None:
    """Nobody else can read the database."""
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600


async def test_a_database_held_by_another_program_says_so(database: Database) -> None:
    """After five seconds of waiting the sentence says busy, and the next try works."""
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy):
            await database.run(lambda session: session.add(_line("x")))
        other.execute("ROLLBACK")
    await database.run(lambda session: session.add(_line("y")))
    assert await database.run(_actions) == ["y"]


@pytest.fixture
def tiny_disk() -> Iterator[Path]:
    """A file system of one megabyte."""
    with tempfile.TemporaryDirectory() as folder, small_disk_at(Path(folder) / "disk", "1m") as disk:
        yield disk


@pytest.mark.root
async def test_a_full_disk_says_so_and_heals(tiny_disk: Path) -> None:
    """On a full disk a write raises StorageFull, what was saved stands, and freed space is used without a restart."""
    database = Database(tiny_disk / "studio.db")
    await database.open()
    await database.run(lambda session: session.add(_line("first")))
    ballast = fill(tiny_disk)
    with pytest.raises(StorageFull):
        await database.run(lambda session: session.add(_line("second", 500_000)))
    ballast.unlink()
    await database.run(lambda session: session.add(_line("third")))
    assert await database.run(_actions) == ["first", "third"]
    await database.close()


async def test_migrations_and_tables_say_the_same(database: Database) -> None:
    """A database made by the migrations has exactly the schema that the code expects."""
    differences = await database.run(
        lambda session: compare_metadata(MigrationContext.configure(session.connection()), Base.metadata)
    )
    assert differences == []


async def test_a_newer_database_is_refused_and_untouched(root: Path) -> None:
    """An older studio does not write into a database it does not know."""
    path = root / "studio.db"
    first = Database(path)
    await first.open()
    await first.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    second = Database(path)
    with pytest.raises(StorageNewer) as caught:
        await second.open()
    assert "9999" in caught.value.sentence
    await second.close()


async def test_a_change_of_schema_waits_until_the_old_one_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever keeps what was there is asked first, once, and nothing changes where that fails."""
    path = root / "studio.db"
    first = Database(path)
    await first.open()
    await first.run(lambda session: session.add(_line("kept")))
    await first.close()
    shutil.copytree(MIGRATIONS, root / "migrations")
    newest = schemas().newest
    (root / "migrations/versions/9000_next.py").write_text(
        f'from alembic import op\nrevision = "9000"\ndown_revision = "{newest}"\n'
        'def upgrade():\n    op.execute("DELETE FROM audit")\n'
    )
    monkeypatch.setattr("comfystudio.storage.upgrade.MIGRATIONS", root / "migrations")
    kept: list[tuple[str, list[tuple[str]]]] = []

    def fails(_found: str) -> None:
        raise StorageFull

    def keep(found: str) -> None:
        with closing(sqlite3.connect(path)) as database:
            kept.append((found, database.execute("SELECT action FROM audit").fetchall()))

    second = Database(path, keep_first=fails)
    with pytest.raises(StorageFull):
        await second.open()
    await second.close()
    for _ in range(2):
        third = Database(path, keep_first=keep)
        await third.open()
        assert await third.run(_actions) == []
        await third.close()
    assert kept == [(newest, [("kept",)])]


@pytest.mark.parametrize("revision", ["0001", "0002"])
async def test_every_schema_that_landed_is_brought_up_to_date(root: Path, revision: str) -> None:
    """A studio that opens a database of an earlier version finds its rows and the tables of today."""
    path = root / "studio.db"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql("INSERT INTO audit VALUES (1, 0.0, '', 'kept', '', '{}')")
    engine.dispose()
    database = Database(path)
    await database.open()
    assert await database.run(_actions) == ["kept"]
    assert await database.read(lambda session: session.scalars(select(PromptRow)).all()) == []
    await database.close()


async def test_a_reader_waits_for_no_writer_and_writes_nothing(database: Database) -> None:
    """While a transaction is open a read answers at once from what was committed, and it cannot change anything."""
    began, goes_on = threading.Event(), threading.Event()

    def holds(session: Session) -> None:
        session.add(_line("late"))
        session.flush()
        began.set()
        assert goes_on.wait(10)

    writing = asyncio.ensure_future(database.run(holds))
    await asyncio.to_thread(began.wait, 10)
    assert await database.read(_actions) == []
    goes_on.set()
    await writing
    assert await database.read(_actions) == ["late"]
    with pytest.raises(OperationalError, match="readonly"):
        await database.read(lambda session: (session.add(_line("no")), session.flush()))


def test_a_network_file_system_is_told_from_a_local_one(root: Path) -> None:
    """The write-ahead log is used only where its shared memory works."""
    device = root.stat().st_dev
    number = f"{device >> 8 & 0xFFF}:{device & 0xFF}"
    for kind, local in [("ext4", True), ("overlay", True), ("nfs4", False), ("fuse.mfs", False), ("9p", False)]:
        (root / "mountinfo").write_text(f"36 35 {number} / / rw - {kind} source rw\n")
        assert is_local(root, mounts=root / "mountinfo") is local
