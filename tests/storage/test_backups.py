"""Backups: whole or not there, made while others write, and a restore that gives nobody what was taken from them."""

import errno
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from comfystudio.errors import Conflict, Invalid, Missing
from comfystudio.storage import Database, StorageFull
from comfystudio.storage.backups import Backups, sqlite
from comfystudio.storage.backups.files import only_one
from comfystudio.storage.problems import StorageDamaged
from comfystudio.storage.tables import LinkRow, PersonRow, SessionRow, TokenRow
from comfystudio.storage.upgrade import MIGRATIONS
from comfystudio.workspace import Workspace
from tests.small_disk import fill, small_disk_at
from tests.storage.killed import furnish as furnish_as
from tests.storage.killed import said, workspace_at
from tests.waiting import wait_until


@pytest.fixture
def place(root: Path) -> Workspace:
    """A workspace whose database, settings and roster all say "old"."""
    found = workspace_at(root / "workspace")
    furnish_as(found, "old")
    return found


def test_a_kill_at_any_step_leaves_all_or_nothing() -> None:
    """Killed before every single touch of the disk: old or new in every part, and the next one works."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        running = []
        for what in ("backup", "restore", "migration"):
            Path(folder, what).mkdir()
            argv = [sys.executable, "-m", "tests.storage.killed", what, f"{folder}/{what}"]
            root, pipe = Path(__file__).parents[2], subprocess.PIPE
            running.append(subprocess.Popen(argv, stdout=pipe, stderr=pipe, text=True, cwd=root))
        for each, expected in zip(running, ("not there/there", "new/old", "new/old"), strict=True):
            out, problems = each.communicate(timeout=100)
            assert each.returncode == 0, problems[-3000:]
            steps, _, outcomes = out.partition(" ")
            assert (int(steps) > 30, outcomes) == (True, expected)


def test_a_backup_brings_back_what_was(place: Workspace) -> None:
    """Database, settings, roster and its last good text come back; what was there meanwhile is kept beside."""
    backups = Backups(place)
    made = backups.make()
    assert made.contents
    assert set(made.contents.files) == {"studio.db", "studio.toml", "artist_names.sh", "roster.good"}
    assert (backups.folder / made.name).stat().st_mode & 0o777 == 0o600
    furnish_as(place, "new")
    (place.root / "studio.toml").chmod(0o640)
    done = backups.restore(made.name)
    assert said(place) == {"old"}
    assert (place.root / "studio.toml").stat().st_mode & 0o777 == 0o640
    assert done.kept
    backups.restore(done.kept)
    assert said(place) == {"new"}
    assert [each.before for each in backups.list()].count("restore") == 2


def test_settings_stay_where_asked_and_go_where_there_were_none(place: Workspace) -> None:
    """With keep_settings the file is not touched; a backup without one takes it away."""
    file = place.root / "studio.toml"
    backups = Backups(place)
    with_settings = backups.make().name
    file.unlink()
    without = backups.make().name
    file.write_text("trash_days = 9\n")
    backups.restore(with_settings, keep_settings=True)
    assert file.read_text() == "trash_days = 9\n"
    backups.restore(without)
    assert not file.exists()


def test_settings_that_would_not_load_are_not_put_in_place(place: Workspace) -> None:
    """A backup with a broken studio.toml is refused before anything changes; without its settings it can be used."""
    (place.root / "studio.toml").write_text("port = = 1\n")
    backups = Backups(place)
    made = backups.make()
    furnish_as(place, "new")
    with pytest.raises(Invalid):
        backups.restore(made.name)
    assert said(place) == {"new"}
    backups.restore(made.name, keep_settings=True)
    assert said(place) == {"old", "new"}


async def test_a_backup_is_of_one_moment_while_others_write(place: Workspace) -> None:
    """Two tables that always agree agree in the backup too, and nobody's write waited for it."""
    writing = threading.Event()
    ends = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(place.database, timeout=1, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            while not ends.is_set():
                database.execute("BEGIN IMMEDIATE")
                database.execute("UPDATE job SET started_at = started_at + 1")
                database.execute("UPDATE job SET ended_at = started_at")
                database.execute("COMMIT")
                writing.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert writing.wait(5)
    backups = Backups(place)
    try:
        names = [backups.make().name for _ in range(5)]
    finally:
        ends.set()
        thread.join()
    for name in names:
        subprocess.run(["tar", "xf", str(backups.folder / name), "studio.db"], cwd=place.root, check=True)
        with closing(sqlite3.connect(place.root / "studio.db")) as copy:
            assert copy.execute("SELECT started_at = ended_at FROM job").fetchone() == (1,)


@pytest.mark.parametrize("pause", [0.01, 0.05])
def test_where_readers_hold_up_writers_the_copy_goes_in_steps(root: Path, pause: float) -> None:
    """Without a write-ahead log, as on a network disk, the copy ends though others write, and is of one moment."""
    path, ends, writes = root / "studio.db", threading.Event(), []
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode=TRUNCATE")
        database.execute("CREATE TABLE pair (one, other)")
        database.execute("CREATE TABLE bulk (x)")
        database.execute("INSERT INTO pair VALUES (0, 0)")
        database.executemany("INSERT INTO bulk VALUES (zeroblob(?))", [(1_000_000,)] * 10)

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as database:
            while not ends.wait(pause):
                began = time.monotonic()
                database.execute("BEGIN IMMEDIATE")
                database.execute("UPDATE pair SET one = one + 1")
                database.execute("UPDATE pair SET other = one")
                database.execute("COMMIT")
                writes.append(time.monotonic() - began)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        wait_until(lambda: writes)
        with sqlite.opened(path) as source, closing(sqlite3.connect(root / "copy.db")) as made:
            sqlite._in_steps(source, made)
    finally:
        ends.set()
        thread.join()
    with closing(sqlite3.connect(root / "copy.db")) as copy:
        assert copy.execute("SELECT one = other FROM pair").fetchone() == (1,)
        assert copy.execute("SELECT count(*) FROM bulk").fetchone() == (10,)


def test_anybody_can_look_into_one_without_us(place: Workspace) -> None:
    """It is a tar whose checksums the machine's own tools confirm."""
    backups = Backups(place)
    made = backups.make()
    out = place.root / "out"
    out.mkdir()
    subprocess.run(["tar", "xf", str(backups.folder / made.name)], cwd=out, check=True)
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=out, check=True, capture_output=True, text=True)
    assert done.stdout.count("OK") == 5


