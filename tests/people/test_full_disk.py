"""A full disk: people get in and out, nothing is promised that is not kept, and it mends itself."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from comfystudio.people import Caller, PeopleRoom
from comfystudio.storage import Database, StorageFull
from comfystudio.storage.tables import SessionRow
from comfystudio.workspace import Workspace
from tests.people.conftest import Opener, signed_in

T = TypeVar("T")


class FillingDisk(Database):
    """A database on a disk that can be full: then SQLite refuses whatever changes a row, as it does on a real one."""

    full = False

    async def run(self, work: Callable[[Session], T]) -> T:
        """As it is, until the disk is full."""

        def checked(session: Session) -> T:
            connection = session.connection().connection.driver_connection
            assert isinstance(connection, sqlite3.Connection)
            before = connection.total_changes
            answer = work(session)
            session.flush()
            if self.full and connection.total_changes != before:
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error
            return answer

        return await super().run(checked)


@pytest.fixture
async def database(workspace: Workspace) -> AsyncIterator[FillingDisk]:
    """The room's database, on that disk."""
    found = FillingDisk(workspace.database)
    await found.open()
    yield found
    found.full = False
    await found.close()


async def test_signing_in_and_out(room: PeopleRoom, database: FillingDisk, opened: Opener) -> None:
    """On a full disk sign-in, tools and sign-out work; what happened is written once there is room again."""
    early, early_raw = await signed_in(room, "Rosa Macak")
    database.full = True
    caller, raw = await signed_in(room, "Rosa Macak")
    child = await room.sessions.open_child(caller, tool="t", origin="o")
    assert room.sessions.find(raw) is not None
    assert room.sessions.find_child(child, "t", "o") is not None
    await room.sessions.end(early.session_id or 0)
    assert room.sessions.find(early_raw) is None
    await room.sessions.flush()
    database.full = False
    await room.sessions.flush()
    await room.audit.flush()
    row = await database.run(lambda session: session.get(SessionRow, early.session_id))
    assert row is not None
    assert row.ended_at is not None
    again = await opened()
    assert again.sessions.find(early_raw) is None
    assert again.sessions.find(raw) is not None
    assert again.sessions.find_child(child, "t", "o") is not None
    assert "session.ended" in [entry.action for entry in await room.audit.recent()]


async def test_revoking(room: PeopleRoom, database: FillingDisk, opened: Opener) -> None:
    """A token revoked on a full disk is dead at once, and stays so after a restart."""
    caller, _ = await signed_in(room, "Rosa Macak")
    view, raw = await room.tokens.create(caller.person, "ci")
    database.full = True
    await room.tokens.revoke(view.id, caller)
    assert room.tokens.find(raw) is None
    database.full = False
    await room.stop()
    assert (await opened()).tokens.find(raw) is None


async def test_promises(room: PeopleRoom, admin: Caller, database: FillingDisk, roster: object) -> None:
    """Nobody is told that they were added, disabled or given a password, link or token, when it was not kept."""
    rosa = room.people.by_name("Rosa Macak")
    assert rosa is not None
    before = room.people._keeper._file.read()
    database.full = True
    for call in (
        room.people.add("Nova", admin=False, by=admin),
        room.people.set_disabled(rosa.id, True, admin),
        room.people.set_password(rosa.id, "another long one", admin),
        room.links.invite(rosa, by=admin),
        room.tokens.create(rosa, "ci"),
    ):
        with pytest.raises(StorageFull):
            await call
    assert room.people._keeper._file.read() == before
    assert [person.name for person in room.people.people()].count("Nova") == 0
    database.full = False
    await room.people.add("Nova", admin=False, by=admin)


async def test_the_file_meanwhile(room: PeopleRoom, database: FillingDisk) -> None:
    """Somebody removed from the file is out though the disk is full; somebody added gets in when there is room."""
    _, raw = await signed_in(room, "Rosa Macak")
    path = room.people.roster_state().path
    database.full = True
    path.write_text('USERS=(\n"Nova"\n"Razvan Matei:admin"\n"Karlo Vukovic"\n)\n')
    await room._keeper.begin()
    assert room.sessions.find(raw) is None
    assert [person.name for person in room.people.people()] == ["Razvan Matei", "Karlo Vukovic"]
    database.full = False
    await room._keeper.begin()
    assert [person.name for person in room.people.people()] == ["Nova", "Razvan Matei", "Karlo Vukovic"]


async def test_an_old_password_stays_old(room: PeopleRoom, admin: Caller, database: FillingDisk) -> None:
    """A roster read on a full disk does not bring back what was true when the disk last had room."""
    rosa = (await signed_in(room, "Rosa Macak"))[0].person
    await room.people.set_password(rosa.id, "another long one", admin)
    await room.people.set_disabled(rosa.id, True, admin)
    now = room.people._directory.record(rosa.id)
    database.full = True
    path = room.people.roster_state().path
    path.write_text(path.read_text() + "# a remark\n")
    await room._keeper.begin()
    path.write_text(path.read_text().replace("USERS=(", "USERS=(\n'Nova'"))
    await room._keeper.begin()
    assert room.people._directory.record(rosa.id) == now
