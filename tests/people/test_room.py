"""The room kept going: what waits is written, what ran out ends, and no fault ends that for good."""

import pytest

from comfystudio.people import PeopleRoom
from comfystudio.people import room as room_module
from comfystudio.storage import Database
from comfystudio.storage.tables import SessionRow
from tests.people.conftest import Opener, TurnedClock, signed_in
from tests.waiting import until


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the room tick a hundred times faster."""
    monkeypatch.setattr(room_module, "TICK", 0.02)
    monkeypatch.setattr(room_module, "TICKS_A_MINUTE", 2)


@pytest.mark.usefixtures("_quick", "roster")
async def test_upkeep(opened: Opener, clock: TurnedClock, database: Database) -> None:
    """Without anybody asking, activity is written down and a session that ran out ends for who listens."""
    room = await opened()
    caller, raw = await signed_in(room, "Rosa Macak")
    ended: list[frozenset[int]] = []
    room.sessions.on_ended(ended.append)
    clock.pass_(100)
    room.sessions.find(raw)

    async def row() -> SessionRow | None:
        return await database.run(lambda session: session.get(SessionRow, caller.session_id))

    async def written() -> bool:
        found = await row()
        return found is not None and found.seen_at == pytest.approx(clock.at)

    await until(written)
    clock.pass_(31 * 86400)
    await until(lambda: ended)
    assert ended == [frozenset({caller.session_id})]

    async def over() -> bool:
        found = await row()
        return found is not None and found.ended_why == "expired"

    await until(over)


@pytest.mark.usefixtures("_quick", "roster")
async def test_a_fault_in_upkeep(opened: Opener, clock: TurnedClock) -> None:
    """Upkeep that failed once goes on afterwards."""
    room = await opened()
    caller, _ = await signed_in(room, "Rosa Macak")
    sweep, failed = room.sessions.sweep, list[bool]()

    def fail_once() -> None:
        if not failed:
            failed.append(True)
            raise RuntimeError("once")
        sweep()

    room.sessions.sweep = fail_once  # type: ignore[method-assign]
    clock.pass_(31 * 86400)
    await until(lambda: failed and not room.sessions.list_of(caller.person.id))


async def test_stopping_twice(room: PeopleRoom) -> None:
    """A room that is stopped twice is stopped."""
    await room.stop()
    await room.stop()
