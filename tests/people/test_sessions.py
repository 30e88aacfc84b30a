"""Sessions: found in microseconds, ended at once and for good, written when the disk lets us."""

import time

import pytest

from comfystudio.errors import NotSignedIn, Refused
from comfystudio.people import LOCAL, Caller, PeopleRoom
from comfystudio.people.secrets import make
from comfystudio.people.sessions import MOST_CHILDREN, MOST_PER_PERSON
from comfystudio.storage import Database
from comfystudio.storage.tables import SessionRow
from comfystudio.workspace import Workspace
from tests.people.conftest import HOME, PASSWORD, Opener, TurnedClock, joined, signed_in

ORIGIN = "http://studio:8888"
DAY = 86400.0


class TestSignIn:
    async def test_name_and_password(self, room: PeopleRoom) -> None:
        """Who knows their password gets a session of 256 random bits that is theirs."""
        await joined(room, "Оля Жук")
        caller, raw = await room.sessions.sign_in("Оля Жук", PASSWORD, address=HOME, agent="b")
        assert (caller.person.name, caller.via, caller.is_admin) == ("Оля Жук", "session", False)
        assert len(raw) == 43
        assert room.sessions.find(raw) == caller
        assert (await room.sessions.sign_in("Оля Жук", PASSWORD, address=HOME, agent="b"))[1] != raw

    async def test_a_password_typed_with_other_accents(self, room: PeopleRoom) -> None:
        """A password and a name typed with combining accents are the same ones."""
        hashed = await room._hashing.hash("zażółć gęślą")
        person = room.people.by_name("Rosa Macak")
        assert person is not None
        await room.people.store_password(person.id, hashed, "test", action="password.changed")
        await room.sessions.sign_in(
            " Rosa Macak ", "zaz\u0307o\u0301łc\u0301 ge\u0328s\u0301la\u0328", address="a", agent=""
        )

    @pytest.mark.parametrize(
        ("name", "password"),
        [
            ("Rosa Macak", "wrong wrong wrong"),
            ("Nobody", PASSWORD),
            ("Karlo Vukovic", ""),
            ("Rosa Macak", PASSWORD + "\0"),
            ("Rosa Macak", "\ud800" * 12),
            ("Rosa Macak", PASSWORD + "x" * 2000),
            ("\ud800", PASSWORD),
            ("", ""),
        ],
    )
    async def test_wrong(self, room: PeopleRoom, name: str, password: str) -> None:
        """A wrong password, an unknown name and a name without a password get the same answer."""
        await joined(room, "Rosa Macak")
        with pytest.raises(NotSignedIn) as caught:
            await room.sessions.sign_in(name, password, address=HOME, agent="")
        assert caught.value.key == "people.wrong_name_or_password"

    async def test_disabled(self, room: PeopleRoom, admin: Caller) -> None:
        """Somebody disabled learns so only with the right password."""
        person = await joined(room, "Rosa Macak")
        await room.people.set_disabled(person.id, True, admin)
        with pytest.raises(Refused):
            await room.sessions.sign_in("Rosa Macak", PASSWORD, address=HOME, agent="")
        with pytest.raises(NotSignedIn):
            await room.sessions.sign_in("Rosa Macak", "wrong wrong", address=HOME, agent="")

    async def test_nothing_that_opens_is_in_the_database(
        self, room: PeopleRoom, admin: Caller, workspace: Workspace
    ) -> None:
        """Password, session, child, token and link codes stand in no file of the studio in a form that works."""
        caller, raw = await signed_in(room, "Rosa Macak")
        child = await room.sessions.open_child(caller, tool="t", origin=ORIGIN)
        _, token = await room.tokens.create(caller.person, "ci")
        link = await room.links.make("reset", caller.person, by=admin)
        await room.stop()
        secrets = [PASSWORD, raw, child, token.removeprefix("cst_"), link.raw]
        for file in workspace.state.rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                assert not [secret for secret in secrets if secret.encode() in content], file
        assert link.raw not in repr(link)


