"""Runs on record: noted as they begin and end, also when no portal was there to see it."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from comfystudio.events import Bus
from comfystudio.keeper import Keepers, Spec
from comfystudio.storage import Database, StorageFull
from comfystudio.storage.tables import PersonRow
from comfystudio.tools import Run, Runs, run_rows, runs
from comfystudio.workspace import Workspace
from tests.keeper.units import shell
from tests.waiting import until

NUMBER = 7


def tool(unit: str, script: str, *, instance: str = "", person: str = "", by: str = "Ada") -> Spec:
    """What the tools' room asks a keeper for."""
    labels = {"tool": unit.partition(".")[0], "instance": instance, "person_id": person, "started_by": by}
    return shell(unit, script, labels={**labels, "listen": "port 1", "started_at": "1.0"})


@asynccontextmanager
async def portal(workspace: Workspace, database: Database) -> AsyncIterator[tuple[Keepers, Runs]]:
    """A portal's keepers and runs; what runs goes on afterwards."""
    keepers = Keepers(workspace.units, workspace.runtime)
    found = Runs(database, keepers, Bus())
    await found.start()
    try:
        yield keepers, found
    finally:
        await found.stop()
        await keepers.close()


@pytest.fixture
async def database(database: Database, workspace: Workspace) -> AsyncIterator[Database]:
    """A database that knows person 7; whatever ran is ended afterwards."""
    person = PersonRow(id=NUMBER, name="Ana", folder="ana", created_at=0.0)
    await database.run(lambda session: session.add(person))
    yield database
    keepers = Keepers(workspace.units, workspace.runtime)
    for unit in await keepers.adopt():
        await unit.stop(0)
    await keepers.close()


async def only(found: Runs, ending: str) -> Run:
    """The newest run, once it has ended so."""

    async def newest() -> Run | None:
        listed = await found.newest(shared=None, person_id=None, limit=1)
        return listed[0] if listed and listed[0].ending == ending else None

    run: Run = await until(newest)
    return run


@pytest.mark.parametrize(
    ("script", "ending", "code", "number", "error"),
    [
        ("echo fine; exit 0", "stopped", 0, None, None),
        ("echo 'Error: no model'; exit 3", "crashed", 3, None, "Error: no model"),
        ("kill -SEGV $$", "crashed", None, signal.SIGSEGV, None),
        ("kill -KILL $$", "killed", None, signal.SIGKILL, None),
    ],
)
async def test_how_a_run_ended(  # noqa: PLR0917 a table
    workspace: Workspace, database: Database, script: str, ending: str, code: int | None, number: int, error: str
) -> None:
    """Its code or signal, its first error with the place, and where its part of the log ends."""
    async with portal(workspace, database) as (keepers, found):
        unit = await keepers.start(tool("fake", script))
        ended = await unit.wait()
        run = await only(found, ending)
        assert (run.run, run.tool, run.person_id, run.started_by) == (unit.run, "fake", None, "Ada")
        assert (run.exit_code, run.exit_signal, run.first_error, run.ended_at) == (code, number, error, ended.at)
        assert (run.log_start, run.log_end) == (unit.log_start, unit.log.size)
        if error:
            assert run.first_error_at is not None
            assert unit.log.read(run.first_error_at, 1).lines[0].text == error


async def test_a_stop_is_no_crash_and_a_job_is_no_run(workspace: Workspace, database: Database) -> None:
    """Asked for, it was stopped, whatever the signal says; units that are no tools are not on record."""
    async with portal(workspace, database) as (keepers, found):
        unit = await keepers.start(tool("fake.7", "sleep 60", instance="p7", person="7"))
        await keepers.start(shell("job-1", "exit 1", labels={"kind": "install"}))
        assert (await only(found, "running")).person_id == NUMBER
        await unit.stop()
        await only(found, "stopped")
        assert len(await found.newest(shared=None, person_id=None)) == 1
        assert await found.instances() == [("fake", NUMBER)]


