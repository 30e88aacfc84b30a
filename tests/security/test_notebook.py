"""A notebook that means harm, on the studio's own machine: what its account reaches besides its own files."""

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from comfystudio.workspace import prepare
from tests.processes import of_workspace
from tests.security.whole import ADMIN, ALICE, BOB, PASSWORD, SHARED
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import wait_until

# What the notebook runs: it is told where things are, tries all of them, and says what it got.
HOSTILE = Path(__file__).with_name("hostile_notebook.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """Two artists with programs of their own, a terminal that is open, a backup, and accounts kept apart."""
    with passable_folder() as folder:
        own = 'instances = "per-artist"\naccount = "person"'
        add_tool(folder / "setup", "own", port=SHARED, listen="socket", top=own)
        with studio_in(folder, accounts="separate") as found:
            found.start()
            found.person(ADMIN, PASSWORD, admin=True)
            for name in (ALICE, BOB):
                found.person(name, PASSWORD)
                found.start_tool("own", name)
            ada = Visitor(found).sign_in(ADMIN, PASSWORD)
            ada.request("POST", "/api/v1/terminals")
            ada.request("POST", "/api/v1/storage/backups")
            wait_until(lambda: list(found.workspace.rglob("*.tar")), 20)
            yield found


def test_what_a_notebook_reaches(studio: RunningStudio) -> None:
    """No state, socket, terminal, process, backup or file of anybody else: its own folder, and what all may read."""
    alice, bob = (Visitor(studio).sign_in(name, PASSWORD).open(SHARED).json for name in (ALICE, BOB))
    uid, home = int(alice["uid"]), studio.workspace / "home" / ALICE
    assert len({uid, int(bob["uid"]), os.geteuid()}) == 3
    others = [pid for pid in of_workspace(studio.workspace) if Path(f"/proc/{pid}").stat().st_uid != uid]
    assert len(others) > 5
    told = {
        "workspace": str(studio.workspace),
        "runtime": str(prepare(studio.workspace).runtime),
        "home": str(home),
        "own": alice["argv"][alice["argv"].index("--socket") + 1],
        "pids": others,
    }
    done = subprocess.run(
        ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "/usr/bin/python3", "-I", "-"],
        input=f"import io, sys\nsys.stdin = io.StringIO({json.dumps(told)!r})\n{HOSTILE}",
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
        timeout=30,
    )
    got = json.loads(done.stdout)
    for what in ("read", "written", "connected"):
        assert any(tried.startswith(what) for tried in got["tried"])
    # The roster is no secret: everybody's page names who else is at work.
    assert [path for path in got["read"] if not path.endswith("/artist_names.sh")] == []
    assert got["written"] == []
    assert got["connected"] == []
    assert got["looked_into"] == []
    assert got["signalled"] == []


async def test_what_a_notebook_asks_the_portal(studio: RunningStudio) -> None:
    """From loopback, without a session, under any name of this machine: what anybody from anywhere is told."""
    for host in ("localhost", "127.0.0.1", "[::1]"):
        headers = {"Host": f"{host}:{studio.port()}", "X-Forwarded-For": "127.0.0.1", "X-Remote-User": ADMIN}
        for path in ("/api/v1/session", "/api/v1/people", "/api/v1/studio/process", "/debug", "/logs"):
            answer = await asyncio.to_thread(studio.get, path, headers=headers)
            assert answer.status in {401, 404}
        headers["Origin"] = f"http://{host}:{studio.port()}"
        down = await asyncio.to_thread(studio.request, "POST", "/api/v1/studio/down", headers=headers)
        assert down.status == 404
    assert studio.get("/healthz").status == 200