class TestHotPath:
    async def test_what_is_not_ours(self, room: PeopleRoom) -> None:
        """Garbage, other people's prefixes and the wrong kind of session find nobody."""
        caller, raw = await signed_in(room, "Rosa Macak")
        child = await room.sessions.open_child(caller, tool="t", origin=ORIGIN)
        for other in ("", "x", raw[:-1], raw + "=", raw[::-1], "é" * 43, "\ud800" * 43, child):
            assert room.sessions.find(other) is None
        assert room.sessions.find_child(raw, "t", ORIGIN) is None
        assert room.sessions.find_child(child, "other", ORIGIN) is None
        assert room.sessions.find_child(child, "t", "http://evil:8888") is None
        found = room.sessions.find_child(child, "t", ORIGIN)
        assert found is not None
        assert found.person == caller.person

    async def test_microseconds(self, room: PeopleRoom) -> None:
        """Looking up a session among two thousand takes well under 50 µs, so it can stand in every request."""
        caller, raw = await signed_in(room, "Rosa Macak")
        for name in ("Rosa Macak", "Karlo Vukovic", "Оля Жук"):
            person = room.people.by_name(name)
            assert person is not None
            for _ in range(MOST_PER_PERSON - 1):
                room.sessions._add(make(), person, None, address="", agent="")
        child = await room.sessions.open_child(caller, tool="t", origin=ORIGIN)
        best = 1.0
        for _ in range(20):
            at = time.perf_counter()
            for _ in range(100):
                room.sessions.find(raw)
                room.sessions.find_child(child, "t", ORIGIN)
            best = min(best, (time.perf_counter() - at) / 200)
        assert best < 50e-6

    async def test_a_changed_role_counts_at_once(self, room: PeopleRoom, admin: Caller) -> None:
        """A session shows the role of now, not of when it was opened."""
        caller, raw = await signed_in(room, "Rosa Macak")
        await room.people.set_admin(caller.person.id, True, admin)
        found = room.sessions.find(raw)
        assert found is not None
        assert found.person.role == "admin"


