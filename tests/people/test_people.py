"""What admins do to people, who may do it, and the trail it leaves."""

import asyncio
from pathlib import Path

import pytest

from comfystudio.errors import Conflict, Invalid, Missing, Refused
from comfystudio.events import Bus
from comfystudio.people import LOCAL, Caller, PeopleRoom
from comfystudio.storage import Database
from tests.people.conftest import PASSWORD, ROSTER, Opener, joined, signed_in
from tests.waiting import until


async def test_adding(room: PeopleRoom, admin: Caller, roster: Path, bus: Bus) -> None:
    """A new person is in the file and in force at once, comments stay, and admins' pages are told."""
    before = bus.seq
    person = await room.people.add('  O\'Brien "Ž" $(id) 🎨 ', admin=True, by=admin)
    assert person.name == 'O\'Brien "Ž" $(id) 🎨'
    assert (person.role, person.listed, person.joined) == ("admin", True, False)
    assert roster.read_text() == ROSTER.replace(':admin"\n', ':admin"\n    "O\'Brien \\"Ž\\" \\$(id) 🎨:admin"\n')
    await until(lambda: [event.type for event in bus.since(before) or []] == ["people.changed"])
    with pytest.raises(Conflict):
        await room.people.add(person.name, admin=False, by=admin)
    with pytest.raises(Invalid):
        await room.people.add("x" * 201, admin=False, by=admin)


