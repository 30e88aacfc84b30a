"""A portal-like process of its own: starts units or a job as the real one does, says so, and waits to be killed."""

import asyncio
import json
import sys
from pathlib import Path

from comfystudio.events import Bus
from comfystudio.jobs import Jobs
from comfystudio.keeper import Keepers
from comfystudio.people import LOCAL
from comfystudio.storage import Database
from comfystudio.workspace import Workspace, prepare
from tests.keeper.units import python, shell

COUNTING = """
import time
number = 0
while True:
    print(number)
    number += 1
    if number % 20 == 0:
        time.sleep(0.005)
"""


class NoAudit:
    """Nobody reads the trail of a process that is about to be killed."""

    async def record(self, *_args: object, **_fields: object) -> None:
        """Note nothing."""


async def _units(keepers: Keepers) -> dict[str, int]:
    units = [
        await keepers.start(python("counting", COUNTING, labels={"tool": "counting"})),
        await keepers.start(shell("sleeping", "sleep 600", labels={"tool": "sleeping"})),
    ]
    return {unit.unit: unit.pid for unit in units}


async def _job(keepers: Keepers, workspace: Workspace, script: str) -> dict[str, int]:
    database = Database(workspace.database)
    await database.open()
    jobs = Jobs(database, keepers, Bus(), NoAudit())
    await jobs.recover()
    spec = shell("", script)
    job = await jobs.start(
        "install",
        lock="install:x",
        title="Install X",
        argv=spec.argv,
        env=spec.env,
        cwd=Path("/"),
        account=None,
        by=LOCAL,
        fields={"tool": "x"},
    )
    return {"job": job.id}


async def main(root: str, what: str, script: str) -> None:
    """Start what was asked for, print the pids or ids as one line of JSON, and wait."""
    workspace = prepare(Path(root))
    keepers = Keepers(workspace.units, workspace.runtime)
    started = await (_units(keepers) if what == "units" else _job(keepers, workspace, script))
    print(json.dumps(started), flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
