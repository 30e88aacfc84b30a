"""Personal tokens: shown once, found fast, revoked for good."""

import pytest

from comfystudio.errors import Conflict, Invalid, Missing
from comfystudio.people import Caller, PeopleRoom
from comfystudio.people.tokens import MOST
from tests.people.conftest import Opener, TurnedClock, signed_in


async def test_making_and_using(room: PeopleRoom, clock: TurnedClock, opened: Opener) -> None:
    """A token opens the studio for its owner, says when it was last used, and outlives a restart."""
    caller, _ = await signed_in(room, "Rosa Macak")
    view, raw = await room.tokens.create(caller.person, "  my   script ")
    assert raw.startswith("cst_")
    assert (view.label, view.used_at) == ("my script", None)
    clock.pass_(50)
    found = room.tokens.find(raw)
    assert found is not None
    assert (found.person.name, found.via, found.token_id) == ("Rosa Macak", "token", view.id)
    assert room.tokens.list_of(caller.person.id)[0].used_at == clock.at
    await room.stop()
    again = await opened()
    assert again.tokens.list_of(caller.person.id)[0].used_at == clock.at
    assert again.tokens.find(raw) is not None


async def test_revoking(room: PeopleRoom, admin: Caller, opened: Opener) -> None:
    """Owners and admins revoke a token, which works no more at once and after a restart; others do not see it."""
    rosa, _ = await signed_in(room, "Rosa Macak")
    karlo, _ = await signed_in(room, "Karlo Vukovic")
    mine, raw = await room.tokens.create(rosa.person, "mine")
    other, other_raw = await room.tokens.create(rosa.person, "other")
    with pytest.raises(Missing):
        await room.tokens.revoke(mine.id, karlo)
    assert room.tokens.list_of(karlo.person.id) == []
    await room.tokens.revoke(mine.id, rosa)
    await room.tokens.revoke(other.id, admin)
    with pytest.raises(Missing):
        await room.tokens.revoke(mine.id, rosa)
    again = await opened()
    for tokens in (room.tokens, again.tokens):
        assert tokens.find(raw) is None
        assert tokens.find(other_raw) is None


@pytest.mark.parametrize(
    "raw", ["", "cst_", "cst_" + "x" * 43, "x" * 47, "cst_" + "é" * 43, "cst_" + "x" * 1_000_000]
)
async def test_what_is_no_token(room: PeopleRoom, raw: str) -> None:
    """Garbage opens nothing."""
    assert room.tokens.find(raw) is None


async def test_labels_and_how_many(room: PeopleRoom) -> None:
    """A token says what it is for, and nobody has more than a hundred."""
    caller, raw = await signed_in(room, "Rosa Macak")
    for label in ("", "  ", "x" * 101):
        with pytest.raises(Invalid):
            await room.tokens.create(caller.person, label)
    assert room.tokens.find(raw) is None
    for _ in range(MOST):
        await room.tokens.create(caller.person, "x")
    with pytest.raises(Conflict):
        await room.tokens.create(caller.person, "x")


async def test_ending_sessions_leaves_tokens(room: PeopleRoom) -> None:
    """A new password ends sessions; programs with a token go on."""
    caller, _ = await signed_in(room, "Rosa Macak")
    _, raw = await room.tokens.create(caller.person, "ci")
    await room.people.set_password(caller.person.id, "another long one", caller)
    assert room.tokens.find(raw) is not None
