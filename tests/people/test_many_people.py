"""Ten thousand people on the roster: found, changed and told about without anybody waiting."""

import asyncio
import time
import tracemalloc
from pathlib import Path

import pytest

from comfystudio.events import Bus
from comfystudio.people import LOCAL, PeopleRoom, Wanted
from comfystudio.people.gathering import GAP, Gathered
from tests.people.conftest import Opener, joined
from tests.waiting import until

MANY = 10_000
NAMES = [f"Person {number:05} Ž" for number in range(MANY)]


@pytest.fixture
async def crowd(opened: Opener, workspace: object, roster: Path) -> PeopleRoom:
    """A room with a roster of ten thousand and one admin."""
    lines = "".join(f'    "{name}"\n' for name in NAMES)
    roster.write_text(f'USERS=(\n    "Razvan Matei:admin"\n{lines})\n', encoding="utf-8")
    return await opened()


async def test_a_roster_of_ten_thousand(crowd: PeopleRoom, roster: Path, bus: Bus) -> None:
    """It is read in seconds, a page of it in milliseconds, a change is one edit, and all of it fits in memory."""
    assert len(crowd.people.people()) == MANY + 1
    best = 1.0
    for text in ("", "09 z", "person 05000", "nobody at all"):
        for _ in range(3):
            at = time.perf_counter()
            found = crowd.people.find(Wanted(text))
            best = min(best, time.perf_counter() - at)
            assert found.counts["not_invited"] == MANY + 1
    assert best < 0.1
    at = time.monotonic()
    changed = await crowd.people.rename(crowd.people.find(Wanted("person 05000")).people[0][0].id, "Nova", LOCAL)
    assert time.monotonic() - at < 10
    assert changed.name == "Nova"
    assert roster.read_text(encoding="utf-8").count("\n") == MANY + 3
    # By hand, in the middle: the same person, though ten thousand others stand around them.
    text = roster.read_text(encoding="utf-8")
    roster.write_text(text.replace('"Nova"', '"Nova N"'), encoding="utf-8")
    await until(lambda: crowd.people.get(changed.id).name == "Nova N", within=10)
    tracemalloc.start()
    crowd.people.find(Wanted(limit=1000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16_000_000
    assert bus.seq < 50


async def test_a_storm_of_sign_ins_is_few_events(room: PeopleRoom, bus: Bus) -> None:
    """Many who sign in within a second cost admins' pages a handful of looks, and the newest is never missed."""
    person = await joined(room, "Rosa Macak")
    await until(lambda: bus.seq)
    before = bus.seq
    at = time.monotonic()
    for _ in range(60):
        await room.sessions.open(person, address="a", agent="b")
    assert bus.seq - before <= 2 + (time.monotonic() - at) / GAP
    await asyncio.sleep(0)
    await room.sessions.open(person, address="a", agent="b")
    after = bus.seq
    await until(lambda: bus.seq > after, within=2)


async def test_gathering() -> None:
    """The first is said at once, what follows soon and once, the newest of it; at the end what waits is said."""
    said: list[str] = []
    gathered = Gathered(said.append, gap=0.05)
    for what in ("a", "b", "c"):
        gathered.tell(what)
    assert said == ["a"]
    await until(lambda: said == ["a", "c"])
    gathered.tell("d")
    gathered.stop()
    assert said == ["a", "c", "d"]
    gathered.tell("e")
    assert said[-1] == "e"
    gathered.stop()