class TestEnding:
    async def test_sign_out(self, room: PeopleRoom, opened: Opener) -> None:
        """Signing out ends the session and its children in the same step, tells who listens, and lasts a restart."""
        caller, raw = await signed_in(room, "Rosa Macak")
        child = await room.sessions.open_child(caller, tool="t", origin=ORIGIN)
        other = (await signed_in(room, "Rosa Macak"))[1]
        ended: list[frozenset[int]] = []
        undo = room.sessions.on_ended(ended.append)
        assert caller.session_id is not None
        await room.sessions.end(caller.session_id)
        assert room.sessions.find(raw) is None
        assert room.sessions.find_child(child, "t", ORIGIN) is None
        assert room.sessions.find(other) is not None
        assert len(ended) == 1
        assert caller.session_id in ended[0]
        assert len(ended[0]) == 2
        await room.sessions.end(caller.session_id)
        undo()
        again = await opened()
        assert again.sessions.find(raw) is None
        assert again.sessions.find_child(child, "t", ORIGIN) is None
        assert again.sessions.find(other) is not None
        with pytest.raises(NotSignedIn):
            await room.sessions.open_child(caller, tool="t", origin=ORIGIN)

    async def test_a_failing_listener(self, room: PeopleRoom) -> None:
        """A listener that fails keeps neither the session alive nor the next listener from hearing of it."""
        caller, raw = await signed_in(room, "Rosa Macak")
        heard: list[frozenset[int]] = []

        def fail(_ids: frozenset[int]) -> None:
            raise RuntimeError

        room.sessions.on_ended(fail)
        room.sessions.on_ended(heard.append)
        await room.sessions.end(caller.session_id or 0)
        assert heard
        assert room.sessions.find(raw) is None

    async def test_password_change(self, room: PeopleRoom) -> None:
        """Changing the password ends all other sessions; the present one and its children stay where asked."""
        caller, raw = await signed_in(room, "Rosa Macak")
        child = await room.sessions.open_child(caller, tool="t", origin=ORIGIN)
        _, other = await signed_in(room, "Rosa Macak")
        with pytest.raises(NotSignedIn):
            await room.people.change_password(caller, "not my password", "another long one", address=HOME)
        assert room.sessions.find(other) is not None
        await room.people.change_password(caller, PASSWORD, "another long one", address=HOME)
        assert room.sessions.find(raw) is not None
        assert room.sessions.find_child(child, "t", ORIGIN) is not None
        assert room.sessions.find(other) is None
        with pytest.raises(NotSignedIn):
            await room.sessions.sign_in("Rosa Macak", PASSWORD, address=HOME, agent="")
        await room.people.change_password(caller, "another long one", "a third long one", address=HOME, keep=False)
        assert room.sessions.find(raw) is None

    async def test_disabling(self, room: PeopleRoom, admin: Caller) -> None:
        """Disabling ends sessions and rests tokens at once; enabling brings tokens back, never a session."""
        caller, raw = await signed_in(room, "Rosa Macak")
        _, token = await room.tokens.create(caller.person, "ci")
        await room.people.set_disabled(caller.person.id, True, admin)
        assert room.sessions.find(raw) is None
        assert room.tokens.find(token) is None
        await room.people.set_disabled(caller.person.id, False, admin)
        assert room.sessions.find(raw) is None
        assert room.tokens.find(token) is not None

    async def test_by_number(self, room: PeopleRoom) -> None:
        """A socket that stays open can ask whether its session is in force."""
        caller, _ = await signed_in(room, "Rosa Macak")
        number = caller.session_id or 0
        assert room.sessions.alive(number)
        await room.sessions.end(number)
        assert not room.sessions.alive(number)

    async def test_not_without_end(self, room: PeopleRoom) -> None:
        """A person keeps a hundred sessions and a session a hundred children of a tool: the stalest go first."""
        caller, raw = await signed_in(room, "Rosa Macak")
        first = await room.sessions.open_child(caller, tool="t", origin=ORIGIN)
        for _ in range(MOST_CHILDREN - 1):
            room.sessions._add(
                make(), caller.person, room.sessions._by_id[caller.session_id or 0], address="", agent="", tool="t"
            )
        assert room.sessions.find_child(first, "t", ORIGIN) is not None
        await room.sessions.open_child(caller, tool="t", origin=ORIGIN)
        assert len(room.sessions._children[caller.session_id or 0]) == MOST_CHILDREN
        for _ in range(MOST_PER_PERSON - 1):
            await room.sessions.open(caller.person, address="", agent="")
        assert room.sessions.find(raw) is not None
        await room.sessions.open(caller.person, address="", agent="")
        assert len(room.sessions.list_of(caller.person.id)) == MOST_PER_PERSON
        assert not room.sessions._of_person[caller.person.id].keys() - room.sessions._by_id.keys()