def test_only_the_newest_are_kept(place: Workspace) -> None:
    """Of those asked for so many as set, of others three, and the one just made even if its name looks old."""
    backups = Backups(place, kept=2)
    for _ in range(4):
        last = backups.make()
    assert len(backups.list()) == 2
    for _ in range(4):
        backups.restore(last.name)
    assert sorted(str(each.before) for each in backups.list()) == ["None", "None", "restore", "restore", "restore"]
    for each in backups.folder.iterdir():
        each.rename(each.with_name(each.name.replace("studio-20", "studio-99")))
    made = backups.make()
    assert made.name in {each.name for each in backups.list()}
    (backups.folder / "notes.txt").write_text("mine")
    backups.make()
    assert (backups.folder / "notes.txt").exists()


def test_two_at_once_take_turns_and_the_second_says_so(place: Workspace) -> None:
    """While somebody else makes a backup ours waits a moment and then says why there is none."""
    with only_one(place.state / "backup.lock"), pytest.raises(Conflict):
        Backups(place).make()
    assert Backups(place).make()


def test_a_damaged_database_pushes_out_no_good_backup(place: Workspace) -> None:
    """No backup is made of it; a restore puts a good one in place and keeps the damaged file and its log."""
    backups = Backups(place, kept=1)
    good = backups.make()
    content = bytearray(place.database.read_bytes())
    content[4096 : 4096 * 6] = os.urandom(4096 * 5)
    place.database.write_bytes(content)
    with pytest.raises(StorageDamaged):
        backups.make()
    assert [each.name for each in backups.list()] == [good.name]
    health = backups.check()
    assert health.problems
    assert not health.ok
    done = backups.restore(good.name)
    assert (done.kept, done.same_studio) == (None, False)
    assert done.damaged
    assert (done.damaged / "studio.db").read_bytes() == bytes(content)
    assert said(place) == {"old"}
    place.database.write_bytes(b"this is no database at all" * 1000)
    assert backups.restore(good.name).damaged
    place.database.unlink()
    assert backups.restore(good.name).kept is None
    assert said(place) == {"old"}


