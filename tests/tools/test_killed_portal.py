"""kill -9 of a portal while its tools run: a portal of its own process, so that it can really be killed."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.tools.conftest import ALICE, Studio, caller
from tests.waiting import until

PORTAL = """
import asyncio, json, sys
from pathlib import Path
from comfystudio import settings
from comfystudio.events import Bus
from comfystudio.keeper import Keepers
from comfystudio.tools import Tools
from comfystudio.workspace import prepare
from tests.tools.conftest import ALICE, OneProcessJobs, People, Silent, caller

async def main(root, setup):
    workspace = prepare(Path(root))
    read = settings.load({"workspace": root, "setup_dir": setup, "accounts": "same"}, environment={})
    keepers = Keepers(workspace.units, workspace.runtime)
    tools = Tools(read, workspace, keepers=keepers, jobs=OneProcessJobs(), people=People(), bus=Bus(), audit=Silent())
    await tools.start_service()
    for tool in ("fake", "own"):
        await tools.start(tool, caller(ALICE))
    while {tools.view(tool, caller(ALICE)).state for tool in ("fake", "own")} != {"ready"}:
        await asyncio.sleep(0.02)
    print(json.dumps([tools._instances[key].unit.pid for key in (("fake", ""), ("own", "p1"))]), flush=True)
    await asyncio.sleep(600)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_tools_survive_and_are_adopted(studio: Studio) -> None:
    """Both tools keep their pids through a kill -9 of the portal; the next one has them ready within 5 s."""
    studio.tool()
    studio.tool("own", port=9001, listen="socket", top='instances = "per-artist"\naccount = "person"')
    portal = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PORTAL,
        str(studio.workspace.root),
        str(studio.setup),
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert portal.stdout
    pids = json.loads(await asyncio.wait_for(portal.stdout.readline(), 20))
    portal.send_signal(signal.SIGKILL)
    await portal.wait()
    assert all(psutil.pid_exists(pid) for pid in pids)
    began = time.monotonic()
    tools = await studio.open()
    await until(lambda: {tools.view(tool, caller(ALICE)).state for tool in ("fake", "own")} == {"ready"})
    assert time.monotonic() - began < 5
    assert [tools._instances[key].unit.pid for key in (("fake", ""), ("own", "p1"))] == pids
    assert tools.view("own", caller(ALICE)).since < time.time() - 0.05, "since when is not lost"
    await tools.end_all()
    assert not any(psutil.pid_exists(pid) for pid in pids)