class TestTime:
    async def test_expiry(self, room: PeopleRoom, clock: TurnedClock) -> None:
        """A session ends after its days, children with it, and a clock set back does not revive it."""
        caller, raw = await signed_in(room, "Rosa Macak")
        clock.pass_(30 * DAY - 1)
        child = await room.sessions.open_child(caller, tool="t", origin=ORIGIN)
        assert room.sessions.find_child(child, "t", ORIGIN) is not None
        clock.pass_(1)
        assert room.sessions.find_child(child, "t", ORIGIN) is None
        assert room.sessions.find(raw) is None
        clock.at -= 20 * DAY
        assert room.sessions.find(raw) is None

    @pytest.mark.parametrize("jump", [-3600.0, 3600.0, -400 * DAY])
    async def test_jumps_of_the_clock(self, room: PeopleRoom, clock: TurnedClock, jump: float) -> None:
        """While the studio lives a jump of the clock neither ends a session nor makes it longer."""
        _, raw = await signed_in(room, "Rosa Macak")
        clock.at += jump
        assert room.sessions.find(raw) is not None
        clock.pass_(30 * DAY - 1)
        assert room.sessions.find(raw) is not None
        clock.pass_(2)
        assert room.sessions.find(raw) is None

    async def test_a_clock_set_back_between_two_lives(
        self, room: PeopleRoom, clock: TurnedClock, opened: Opener
    ) -> None:
        """A clock that went back while the studio was down gives nobody more than the days that were left."""
        _, raw = await signed_in(room, "Rosa Macak")
        clock.pass_(29 * DAY)
        await signed_in(room, "Karlo Vukovic")
        await room.stop()
        clock.at -= 365 * DAY
        clock.ran = 10.0
        again = await opened()
        assert again.sessions.find(raw) is not None
        clock.pass_(DAY + 1)
        assert again.sessions.find(raw) is None
        fresh = (await signed_in(again, "Karlo Vukovic"))[1]
        await again.stop()
        assert (await opened()).sessions.find(fresh) is not None

    async def test_what_ran_out_while_down(self, room: PeopleRoom, clock: TurnedClock, opened: Opener) -> None:
        """Days pass while the studio is down, too; what ran out stays out when the clock is set back after that."""
        _, raw = await signed_in(room, "Rosa Macak")
        await room.stop()
        clock.pass_(31 * DAY)
        again = await opened()
        assert again.sessions.find(raw) is None
        await again.stop()
        clock.at -= 31 * DAY
        assert (await opened()).sessions.find(raw) is None

    async def test_a_shorter_setting(self, room: PeopleRoom, clock: TurnedClock, opened: Opener) -> None:
        """Where an admin shortens how long sign-ins last, older ones are shortened too."""
        _, raw = await signed_in(room, "Rosa Macak")
        await room.stop()
        clock.pass_(2 * DAY)
        assert (await opened(session_days=1)).sessions.find(raw) is None


class TestPresence:
    async def test_here_and_away(self, room: PeopleRoom, clock: TurnedClock, opened: Opener) -> None:
        """A person is here for five minutes after the last thing they did, and last seen then, restarts included."""
        caller, raw = await signed_in(room, "Rosa Macak")
        person = caller.person
        assert room.people.state_of(person) == "here"
        clock.pass_(301)
        assert room.people.state_of(person) == "away"
        room.sessions.find(raw)
        assert room.people.state_of(person) == "here"
        room.sessions.note_seen()
        seen = clock.at
        assert room.people.get(person.id).seen_at == pytest.approx(seen)
        clock.pass_(900)
        await room.stop()
        again = await opened()
        assert again.people.get(person.id).seen_at == pytest.approx(seen)
        assert again.sessions.list_of(person.id)[0].seen_at == pytest.approx(seen)
        assert again.people.state_of(again.people.get(person.id)) == "away"

    async def test_written_in_batches(self, room: PeopleRoom, clock: TurnedClock, database: Database) -> None:
        """A thousand requests between two minutes cost the database one row a session, and none when nobody came."""
        caller, raw = await signed_in(room, "Rosa Macak")
        clock.pass_(60)
        for _ in range(1000):
            room.sessions.find(raw)
        room.sessions.note_seen()
        assert len(room.sessions._store._waiting) == 1
        await room.sessions.flush()
        row = await database.run(lambda session: session.get(SessionRow, caller.session_id))
        assert row is not None
        assert row.seen_at == pytest.approx(clock.at)
        room.sessions.note_seen()
        assert room.sessions._store._waiting == []

    async def test_where_somebody_is_signed_in(self, room: PeopleRoom) -> None:
        """The list of a person's browsers has no children in it, and what they call themselves fits one line."""
        await joined(room, "Rosa Macak")
        caller, _ = await room.sessions.sign_in(
            "Rosa Macak", PASSWORD, address=HOME, agent="evil\x1b[31m\n" + "x" * 5000
        )
        await room.sessions.open_child(caller, tool="t", origin=ORIGIN)
        (view,) = room.sessions.list_of(caller.person.id)
        assert view.address == HOME
        assert "\n" not in view.agent
        assert "\x1b" not in view.agent
        assert len(view.agent) < 300


async def test_nobody_opens_a_session_for_the_command_line(room: PeopleRoom) -> None:
    """The command line's own name is no person and gets neither sessions nor tokens."""
    with pytest.raises(NotSignedIn):
        await room.sessions.open(LOCAL.person, address="", agent="")
