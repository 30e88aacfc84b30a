"""kill -9 of the portal: what it started goes on, is found again, and nothing that was said is lost."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from comfystudio.events import Bus
from comfystudio.jobs import Jobs
from comfystudio.keeper import Keepers
from comfystudio.keeper._tree import look
from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.faults.portal import NoAudit
from tests.keeper.units import alive, texts
from tests.waiting import until


@asynccontextmanager
async def killed_portal(workspace: Workspace, what: str, script: str = "") -> AsyncIterator[dict[str, Any]]:
    """What a portal started; when the block begins it has been killed with its whole process group."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.portal", str(workspace.root), what, script),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
    )
    assert program.stdout
    started = json.loads(await asyncio.wait_for(program.stdout.readline(), 20))
    if what == "units":
        log = Keepers(workspace.units, workspace.runtime).log("counting")
        await until(lambda: log.size > 10_000)
    os.killpg(program.pid, signal.SIGKILL)
    await program.wait()
    yield started


async def test_tools_keep_their_pids_and_every_line(keepers: Keepers, workspace: Workspace) -> None:
    """Two tools with a log streaming: same pids, adopted within a second, no line of the log missing or twice."""
    async with killed_portal(workspace, "units") as started:
        seen = keepers.log("counting").read(0, 500)
        size = keepers.log("counting").size
        began = time.monotonic()
        adopted = {unit.unit: unit for unit in await keepers.adopt()}
        assert time.monotonic() - began < 1
        assert {name: unit.pid for name, unit in adopted.items()} == started
        assert all(map(alive, started.values()))
        assert {name: unit.labels["tool"] for name, unit in adopted.items()} == {name: name for name in started}
        await until(lambda: keepers.log("counting").size > size + 50_000)
        # A page that was reading goes on at its offset and gets each line once.
        both = [*seen.lines, *adopted["counting"].log.read(seen.next, 500).lines]
        numbers = [int(line.text) for line in both if line.stream == "o"]
        assert numbers == list(range(999))
        for unit in adopted.values():
            keeper = look(unit.keeper_pid)
            assert keeper
            assert keeper.session == keeper.pid
            assert (await unit.stop()).asked is True
        numbers = [int(line) for line in texts(keepers.log("counting"))]
        assert len(numbers) > 1000
        assert numbers == list(range(len(numbers)))
        assert not any(map(alive, started.values()))


async def test_a_job_goes_on_and_is_closed_by_the_next(
    keepers: Keepers, workspace: Workspace, database: Database
) -> None:
    """A job running while the portal is killed is adopted as running and ends as done."""
    async with killed_portal(workspace, "job", "echo begun; sleep 2; echo finished") as started:
        jobs = Jobs(database, keepers, Bus(), NoAudit())
        await jobs.recover()
        assert jobs.get(started["job"]).state == "running"
        assert (await asyncio.wait_for(jobs.wait(started["job"]), 10)).state == "done"
        assert texts(jobs.log(started["job"])) == ["begun", "finished"]
        await jobs.close()


async def test_a_job_that_ended_meanwhile_is_closed_by_its_record(
    keepers: Keepers, workspace: Workspace, database: Database
) -> None:
    """A job that failed while no portal was there is failed with its code and error line afterwards."""
    async with killed_portal(workspace, "job", "sleep 0.2; echo 'Error: no wheel'; exit 4") as started:
        await until(keepers.records)
        await until(lambda: _nothing_lives(workspace), why="the keeper did not end after its record")
        jobs = Jobs(database, keepers, Bus(), NoAudit())
        await jobs.recover()
        job = jobs.get(started["job"])
        assert (job.state, job.exit_code, job.first_error) == ("failed", 4, "Error: no wheel")
        await jobs.close()


async def _nothing_lives(workspace: Workspace) -> bool:
    others = Keepers(workspace.units, workspace.runtime)
    living = await others.adopt()
    await others.close()
    return not living