async def test_what_ended_while_no_portal_was_there(workspace: Workspace, database: Database) -> None:
    """The next portal closes it from the keeper's record, watches what lives, and notes what nobody saw begin."""
    async with portal(workspace, database) as (keepers, found):
        await keepers.start(tool("short", "echo 'Error: gone'; sleep 0.2; exit 4"))
        living = await keepers.start(tool("long", "sleep 60"))
        await only(found, "running")
    alone = Keepers(workspace.units, workspace.runtime)
    unseen = await alone.start(tool("unseen", "exit 0"))
    await unseen.wait()
    await until(lambda: alone.record("short"))
    await alone.close()
    async with portal(workspace, database) as (keepers, found):

        async def endings() -> dict[str, tuple[str, int | None]]:
            return {run.tool: (run.ending, run.exit_code) for run in await found.newest(shared=None, person_id=None)}

        wanted = {"short": ("crashed", 4), "long": ("running", None), "unseen": ("stopped", 0)}

        async def all_there() -> bool:
            return await endings() == wanted

        await until(all_there)
        (adopted,) = [unit for unit in await keepers.adopt() if unit.run == living.run]
        await adopted.stop()
        assert (await only(found, "stopped")).tool in {"long", "unseen"}

        async def closed() -> bool:
            return (await endings())["long"][0] == "stopped"

        await until(closed)


async def test_a_keeper_that_was_killed_leaves_a_lost_run(workspace: Workspace, database: Database) -> None:
    """Nobody knows how it ended, and that is what is said; the next run of the unit is one of its own."""
    async with portal(workspace, database) as (keepers, found):
        unit = await keepers.start(tool("fake", "sleep 60"))
        os.kill(unit.keeper_pid, signal.SIGKILL)
        await unit.wait()
        lost = await only(found, "lost")
        assert lost.log_end is not None
        await (await keepers.start(tool("fake", "exit 0"))).wait()
        again = await only(found, "stopped")
        assert again.log_start >= lost.log_end


async def test_a_run_of_which_nothing_is_left_is_closed(workspace: Workspace, database: Database) -> None:
    """Its unit's folder gone, or written over by a later run meanwhile: it is lost, and does not run for ever."""
    ghost = Run("0" * 32, "fake", "", None, "Ada", 1.0, 0)
    await database.run(lambda session: run_rows.begun(session, ghost))
    async with portal(workspace, database) as (_, found):
        run = await only(found, "lost")
        assert run.ended_at is not None


async def test_a_full_disk_delays_what_is_noted(
    workspace: Workspace, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost: beginning and end are on record, in order, once there is room."""
    monkeypatch.setattr(runs, "RETRY_EVERY", 0.05)
    full = [True]

    class Full(Database):
        async def run(self, work):  # type: ignore[no-untyped-def]
            if full[0]:
                raise StorageFull
            return await database.run(work)

        async def read(self, work):  # type: ignore[no-untyped-def]
            return await database.read(work)

    async with portal(workspace, Full(Path("unused"))) as (keepers, found):
        await (await keepers.start(tool("fake", "exit 5"))).wait()
        assert await found.newest(shared=None, person_id=None) == []
        full[0] = False
        assert (await only(found, "crashed")).exit_code == 5


async def test_the_oldest_are_forgotten(workspace: Workspace, database: Database) -> None:
    """The newest stay, and whatever lives."""
    for number in range(10):
        run = Run(f"{number:032d}", "fake", "", None, "Ada", float(number), 0, "stopped" if number else "running")
        await database.run(lambda session, run=run: run_rows.begun(session, run))
    await database.run(lambda session: run_rows.prune(session, 3))
    left = await database.read(
        lambda session: run_rows.newest(session, shared=None, person_id=None, tool=None, before=None, limit=99)
    )
    assert [run.started_at for run in left] == [9.0, 8.0, 7.0, 0.0]


async def test_each_sees_their_own_and_what_is_shared(workspace: Workspace, database: Database) -> None:
    """Own instances of anybody, and of shared tools those that one may look into."""
    for number, (name, person) in enumerate((("a", None), ("b", None), ("own", NUMBER), ("own", None))):
        instance = f"p{person}" if person else ("" if name != "own" else "p9")
        run = Run(f"{number:032d}", name, instance, person, "Ada", float(number), 0, "stopped")
        await database.run(lambda session, run=run: run_rows.begun(session, run))

    def listed(shared: set[str] | None, person: int | None) -> object:
        def work(session):  # type: ignore[no-untyped-def]
            found = run_rows.newest(session, shared=shared, person_id=person, tool=None, before=None, limit=99)
            return [(run.tool, run.person_id) for run in found]

        return database.read(work)

    assert await listed({"a", "own"}, NUMBER) == [("own", NUMBER), ("a", None)]  # type: ignore[misc]
    assert await listed(set(), NUMBER) == [("own", NUMBER)]  # type: ignore[misc]
    assert len(await listed(None, None)) == 4  # type: ignore[misc,arg-type]