async def test_many_at_once(room: PeopleRoom, admin: Caller) -> None:
    """Twenty people added at the same moment are all listed, and a name added twice is listed once."""
    names = [f"Person {number}" for number in range(10)] * 2
    answers = await asyncio.gather(
        *(room.people.add(name, admin=False, by=admin) for name in names), return_exceptions=True
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 10
    assert len(room.people.people()) == 14


async def test_only_admins(room: PeopleRoom) -> None:
    """An artist changes nobody, not even themselves, but for their own password."""
    artist, _ = await signed_in(room, "Rosa Macak")
    number = artist.person.id
    for call in (
        room.people.add("Nova", admin=True, by=artist),
        room.people.set_admin(number, True, artist),
        room.people.set_disabled(number, False, artist),
        room.people.rename(number, "R", artist),
        room.people.remove(number, artist),
        room.people.set_password(1 + number, PASSWORD, artist),
    ):
        with pytest.raises(Refused):
            await call
    await room.people.set_password(number, "another long one", artist)


async def test_back_after_removal(room: PeopleRoom, admin: Caller) -> None:
    """Somebody disabled, removed and added again is the same person, enabled, and waits for a link."""
    rosa = await joined(room, "Rosa Macak")
    await room.people.set_disabled(rosa.id, True, admin)
    await room.people.remove(rosa.id, admin)
    back = await room.people.add("Rosa Macak", admin=False, by=admin)
    assert (back.id, back.folder, back.uid) == (rosa.id, rosa.folder, rosa.uid)
    assert (back.disabled, back.joined) == (False, False)
    assert (await room.links.invite(back, by=admin)).purpose == "join"


async def test_the_last_admin(room: PeopleRoom, admin: Caller) -> None:
    """The only admin who can sign in is neither demoted, disabled nor removed, not even by the command line."""
    number = admin.person.id
    await room.people.add("Second", admin=True, by=admin)
    for by in (admin, LOCAL):
        for call in (
            room.people.set_admin(number, False, by),
            room.people.set_disabled(number, True, by),
            room.people.remove(number, by),
        ):
            with pytest.raises(Conflict) as caught:
                await call
            assert caught.value.key == "people.last_admin"
    await joined(room, "Second")
    await room.people.set_admin(number, False, admin)
    assert room.people.get(number).role == "artist"


async def test_nobody(room: PeopleRoom, admin: Caller) -> None:
    """A number nobody has, or somebody removed, is answered with Missing; a name nobody has with None."""
    rosa = room.people.by_name("Rosa Macak")
    assert rosa is not None
    await room.people.remove(rosa.id, admin)
    assert room.people.by_name("Rosa Macak") is None
    assert room.people.by_name("x" * 1_000_000) is None
    for number in (rosa.id, 999, 0):
        with pytest.raises(Missing):
            await room.people.set_disabled(number, True, admin)
        with pytest.raises(Missing):
            await room.people.set_password(number, PASSWORD, admin)


async def test_the_trail(room: PeopleRoom, admin: Caller, roster: Path) -> None:
    """Every change says who made it, in order, also changes made in the file, and holds no secret."""
    rosa = room.people.by_name("Rosa Macak")
    assert rosa is not None
    link = await room.links.invite(rosa, by=admin)
    await room.links.use(link.raw, PASSWORD)
    view, raw = await room.tokens.create(rosa, "ci", by=admin)
    await room.people.set_admin(rosa.id, True, admin)
    await room.people.set_disabled(rosa.id, True, LOCAL)
    await room.people.set_disabled(rosa.id, False, LOCAL)
    await room.tokens.revoke(view.id, admin)
    await room.people.remove(rosa.id, admin)
    roster.write_text(ROSTER.replace("Karlo Vukovic", "Karlo Vukovic:admin"), encoding="utf-8")
    await room._keeper.begin()
    trail = await room.audit.recent()
    assert [(entry.by, entry.action, entry.subject) for entry in reversed(trail)][-10:] == [
        ("Razvan Matei", "link.join", "Rosa Macak"),
        ("Rosa Macak", "password.join", "Rosa Macak"),
        ("Razvan Matei", "token.created", "Rosa Macak"),
        ("Razvan Matei", "person.role", "Rosa Macak"),
        ("command line", "person.disabled", "Rosa Macak"),
        ("command line", "person.enabled", "Rosa Macak"),
        ("Razvan Matei", "token.revoked", "Rosa Macak"),
        ("Razvan Matei", "person.removed", "Rosa Macak"),
        ("roster file", "person.added", "Rosa Macak"),
        ("roster file", "person.role", "Karlo Vukovic"),
    ]
    told = repr(trail)
    for secret in (PASSWORD, raw, link.raw, "argon2"):
        assert secret not in told


async def test_audit_pages(room: PeopleRoom) -> None:
    """The trail is read from its newest end, a page at a time, and a value cannot break out of its line."""
    for number in range(5):
        await room.audit.record("x", LOCAL, f"subject {number}\n", note="y\x1b" * 200, count=number)
    newest = await room.audit.recent(2)
    assert [entry.fields["count"] for entry in newest] == [4, 3]
    older = await room.audit.recent(2, before=newest[-1].id)
    assert [entry.fields["count"] for entry in older] == [2, 1]
    assert newest[0].subject == "subject 4\\u000a"
    assert "\x1b" not in newest[0].fields["note"]
    assert len(newest[0].fields["note"]) < 1200
    with pytest.raises(ValueError, match="no secrets"):
        await room.audit.record("x", None, "y", new_password="z")


async def test_a_hash_of_older_parameters(room: PeopleRoom, opened: Opener, database: Database) -> None:
    """A password hashed with weaker parameters is hashed anew at the next sign-in, and goes on working."""
    person = await joined(room, "Rosa Macak")
    await room.stop()
    from argon2 import PasswordHasher

    from comfystudio.people import Passwords

    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
    again = await opened(passwords=stronger)
    old = again.people._directory.record(person.id).password_hash
    await signed_in(again, "Rosa Macak")
    new = again.people._directory.record(person.id).password_hash
    assert old != new
    assert new is not None
    assert "m=128" in new
    await signed_in(again, "Rosa Macak")


async def test_what_is_meant_for_nobody(room: PeopleRoom) -> None:
    """Hashes do not show when a record is printed."""
    await joined(room, "Rosa Macak")
    assert "argon2" not in repr(room.people._directory.records())
