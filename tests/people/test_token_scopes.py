"""What a token may do, and for how long."""

from dataclasses import replace

import pytest

from comfystudio.errors import Conflict, Refused
from comfystudio.people import LOCAL, Caller, PeopleRoom
from tests.people.conftest import Opener, TurnedClock, signed_in
from tests.people.test_changes import person, second_admin

DAY = 86400.0
HOUR = 3600.0


async def test_each_scope(room: PeopleRoom, admin: Caller) -> None:
    """A token acts with what it was made for and never with more than its person has."""
    for scope, may_change, is_admin in (("read", False, False), ("use", True, False), ("admin", True, True)):
        view, raw = await room.tokens.create(admin.person, scope, scope=scope, by=admin)  # type: ignore[arg-type]
        found = room.tokens.find(raw)
        assert found is not None
        assert (view.scope, found.scope, found.is_admin) == (scope, scope, is_admin)
        assert (found.scope != "read") is may_change


async def test_one_that_acts_as_an_admin(room: PeopleRoom, admin: Caller) -> None:
    """It takes an admin in admin mode to make one, for an admin; the command line may, for an admin."""
    rosa, _ = await signed_in(room, "Rosa Macak")
    outside = replace(admin, scope="use")
    for who, key in ((rosa, "web.admins_only"), (outside, "web.admin_mode")):
        with pytest.raises(Refused) as refused:
            await room.tokens.create(who.person, "x", scope="admin", by=who)
        assert refused.value.key == key
    for by in (LOCAL, admin):
        with pytest.raises(Conflict) as caught:
            await room.tokens.create(rosa.person, "x", scope="admin", by=by)
        assert caught.value.key == "people.token_not_admin"
    assert room.tokens.list_of(rosa.person.id) == []
    await room.tokens.create(admin.person, "x", scope="admin", by=LOCAL)


async def test_who_is_no_admin_any_more(room: PeopleRoom, admin: Caller, opened: Opener) -> None:
    """The token of somebody demoted does what artists do from that moment on, after a restart too."""
    rosa = await second_admin(room, admin)
    _, raw = await room.tokens.create(rosa.person, "x", scope="admin", by=rosa)
    await room.people.set_admin(rosa.person.id, False, admin)
    for each in (room, await opened()):
        found = each.tokens.find(raw)
        assert found is not None
        assert (found.scope, found.is_admin) == ("use", False)


@pytest.mark.parametrize("jump", [-HOUR, 0.0, HOUR, -400 * DAY])
async def test_the_end(room: PeopleRoom, clock: TurnedClock, jump: float) -> None:
    """A token for a day opens for a day and no longer, wherever the machine's clock is set meanwhile."""
    rosa = person(room, "Rosa Macak")
    view, raw = await room.tokens.create(rosa, "for today", days=1)
    assert view.expires_at == clock.at + DAY
    clock.at += jump
    clock.pass_(DAY - 1)
    assert room.tokens.find(raw) is not None
    assert room.tokens.current(view.id) is not None
    clock.pass_(2)
    assert room.tokens.find(raw) is None
    assert room.tokens.current(view.id) is None
    clock.at -= 400 * DAY
    assert room.tokens.find(raw) is None
    # It stays on the list, so that its owner sees why a program no longer gets in.
    assert [each.id for each in room.tokens.list_of(rosa.id)] == [view.id]


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_the_end_over_a_restart(room: PeopleRoom, clock: TurnedClock, opened: Opener, jump: float) -> None:
    """A clock set back while the studio was down gives no token more time; one set forward may take some."""
    rosa = person(room, "Rosa Macak")
    _, raw = await room.tokens.create(rosa, "for today", days=1)
    _, lasting = await room.tokens.create(rosa, "for good")
    clock.pass_(DAY / 2)
    await signed_in(room, "Rosa Macak")
    await room.stop()
    clock.at += jump
    again = await opened()
    assert again.tokens.find(raw) is not None
    clock.pass_(DAY / 2 - (HOUR if jump > 0 else 0) - 1)
    assert again.tokens.find(raw) is not None
    clock.pass_(2)
    assert again.tokens.find(raw) is None
    clock.pass_(4000 * DAY)
    assert again.tokens.find(lasting) is not None


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_links_and_sessions_likewise(room: PeopleRoom, clock: TurnedClock, admin: Caller, jump: float) -> None:
    """An hour either way on the clock gives no link and no session more time, and takes no session's."""
    link = await room.links.invite(person(room, "Karlo Vukovic"), by=admin)
    _, raw = await signed_in(room, "Rosa Macak")
    clock.at += jump
    clock.pass_(7 * DAY - HOUR - 1)
    assert room.links.check(link.raw) is not None
    clock.pass_(HOUR + 2)
    assert room.links.check(link.raw) is None
    clock.pass_(23 * DAY - 60)
    assert room.sessions.find(raw) is not None
    clock.pass_(61)
    assert room.sessions.find(raw) is None
