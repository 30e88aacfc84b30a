"""One-time links: used once, by whom they are for, while they last."""

import asyncio

import pytest

from comfystudio.errors import Conflict, Gone, Invalid, Refused, StudioError, TooLarge
from comfystudio.people import LOCAL, Caller, PeopleRoom, Person, Purpose
from tests.people.conftest import HOME, PASSWORD, Opener, TurnedClock, joined, signed_in

HOUR = 3600.0


def rosa(room: PeopleRoom) -> Person:
    """Rosa, who has no password yet."""
    found = room.people.by_name("Rosa Macak")
    assert found is not None
    return found


class TestSetup:
    async def test_claiming_a_listed_admin(self, room: PeopleRoom) -> None:
        """Before anybody can sign in the link shows the listed admins; one claims their place and can sign in."""
        link = await room.links.make("setup")
        view = room.links.check(link.raw)
        assert view is not None
        assert (view.purpose, view.name, view.admins) == ("setup", None, ("Razvan Matei",))
        person = await room.links.use(link.raw, PASSWORD, "Razvan Matei")
        assert (person.role, person.joined) == ("admin", True)
        await room.sessions.sign_in("Razvan Matei", PASSWORD, address=HOME, agent="")
        assert not room.people.setup_needed
        assert room.links.check(link.raw) is None
        with pytest.raises(Conflict):
            await room.links.make("setup")

    async def test_adding_an_admin(self, room: PeopleRoom) -> None:
        """Somebody not listed is added as an admin; a listed artist becomes one."""
        link = await room.links.make("setup")
        with pytest.raises(Invalid):
            await room.links.use(link.raw, PASSWORD)
        person = await room.links.use(link.raw, PASSWORD, "Zoë Ž.")
        assert (person.role, person.listed) == ("admin", True)

    @pytest.mark.parametrize("disabled", [False, True])
    async def test_an_artist_who_sets_up(self, room: PeopleRoom, disabled: bool) -> None:
        """Whoever holds the link owns the studio: a listed artist becomes an admin, enabled where need be."""
        if disabled:
            await room.people.set_disabled(rosa(room).id, True, LOCAL)
        link = await room.links.make("setup")
        person = await room.links.use(link.raw, PASSWORD, "Rosa Macak")
        assert (person.role, person.disabled) == ("admin", False)
        await signed_in(room, "Rosa Macak")

    async def test_two_at_once(self, room: PeopleRoom) -> None:
        """Of two people who use the setup link at the same moment one becomes admin, the other is not even listed."""
        link = await room.links.make("setup")
        answers = await asyncio.gather(
            room.links.use(link.raw, PASSWORD, "First"),
            room.links.use(link.raw, PASSWORD, "Second"),
            return_exceptions=True,
        )
        assert [type(answer) for answer in answers] == [Person, Gone]
        assert room.people.by_name("Second") is None

    async def test_a_newer_one(self, room: PeopleRoom) -> None:
        """A new setup link ends the older one."""
        older = await room.links.make("setup")
        newer = await room.links.make("setup")
        assert room.links.check(older.raw) is None
        with pytest.raises(Gone):
            await room.links.use(older.raw, PASSWORD, "Ana")
        assert (await room.links.use(newer.raw, PASSWORD, "Ana")).joined

    async def test_once_an_admin_can_sign_in(self, room: PeopleRoom) -> None:
        """A setup link is worth nothing once an admin got in another way."""
        link = await room.links.make("setup")
        await joined(room, "Razvan Matei")
        assert room.links.check(link.raw) is None
        with pytest.raises(Gone):
            await room.links.use(link.raw, PASSWORD, "Ana")

    @pytest.mark.parametrize(
        ("name", "password"), [("Ana", "short"), ("a\nb", PASSWORD), ("Ana Banana", "ana banana")]
    )
    async def test_a_slip_costs_nothing(self, room: PeopleRoom, name: str, password: str) -> None:
        """A password or a name that cannot be leaves the link as it was."""
        link = await room.links.make("setup")
        with pytest.raises(Invalid):
            await room.links.use(link.raw, password, name)
        assert (await room.links.use(link.raw, PASSWORD, "Ana")).joined


