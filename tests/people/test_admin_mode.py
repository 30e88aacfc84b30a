"""Admin mode: half an hour in which a session of an admin acts as one."""

import pytest

from comfystudio.errors import NotSignedIn, Refused, TooMany
from comfystudio.events import Bus
from comfystudio.people import Caller, PeopleRoom
from tests.people.conftest import HOME, PASSWORD, Opener, TurnedClock, signed_in

ADMIN, ARTIST = "Razvan Matei", "Rosa Macak"
HALF_AN_HOUR = 1800.0


def now(room: PeopleRoom, caller: Caller) -> Caller:
    """The caller as the next request finds them."""
    found = room.sessions.current(caller.session_id or 0)
    assert found is not None
    return found


async def test_an_admin_signs_in_as_an_artist_does(room: PeopleRoom) -> None:
    """A fresh session of an admin changes nobody until the password was typed again, and then it does."""
    caller, raw = await signed_in(room, ADMIN)
    assert (caller.scope, caller.is_admin) == ("use", False)
    with pytest.raises(Refused) as refused:
        await room.people.add("Nina", admin=False, by=caller)
    assert refused.value.key == "web.admin_mode"
    await room.sessions.begin_admin_mode(caller, PASSWORD, address=HOME)
    found = room.sessions.find(raw)
    assert found is not None and found.is_admin
    assert (await room.people.add("Nina", admin=False, by=found)).name == "Nina"


async def test_a_wrong_password(room: PeopleRoom) -> None:
    """It turns nothing on, and the eleventh is held back as at the sign-in."""
    caller, _ = await signed_in(room, ADMIN)
    for _ in range(10):
        with pytest.raises(NotSignedIn) as refused:
            await room.sessions.begin_admin_mode(caller, "not this one", address=HOME)
        assert refused.value.key == "people.wrong_password"
    with pytest.raises(TooMany):
        await room.sessions.begin_admin_mode(caller, PASSWORD, address=HOME)
    assert not now(room, caller).is_admin


async def test_not_for_everybody(room: PeopleRoom, admin: Caller) -> None:
    """Artists and programs with a token have no admin mode."""
    artist, _ = await signed_in(room, ARTIST)
    with pytest.raises(Refused) as refused:
        await room.sessions.begin_admin_mode(artist, PASSWORD, address=HOME)
    assert refused.value.key == "web.admins_only"
    _, token = await room.tokens.create(admin.person, "a script")
    program = room.tokens.find(token)
    assert program is not None and not program.is_admin
    with pytest.raises(Refused) as refused:
        await room.sessions.begin_admin_mode(program, PASSWORD, address=HOME)
    assert refused.value.key == "web.token_scope"


@pytest.mark.parametrize("jump", [-3600.0, 0.0, 3600.0])
async def test_it_ends_after_half_an_hour(room: PeopleRoom, clock: TurnedClock, jump: float) -> None:
    """Whatever the wall clock does meanwhile, and work in between makes it no longer."""
    caller, _ = await signed_in(room, ADMIN)
    await room.sessions.begin_admin_mode(caller, PASSWORD, address=HOME)
    clock.at += jump
    clock.pass_(HALF_AN_HOUR - 1)
    assert now(room, caller).is_admin
    clock.pass_(2)
    assert not now(room, caller).is_admin
    assert room.sessions.admin_until(caller.session_id or 0) is None


async def test_it_belongs_to_one_session(room: PeopleRoom) -> None:
    """Another browser of the same admin is not in admin mode; what a session opens on tools' origins is."""
    caller, _ = await signed_in(room, ADMIN)
    other, _ = await signed_in(room, ADMIN)
    child = await room.sessions.open_child(caller, tool="t", origin="o")
    await room.sessions.begin_admin_mode(caller, PASSWORD, address=HOME)
    assert not now(room, other).is_admin
    found = room.sessions.find_child(child, "t", "o")
    assert found is not None and found.is_admin
    await room.sessions.end_admin_mode(now(room, caller))
    found = room.sessions.find_child(child, "t", "o")
    assert found is not None and not found.is_admin


async def test_it_ends_with_what_it_stands_on(room: PeopleRoom, opened: Opener) -> None:
    """Signing out, losing the role and a new life of the portal end it."""
    caller, _ = await signed_in(room, ADMIN)
    await room.sessions.begin_admin_mode(caller, PASSWORD, address=HOME)
    second, raw = await signed_in(room, ADMIN)
    await room.sessions.begin_admin_mode(second, PASSWORD, address=HOME)
    await room.sessions.end(caller.session_id or 0)
    assert room.sessions.admin_until(caller.session_id or 0) is None
    await room.stop()
    again = await opened()
    found = again.sessions.find(raw)
    assert found is not None and not found.is_admin


async def test_pages_and_the_trail_are_told(room: PeopleRoom, bus: Bus, clock: TurnedClock) -> None:
    """Its beginning and its end, by hand or by time, reach that admin's pages; what was done is in the trail."""
    told: list[int | None] = []
    bus.subscribe(lambda event: told.append(event.audience.person_id) if event.type == "me.changed" else None)
    caller, _ = await signed_in(room, ADMIN)
    await room.sessions.begin_admin_mode(caller, PASSWORD, address=HOME)
    await room.sessions.end_admin_mode(now(room, caller))
    await room.sessions.begin_admin_mode(caller, PASSWORD, address=HOME)
    clock.pass_(HALF_AN_HOUR + 1)
    room.sessions.sweep()
    assert told == [caller.person.id] * 4
    actions = [entry.action for entry in await room.audit.recent()]
    assert actions[:3] == ["admin_mode.on", "admin_mode.off", "admin_mode.on"]