def test_what_is_not_there_is_said(place: Workspace) -> None:
    """A name that no backup has, and a folder, are refused in words."""
    for name in ("studio-20200101-000000.tar", "../../etc/passwd-not-there", str(place.root)):
        with pytest.raises(Missing):
            Backups(place).restore(name)


# What a restore must not bring back


def _rows(workspace: Workspace, query: str) -> list[Any]:
    with closing(sqlite3.connect(workspace.database)) as database:
        return database.execute(query).fetchall()


def _write(workspace: Workspace, *lines: str) -> None:
    with closing(sqlite3.connect(workspace.database)) as database, database:
        for line in lines:
            database.execute(line)


async def _people(workspace: Workspace) -> None:
    database = Database(workspace.database)
    await database.open()

    def add(session: Any) -> None:
        for number, name in enumerate(("Ana", "Bo", "Cy"), 1):
            values = {
                "folder": name,
                "uid": 20_000 + number,
                "password_hash": f"then {name}",
                "created_at": float(number),
            }
            session.add(PersonRow(id=number, name=name, **values))
            session.add(
                TokenRow(id=number, person_id=number, label="t", secret_hash=name, created_at=1.0, scope="use")
            )
        ours = {"address": "", "agent": "", "created_at": 1.0, "expires_at": 9e9, "seen_at": 1.0}
        session.add(SessionRow(person_id=1, secret_hash="s", **ours))
        session.add(LinkRow(purpose="join", secret_hash="l", made_by="Ana", created_at=1.0, expires_at=9e9))

    await database.run(add)
    await database.close()


async def test_nobody_gets_back_what_was_taken(place: Workspace) -> None:
    """Sign-ins and links end, revoked tokens stay revoked, the disabled disabled, withdrawn tools withdrawn."""
    await _people(place)
    _write(place, "INSERT INTO tool_grant VALUES (1, 'comfy-ui', 1), (2, 'comfy-ui', 1)")
    _write(
        place,
        "INSERT INTO identity VALUES (1, 1, 'https://id', 'ana', 1.0, 1.0), (2, 2, 'https://id', 'bo', 1.0, 1.0)",
    )
    made = Backups(place).make()
    _write(
        place,
        "UPDATE token SET revoked_at = 5.0 WHERE id = 1",
        "UPDATE person SET disabled_at = 6.0 WHERE id = 2",
        "UPDATE tool_grant SET may = 0 WHERE person_id = 2",
        "DELETE FROM identity WHERE subject = 'bo'",
        "INSERT INTO audit VALUES (1, 7.0, 'Ana', 'person.disabled', 'Bo', '{}')",
    )
    assert Backups(place).restore(made.name).same_studio
    assert _rows(place, "SELECT revoked_at FROM token ORDER BY id") == [(5.0,), (None,), (None,)]
    assert _rows(place, "SELECT disabled_at FROM person ORDER BY id") == [(None,), (6.0,), (None,)]
    assert _rows(place, "SELECT may FROM tool_grant ORDER BY person_id") == [(1,), (0,)]
    assert _rows(place, "SELECT subject FROM identity") == [("ana",)]
    assert _rows(place, "SELECT count(*) FROM session WHERE ended_at IS NULL") == [(0,)]
    assert _rows(place, "SELECT count(*) FROM link WHERE used_at IS NULL") == [(0,)]
    assert _rows(place, "SELECT action FROM audit ORDER BY id") == [("person.disabled",), ("storage.restored",)]


async def test_every_file_keeps_its_owner(place: Workspace) -> None:
    """Folders, account numbers and passwords are those of today, and nobody new gets those of who came since."""
    await _people(place)
    made = Backups(place).make()
    _write(
        place,
        "UPDATE person SET name = 'Ana B', folder = 'Ana B', password_hash = 'now' WHERE id = 1",
        "UPDATE person SET folder = 'swap', uid = 1 WHERE id = 2",
        "UPDATE person SET folder = 'Bo', uid = 20002 WHERE id = 3",
        "UPDATE person SET folder = 'Cy', uid = 20003 WHERE id = 2",
        "INSERT INTO person (id, name, folder, uid, created_at) VALUES (4, 'Ana', 'Ana', 20004, 4.0)",
        "INSERT INTO person (id, name, folder, uid, created_at) VALUES (5, 'Di', 'Di', 20005, 5.0)",
    )
    Backups(place).restore(made.name)
    assert _rows(place, "SELECT id, name, folder, uid, password_hash FROM person ORDER BY id") == [
        (1, "Ana", "Ana B", 20001, "now"),
        (2, "Bo", "Cy", 20003, "then Bo"),
        (3, "Cy", "Bo", 20002, "then Cy"),
        (4, "Ana (4)", "Ana", 20004, None),
        (5, "Di", "Di", 20005, None),
    ]