class TestJoinAndReset:
    async def test_joining(self, room: PeopleRoom, admin: Caller) -> None:
        """An invited person chooses a password once; the link then is used up."""
        assert room.people.state_of(rosa(room)) == "not_invited"
        link = await room.links.invite(rosa(room), by=admin)
        assert link.purpose == "join"
        assert room.people.state_of(rosa(room)) == "invited"
        view = room.links.check(link.raw)
        assert view is not None
        assert (view.name, view.by, view.admins) == ("Rosa Macak", "Razvan Matei", ())
        await room.links.use(link.raw, PASSWORD)
        await room.sessions.sign_in("Rosa Macak", PASSWORD, address=HOME, agent="")
        with pytest.raises(Gone):
            await room.links.use(link.raw, "another long one")

    async def test_reset_of_an_only_admin(self, room: PeopleRoom, admin: Caller) -> None:
        """The command line gives the only admin a link; using it ends every session of theirs."""
        raw = (await signed_in(room, "Razvan Matei"))[1]
        link = await room.links.invite(admin.person, by=LOCAL)
        assert link.purpose == "reset"
        assert room.sessions.find(raw) is not None
        await room.links.use(link.raw, "another long one")
        assert room.sessions.find(raw) is None
        await room.sessions.sign_in("Razvan Matei", "another long one", address=HOME, agent="")

    async def test_two_at_once(self, room: PeopleRoom, admin: Caller) -> None:
        """Ten uses of a link at the same moment have one winner, whose password it is."""
        link = await room.links.invite(rosa(room), by=admin)
        words = [f"password number {number}" for number in range(10)]
        answers = await asyncio.gather(*(room.links.use(link.raw, word) for word in words), return_exceptions=True)
        won = [word for word, answer in zip(words, answers, strict=True) if isinstance(answer, Person)]
        assert len(won) == 1
        assert all(isinstance(answer, Person | Gone) for answer in answers)
        await room.sessions.sign_in("Rosa Macak", won[0], address=HOME, agent="")

    @pytest.mark.parametrize("lasting", [("join", 7 * 24), ("reset", 24)])
    async def test_it_runs_out(
        self, room: PeopleRoom, admin: Caller, clock: TurnedClock, opened: Opener, lasting: tuple[Purpose, int]
    ) -> None:
        """A link lasts its hours, over a restart too, and a clock set back does not bring it back."""
        purpose, hours = lasting
        link = await room.links.make(purpose, rosa(room), by=admin)
        clock.pass_(hours * HOUR - 1)
        again = await opened()
        assert room.links.check(link.raw) is not None
        assert again.links.check(link.raw) is not None
        clock.pass_(1)
        clock.at -= 100 * HOUR
        assert room.links.check(link.raw) is None
        with pytest.raises(Gone):
            await room.links.use(link.raw, PASSWORD)

    async def test_what_ends_it(self, room: PeopleRoom, admin: Caller) -> None:
        """A newer link, being disabled, being removed and a password got otherwise each end an open link."""

        async def change(what: str) -> None:
            person = rosa(room)
            if what == "newer":
                await room.links.invite(person, by=admin)
            elif what == "disabled":
                await room.people.set_disabled(person.id, True, admin)
                with pytest.raises(Conflict):
                    await room.links.invite(person, by=admin)
                await room.people.set_disabled(person.id, False, admin)
            elif what == "password":
                await room.people.set_password(person.id, PASSWORD, admin)
            else:
                await room.people.remove(person.id, admin)
                await room.people.add("Rosa Macak", admin=False, by=admin)

        for what in ("newer", "disabled", "password", "removed"):
            link = await room.links.invite(rosa(room), by=admin)
            await change(what)
            assert room.links.check(link.raw) is None, what
            with pytest.raises(Gone):
                await room.links.use(link.raw, PASSWORD)

    async def test_keys_of_whoever_had_the_name_before(self, room: PeopleRoom, admin: Caller) -> None:
        """Somebody who joins under a name that was used before inherits files, but nobody keeps keys to them."""
        caller, raw = await signed_in(room, "Rosa Macak")
        _, token = await room.tokens.create(caller.person, "old")
        await room.people.remove(caller.person.id, admin)
        back = await room.people.add("Rosa Macak", admin=False, by=admin)
        assert back.id == caller.person.id
        assert not back.joined
        assert room.tokens.find(token) is None
        assert room.sessions.find(raw) is None
        with pytest.raises(StudioError):
            await room.sessions.sign_in("Rosa Macak", PASSWORD, address=HOME, agent="")
        link = await room.links.invite(back, by=admin)
        await room.links.use(link.raw, "another long one")

    async def test_by_admins_only(self, room: PeopleRoom) -> None:
        """An artist makes no links."""
        artist, _ = await signed_in(room, "Rosa Macak")
        with pytest.raises(Refused):
            await room.links.invite(artist.person, by=artist)

    @pytest.mark.parametrize("raw", ["", "x" * 43, "é" * 43, "x" * 1_000_000])
    async def test_what_is_no_link(self, room: PeopleRoom, raw: str) -> None:
        """Garbage is no link, and says so like one that ran out."""
        assert room.links.check(raw) is None
        with pytest.raises(Gone):
            await room.links.use(raw, PASSWORD)


@pytest.mark.parametrize(
    ("password", "wanted"),
    [
        ("x" * 9, Invalid),
        ("x" * 1025, TooLarge),
        ("é" * 600, TooLarge),
        ("rosa macak", Invalid),
        ("a\0" * 8, Invalid),
        ("\ud800" * 12, Invalid),
    ],
)
async def test_passwords_that_are_refused(
    room: PeopleRoom, admin: Caller, password: str, wanted: type[StudioError]
) -> None:
    """Too short, too long, the name itself, or signs no keyboard sends: each has its sentence."""
    with pytest.raises(wanted) as caught:
        await room.people.set_password(rosa(room).id, password, admin)
    assert caught.value.sentence
    assert not rosa(room).joined
