"""Tools given to one person and taken from another."""

import pytest

from comfystudio.errors import Refused
from comfystudio.people import Caller, PeopleRoom, Person
from comfystudio.storage import Database, StorageFull
from comfystudio.storage.tables import GrantRow
from tests.people.conftest import Opener, signed_in
from tests.people.test_changes import person
from tests.people.test_full_disk import FillingDisk, database

__all__ = ["database"]


@pytest.fixture
def rosa(room: PeopleRoom) -> Person:
    """Rosa, an artist."""
    return person(room, "Rosa Macak")


async def test_given_taken_and_left_to_the_manifest(
    room: PeopleRoom, admin: Caller, rosa: Person, opened: Opener
) -> None:
    """A decision counts at once, is told, is on the trail, outlives a restart, and can be taken back."""
    told: list[tuple[int, str]] = []
    room.grants.on_changed(lambda number, tool: told.append((number, tool)))
    assert room.grants.may(rosa.id, "jupyter-lab") is None
    await room.people.set_tool(rosa.id, "jupyter-lab", True, admin)
    await room.people.set_tool(rosa.id, "jupyter-lab", True, admin)
    await room.people.set_tool(rosa.id, "comfy-ui", False, admin)
    assert told == [(rosa.id, "jupyter-lab"), (rosa.id, "comfy-ui")]
    again = await opened()
    for each in (room, again):
        assert dict(each.people.tools_of(rosa.id)) == {"jupyter-lab": True, "comfy-ui": False}
    await room.people.set_tool(rosa.id, "comfy-ui", None, admin)
    assert (await opened()).grants.may(rosa.id, "comfy-ui") is None
    trail = [(entry.subject, entry.fields) for entry in await room.audit.recent() if entry.action == "person.tool"]
    assert trail[0] == ("Rosa Macak", {"tool": "comfy-ui", "may": "as the tool says"})
    assert len(trail) == 3


async def test_only_admins_decide(room: PeopleRoom, rosa: Person) -> None:
    """An artist gives nobody anything, and an admin only in admin mode."""
    for name in ("Rosa Macak", "Razvan Matei"):
        caller, _ = await signed_in(room, name)
        with pytest.raises(Refused):
            await room.people.set_tool(rosa.id, "jupyter-lab", True, caller)
    assert not room.people.tools_of(rosa.id)


async def test_whoever_was_removed_comes_back_without(
    room: PeopleRoom, admin: Caller, rosa: Person, database: Database
) -> None:
    """Somebody taken off the roster and listed again begins with what the manifests say."""
    await room.people.set_tool(rosa.id, "closed", True, admin)
    await room.people.remove(rosa.id, admin)
    assert (await room.people.add("Rosa Macak", admin=False, by=admin)).id == rosa.id
    assert room.grants.may(rosa.id, "closed") is None
    assert await database.run(lambda session: session.query(GrantRow).count()) == 0


async def test_a_full_disk(room: PeopleRoom, admin: Caller, rosa: Person, database: FillingDisk) -> None:
    """A decision that cannot be kept is not made: nothing is given for a while only."""
    database.full = True
    with pytest.raises(StorageFull):
        await room.people.set_tool(rosa.id, "closed", True, admin)
    assert room.grants.may(rosa.id, "closed") is None
    database.full = False
    await room.people.set_tool(rosa.id, "closed", True, admin)
    assert room.grants.may(rosa.id, "closed") is True
