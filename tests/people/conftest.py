"""A room of people with cheap hashes, a clock that tests turn, and a roster of four."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from comfystudio.events import Bus
from comfystudio.people import Caller, Passwords, PeopleRoom, Person
from comfystudio.storage import Database
from comfystudio.workspace import Workspace

ROSTER = """#!/bin/bash
# The studio's people.
USERS=(
    "Rosa Macak"  # from Split
    "Karlo Vukovic"
    # the night shift
    "Оля Жук"
    "Razvan Matei:admin"
)
"""
PASSWORD = "correct horse battery"
HOME = "192.0.2.1"


def cheap() -> Passwords:
    """Real argon2id that costs a millisecond."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


class TurnedClock:
    """A clock of the machine that stands until a test turns it."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0
        self.ran = 5_000.0

    def wall(self) -> float:
        """The wall clock."""
        return self.at

    def steady(self) -> float:
        """The clock that only grows."""
        return self.ran

    def pass_(self, seconds: float) -> None:
        """Let time pass on both."""
        self.at += seconds
        self.ran += seconds


Opener = Callable[..., Awaitable[PeopleRoom]]


@pytest.fixture
def clock() -> TurnedClock:
    """A clock to turn."""
    return TurnedClock()


@pytest.fixture
def bus() -> Bus:
    """The studio's events."""
    return Bus()


@pytest.fixture
def roster(workspace: Workspace) -> Path:
    """The live roster, with four people."""
    workspace.roster.write_text(ROSTER, encoding="utf-8")
    return workspace.roster


@pytest.fixture
async def opened(workspace: Workspace, database: Database, bus: Bus, clock: TurnedClock) -> AsyncIterator[Opener]:
    """Start a room on the workspace as often as a test likes; each is stopped at the end."""
    rooms: list[PeopleRoom] = []

    async def start(**options: object) -> PeopleRoom:
        given: dict[str, object] = {"clock": clock, "passwords": cheap()} | options
        room = PeopleRoom(database, workspace, bus, **given)  # type: ignore[arg-type]
        await room.start()
        rooms.append(room)
        return room

    yield start
    for room in rooms:
        await room.stop()


@pytest.fixture
async def room(opened: Opener, roster: Path) -> PeopleRoom:
    """The room, started, with the roster of four."""
    return await opened()


async def joined(room: PeopleRoom, name: str, password: str = PASSWORD) -> Person:
    """The listed person of that name, with a password."""
    person = room.people.by_name(name)
    assert person is not None
    hashed = await room._hashing.hash(password)
    return await room.people.store_password(person.id, hashed, "test", action="password.changed")


async def signed_in(room: PeopleRoom, name: str, address: str = HOME) -> tuple[Caller, str]:
    """Somebody with a password, signed in."""
    person = room.people.by_name(name)
    assert person is not None
    if not person.joined:
        await joined(room, name)
    return await room.sessions.sign_in(name, PASSWORD, address=address, agent="test browser")


@pytest.fixture
async def admin(room: PeopleRoom) -> Caller:
    """Razvan, who is an admin, signed in and in admin mode."""
    caller, raw = await signed_in(room, "Razvan Matei")
    await room.sessions.grant_admin_mode(caller)
    return room.sessions.find(raw) or caller
