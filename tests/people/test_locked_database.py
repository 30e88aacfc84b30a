"""Another program holds the database: people get in, nothing is promised that is not kept, and it mends itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import text

from comfystudio.people import Caller, PeopleRoom
from comfystudio.storage import Database, StorageBusy
from comfystudio.workspace import Workspace
from tests.people.conftest import Opener, signed_in
from tests.people.test_changes import person


@contextmanager
def held(workspace: Workspace) -> Iterator[None]:
    """Somebody else writes all the while."""
    with closing(sqlite3.connect(workspace.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_while_it_is_held(
    room: PeopleRoom, admin: Caller, workspace: Workspace, database: Database, opened: Opener
) -> None:
    """Signing in and out work and are written later; what must be kept to be promised says so and changes nothing."""
    rosa = person(room, "Rosa Macak")
    await signed_in(room, "Rosa Macak")
    view, token = await room.tokens.create(rosa, "ci")
    before = room.people._keeper._file.read()
    # The studio is patient for seconds; this test is not.
    await database.run(lambda session: session.execute(text("PRAGMA busy_timeout = 20")))
    with held(workspace):
        caller, raw = await signed_in(room, "Rosa Macak")
        assert room.sessions.find(raw) is not None
        await room.people.sign_out(rosa.id, admin)
        assert room.sessions.find(raw) is None
        await room.tokens.revoke(view.id, caller)
        assert room.tokens.find(token) is None
        for call in (
            room.people.add("Nova", admin=False, by=admin),
            room.people.set_disabled(rosa.id, True, admin),
            room.people.set_tool(rosa.id, "comfy-ui", False, admin),
            room.people.rename(rosa.id, "Rosa Novak", admin),
            room.people.unlink(rosa.id, admin),
            room.tokens.create(rosa, "another"),
            room.links.invite(rosa, by=admin),
        ):
            with pytest.raises(StorageBusy):
                await call
        assert room.people._keeper._file.read() == before
        assert room.people.get(rosa.id).name == "Rosa Macak"
        assert not room.people.tools_of(rosa.id)
    await room.people.rename(rosa.id, "Rosa Novak", admin)
    await room.stop()
    again = await opened()
    assert again.sessions.find(raw) is None
    assert again.tokens.find(token) is None
    assert again.people.get(rosa.id).name == "Rosa Novak"
    assert "session.all_ended" in [entry.action for entry in await again.audit.recent()]