async def test_the_backup_of_another_studio_is_taken_as_it_is(place: Workspace, root: Path) -> None:
    """People of the same number who are others do not lend it passwords, folders or accounts."""
    await _people(place)
    made = Backups(place).make()
    other = workspace_at(root / "other")
    furnish_as(other, "new")
    _write(other, "INSERT INTO person (id, name, folder, uid, created_at) VALUES (1, 'Zoe', 'Zoe', 20000, 77.0)")
    done = Backups(other).restore(str(place.root / "backup" / made.name))
    assert not done.same_studio
    assert _rows(other, "SELECT name, folder FROM person ORDER BY id") == [("Ana", "Ana"), ("Bo", "Bo"), ("Cy", "Cy")]


@pytest.mark.parametrize("revision", ["0001", "0002"])
async def test_an_earlier_version_is_brought_up_to_date(place: Workspace, root: Path, revision: str) -> None:
    """It is put in place as it is, today's people kept; the next start changes its schema, with a backup first."""
    await _people(place)
    old = workspace_at(root / "old")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{old.database}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql("INSERT INTO person (id, name, folder, created_at) VALUES (1, 'Ann', 'Ann', 1.0)")
    engine.dispose()
    made = Backups(old).make()
    backups = Backups(place)
    assert backups.restore(str(old.root / "backup" / made.name)).same_studio
    database = Database(place.database, keep_first=backups.before_schema)
    await database.open()
    await database.close()
    assert [each.before for each in backups.list()] == [revision, "restore"]
    assert backups.check().ok
    assert _rows(place, "SELECT name, folder FROM person ORDER BY id") == [("Ann", "Ana"), ("Bo", "Bo"), ("Cy", "Cy")]


# Full disks


@pytest.fixture
def small(root: Path) -> Iterator[Workspace]:
    """A workspace on a disk of 24 MB."""
    with small_disk_at(root / "disk", "24m") as disk:
        found = workspace_at(disk / "workspace")
        furnish_as(found, "old")
        yield found


@pytest.mark.root
def test_a_full_disk_changes_nothing(small: Workspace) -> None:
    """Neither a backup nor a restore begins what does not fit; with room again both work."""
    backups = Backups(small)
    made = backups.make()
    furnish_as(small, "new")
    filler = fill(small.root)
    for attempt in (backups.make, lambda: backups.restore(made.name)):
        with pytest.raises(StorageFull):
            attempt()
    filler.unlink()
    assert said(small) == {"new"}
    assert [each.name for each in backups.list()] == [made.name]
    assert backups.make()
    backups.restore(made.name)
    assert said(small) == {"old"}


@pytest.mark.root
@pytest.mark.parametrize("room", [300_000, 420_000, 700_000])
def test_a_disk_that_fills_up_meanwhile_changes_nothing(
    small: Workspace, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fits at first: the one that runs out of room half-way leaves things as they were."""
    monkeypatch.setattr("comfystudio.storage.backups.files.SPARE", -(1 << 30))
    backups = Backups(small)
    made = backups.make()
    furnish_as(small, "new")
    filler = fill(small.root)
    with filler.open("ab") as file:
        file.truncate(filler.stat().st_size - room)
    full = False
    try:
        backups.restore(made.name)
    except StorageFull:
        full = True
    filler.unlink()
    assert said(small) == {"new" if full else "old"}
    assert not list(backups.folder.glob(".*"))
    assert not (small.state / "restore").exists()
    backups.restore(made.name)
    assert said(small) == {"old"}


def test_a_folder_that_cannot_be_written_is_named(place: Workspace) -> None:
    """Where a file stands in the folder's place the sentence says which and why."""
    (place.root / "backup").write_text("")
    with pytest.raises(Invalid) as caught:
        Backups(place).make()
    assert str(place.root / "backup") in caught.value.sentence
    assert os.strerror(errno.EEXIST) in caught.value.sentence or os.strerror(errno.ENOTDIR) in caught.value.sentence
