"""Limits on wrong passwords: the eleventh try waits, others are let in, memory is bounded."""

import asyncio
import time

import pytest
import structlog

from comfystudio.errors import NotSignedIn, TooMany
from comfystudio.people import PeopleRoom
from comfystudio.people.throttle import PER_ADDRESS, PER_NAME, WINDOW, Throttle, place
from tests.people.conftest import HOME, PASSWORD, TurnedClock, joined, signed_in

EVIL = "203.0.113.9"


async def fail(room: PeopleRoom, name: str = "Rosa Macak", address: str = EVIL) -> int | None:
    """One wrong password; the seconds to wait, or None for a plain no."""
    try:
        await room.sessions.sign_in(name, "wrong wrong wrong", address=address, agent="")
    except TooMany as error:
        return int(error.fields["retry_after"])
    except NotSignedIn:
        return None
    raise AssertionError("a wrong password opened a session")


class TestSignIns:
    async def test_thirty_wrong_passwords(self, room: PeopleRoom, clock: TurnedClock) -> None:
        """From the eleventh wrong password on the answer is "wait", with the seconds, and nothing is hashed."""
        await joined(room, "Rosa Macak")
        answers = [await fail(room) for _ in range(30)]
        assert answers[:10] == [None] * 10
        assert answers[10:] == [int(WINDOW)] * 20
        clock.pass_(WINDOW)
        assert await fail(room) is None

    async def test_thirty_at_once(self, room: PeopleRoom) -> None:
        """Tries sent all at once count like tries in a row."""
        await joined(room, "Rosa Macak")
        answers = await asyncio.gather(*(fail(room) for _ in range(30)))
        assert sum(answer is None for answer in answers) == 10

    async def test_no_weapon(self, room: PeopleRoom) -> None:
        """Somebody who fails for a name elsewhere does not lock that person out at home."""
        await joined(room, "Rosa Macak")
        for _ in range(12):
            await fail(room)
        assert await fail(room) is not None
        caller, _ = await signed_in(room, "Rosa Macak", address=HOME)
        assert caller.person.name == "Rosa Macak"

    async def test_a_known_browser_behind_the_same_address(self, room: PeopleRoom) -> None:
        """Behind one address with whoever guesses, a browser used before gets in, with limits of its own."""
        caller, _ = await signed_in(room, "Rosa Macak", address=EVIL)
        device = room.sessions.device_for(caller.person.id)
        for number in range(2 * PER_ADDRESS):
            await fail(room, name=("Rosa Macak", f"Guess {number}")[number % 2])
        with pytest.raises(TooMany):
            await signed_in(room, "Karlo Vukovic", address=EVIL)
        await room.sessions.sign_in("Rosa Macak", PASSWORD, address=EVIL, agent="", device=device)
        for forged in (device[:-1] + "x", device.replace(str(caller.person.id), "1", 1) + "0", "1.2.3", "é", ""):
            with pytest.raises(TooMany):
                await room.sessions.sign_in("Rosa Macak", PASSWORD, address=EVIL, agent="", device=forged)
        for _ in range(10):
            with pytest.raises(NotSignedIn):
                await room.sessions.sign_in("Rosa Macak", "wrong wrong", address=EVIL, agent="", device=device)
        with pytest.raises(TooMany):
            await room.sessions.sign_in("Rosa Macak", PASSWORD, address=EVIL, agent="", device=device)

    async def test_success_starts_anew(self, room: PeopleRoom) -> None:
        """Nine slips and a right password leave ten new tries, not one."""
        await joined(room, "Rosa Macak")
        for _ in range(9):
            assert await fail(room) is None
        await signed_in(room, "Rosa Macak", address=EVIL)
        for _ in range(10):
            assert await fail(room) is None
        assert await fail(room) is not None

    async def test_an_unknown_name_takes_as_long(self, room: PeopleRoom) -> None:
        """An unknown name and one without a password cost the same hash as a wrong password."""
        await joined(room, "Rosa Macak")
        hashes: list[str] = []
        verify = room._hashing._same

        def counted(stored: str, form: bytes) -> bool:
            hashes.append(stored.split("$")[3])
            return verify(stored, form)

        room._hashing._same = counted  # type: ignore[method-assign]
        for name in ("Rosa Macak", "Nobody at all", "Karlo Vukovic", "x" * 1_000_000):
            await fail(room, name=name)
        assert len(hashes) == 4
        assert len(set(hashes)) == 1

    async def test_a_name_of_a_megabyte(self, room: PeopleRoom) -> None:
        """A name of a megabyte with line breaks is cut to one short line in the log and in the audit trail."""
        with structlog.testing.capture_logs() as lines:
            await fail(room, name="\x1b[31m\nfake line " + "x" * 1_000_000)
        entry = (await room.audit.recent(1))[0]
        for text in (repr(lines), entry.subject):
            assert len(text) < 600
            assert "\n" not in text
            assert "\x1b" not in text
        assert entry.action == "sign_in.failed"

    async def test_no_password_is_logged(self, room: PeopleRoom) -> None:
        """Neither a right nor a wrong password stands in the log or the audit trail."""
        with structlog.testing.capture_logs() as lines:
            await fail(room)
            await signed_in(room, "Rosa Macak")
        told = repr(lines) + repr(await room.audit.recent())
        assert "wrong wrong" not in told
        assert PASSWORD not in told


class TestCounting:
    def test_addresses(self) -> None:
        """One IPv6 household is one place, a mapped address is the one it means, nonsense is kept short."""
        assert place("2001:db8:1:2:3::4") == place("2001:db8:1:2:ffff::9") != place("2001:db8:1:3::4")
        assert place("::ffff:192.0.2.1") == place("192.0.2.1") == "192.0.2.1"
        assert place("fe80::1%eth0") == place("fe80::2")
        assert len(place("x" * 10_000)) == 64

    def test_an_address_that_guesses_many_names(self) -> None:
        """Sixty failures from an address close it for names it has not tried; other addresses stay open."""
        throttle = Throttle(lambda: 0.0)
        for number in range(PER_ADDRESS):
            throttle.attempt(f"name {number}", EVIL)
        with pytest.raises(TooMany):
            throttle.attempt("another", EVIL)
        throttle.attempt("another", HOME)

    def test_waiting_does_not_start_again(self) -> None:
        """Who goes on trying while they wait does not wait longer for it."""
        now = [0.0]
        throttle = Throttle(lambda: now[0])
        for _ in range(PER_NAME):
            throttle.attempt("a", HOME)
            now[0] += 1
        for _ in range(20):
            with pytest.raises(TooMany):
                throttle.attempt("a", HOME)
        now[0] = WINDOW
        throttle.attempt("a", HOME)

    def test_memory(self) -> None:
        """However many names and addresses are tried, a bounded number is remembered, and quickly."""
        throttle = Throttle(lambda: 0.0, buckets=100)
        at = time.perf_counter()
        for number in range(5_000):
            throttle.attempt("x" * 200 + str(number), f"10.{number >> 8}.{number & 255}.1")
        assert len(throttle._buckets) == 100
        assert time.perf_counter() - at < 5
