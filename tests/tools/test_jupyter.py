"""The real JupyterLab, installed by its job and started per person."""

import asyncio
import dataclasses
import json
import os
import pwd
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from comfystudio import settings as all_settings
from comfystudio import words
from comfystudio.storage import Database
from comfystudio.tools import Tools
from comfystudio.tools.idle import Idle
from comfystudio.tools.instance import Instance
from comfystudio.workspace import Workspace
from tests.tools.conftest import ADA, ALICE, BOB, Steady, Studio, caller
from tests.tools.jupyter import SETUP, as_account, installed, run_in_kernel
from tests.waiting import until

__all__ = ["installed"]

# Tries every door to somebody else's things and prints what opened.
BURGLAR = """
import json, os, socket, sys
def open_(kind, path):
    if kind == "list": return os.listdir(path)
    if kind == "read": return open(path, "rb").read(16).decode("latin-1")
    if kind == "write": return open(path + "/planted", "w").close()
    s = socket.socket(socket.AF_UNIX); s.connect(path); return "connected"
for kind, path in json.loads({doors!r}):
    try:
        print(kind, path, "OPEN", open_(kind, path))
    except OSError as error:
        print("closed", type(error).__name__)
print("uid", os.geteuid())
"""


@pytest.fixture
async def lab(workspace: Workspace, installed: Path) -> AsyncIterator[Studio]:
    """A studio with the shipped manifests and JupyterLab installed, artists apart where the tests run as root."""
    (workspace.root / "jupyter").symlink_to(installed)
    (workspace.root / "ComfyUI").mkdir()
    settings = all_settings.load(
        {
            "workspace": str(workspace.root),
            "setup_dir": str(SETUP),
            "accounts": "separate" if os.geteuid() == 0 else "same",
        },
        environment={},
    )
    studio = Studio(settings, workspace, SETUP)
    before = {account.pw_name for account in pwd.getpwall()}
    yield studio
    for tools, keepers in studio.opened:
        await tools.end_all()
        await tools.stop_service()
        await keepers.close()
    for name in {account.pw_name for account in pwd.getpwall()} - before:
        subprocess.run(["userdel", name], check=True, capture_output=True)


async def started(tools: Tools, *people: Any) -> list[Path]:
    """JupyterLab for each of them, and where each listens."""
    for who in people:
        await tools.start("jupyter-lab", caller(who))
    sockets = []
    for who in people:
        await until(
            lambda who=who: tools.view("jupyter-lab", caller(who)).state == "ready",
            40,
            f"never ready: {who.name}",
        )
        found = tools.upstream("jupyter-lab", who)
        assert found is not None
        assert found.unix is not None
        sockets.append(found.unix)
    return sockets


@pytest.mark.root
async def test_one_artist_cannot_reach_another(lab: Studio, database: Database) -> None:
    """Alice's code, in a shell and in a real kernel, reaches neither Bob's files and server nor the database."""
    tools = await lab.open(outer={"PATH": os.defpath, "COMFYSTUDIO_HOST": "x", "RUNPOD_API_KEY": "rp-secret"})
    alices, bobs = await started(tools, ALICE, BOB)
    (lab.workspace.home(BOB.folder) / "diary.txt").write_text("secret")
    (lab.workspace.outputs(BOB.folder) / "image.png").write_text("secret")
    bobs_server = tools._instances["jupyter-lab", "p2"].unit.pid
    doors = [
        ("list", str(lab.workspace.home(BOB.folder))),
        ("read", str(lab.workspace.home(BOB.folder) / "diary.txt")),
        ("list", str(lab.workspace.outputs(BOB.folder))),
        ("read", str(lab.workspace.outputs(BOB.folder) / "image.png")),
        ("write", str(lab.workspace.outputs(BOB.folder))),
        ("connect", str(bobs)),
        ("list", str(bobs.parent)),
        ("read", str(lab.workspace.database)),
        ("list", str(lab.workspace.state)),
        ("connect", str(lab.workspace.runtime / "jupyter-lab.2.sock")),
        ("connect", str(lab.workspace.runtime / "jupyter-lab.1.sock")),
        ("read", f"/proc/{bobs_server}/environ"),
        ("write", str(lab.workspace.root / "jupyter" / "venv")),
        ("write", str(lab.workspace.root)),
    ]
    code = BURGLAR.format(doors=json.dumps(doors))
    shell = await asyncio.to_thread(
        subprocess.run, ["/usr/bin/python3", "-c", code], capture_output=True, text=True, **as_account(ALICE.uid)
    )
    kernel = await run_in_kernel(alices, code)
    for printed in (shell.stdout, kernel):
        assert "OPEN" not in printed, printed
        assert printed.count("closed") == len(doors), (printed, shell.stderr)
        assert f"uid {ALICE.uid}" in printed
    # Her own things are hers.
    own = [("write", str(lab.workspace.home("Alice"))), ("write", str(lab.workspace.outputs("Alice")))]
    assert (await run_in_kernel(alices, BURGLAR.format(doors=json.dumps(own)))).count("OPEN") == 2


async def test_it_starts_works_and_ends(lab: Studio) -> None:
    """JupyterLab answers over its socket, runs a cell as its person, keeps its own checks, and leaves nothing."""
    tools = await lab.open(outer={"PATH": os.defpath, "RUNPOD_API_KEY": "rp-secret"})
    (socket,) = await started(tools, ALICE)
    printed = await run_in_kernel(socket, "import os; print(6 * 7, os.getcwd(), 'RUNPOD_API_KEY' in os.environ)")
    assert printed == f"42 {lab.workspace.home('Alice')} False\n"
    connector = aiohttp.UnixConnector(path=str(socket))
    async with aiohttp.ClientSession("http://localhost", connector=connector) as http:
        async with http.post("/api/kernels", json={}) as refused:
            assert refused.status == 403, "without _xsrf"
        async with http.get("/lab") as page:
            assert '"token": ""' in await page.text()
    unit = tools._instances["jupyter-lab", "p1"].unit
    family = [psutil.Process(unit.keeper_pid), *psutil.Process(unit.keeper_pid).children(recursive=True)]
    words = " ".join(word for process in family for word in process.cmdline())
    log = "\n".join(line.text for line in tools.log("jupyter-lab", caller(ALICE)).tail(500).lines)
    for text in (words, log):
        assert "rp-secret" not in text
        assert not [part for part in text.split("token=")[1:] if part[:1].isalnum()]
    server = psutil.Process(unit.pid)
    listening = [one for one in server.net_connections("inet") if one.status == psutil.CONN_LISTEN]
    assert listening == [], "the server is reached by its socket file only"
    (kernel,) = socket.parent.glob("kernel-*.json")
    assert json.loads(kernel.read_text())["transport"] == "ipc", "and so are the kernels"
    view = await tools.stop("jupyter-lab", caller(ALICE))
    assert view.state == "stopped"
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in family)


async def test_it_is_stopped_once_nobody_uses_it(lab: Studio, root: Path) -> None:
    """A kernel that computes keeps JupyterLab however long ago anybody came; being looked at does not."""
    tools, clock = await lab.open(), Steady()
    everything = {"no-terminals": True, "show-hidden": True, "cull-kernels": 86_400, "output-rate": 5_000_000}
    await tools.set_options("jupyter-lab", caller(ADA), everything)
    (socket,) = await started(tools, ALICE)
    idle = Idle(8, tools._instances.values, used=lambda _: False, end=tools._end_unused, now=clock)
    go_on = root / "go-on"
    root.chmod(0o755)
    code = f"import pathlib, time\nwhile not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.05)\nprint('done')"
    cell = asyncio.create_task(run_in_kernel(socket, code))
    instance = tools._instances["jupyter-lab", "p1"]
    await until(lambda: _busy(instance), 20, "the cell never ran")
    assert await instance.ask("/api/terminals") is None, "the options are the program's own"
    log = "\n".join(line.text for line in tools.log("jupyter-lab", caller(ALICE)).tail(500).lines)
    assert "not recognized" not in log
    for hours in (0, 9, 9):
        clock.at += hours * 3600
        await idle.look()
        assert tools.view("jupyter-lab", caller(ALICE)).state == "ready"
    go_on.touch()
    assert await cell == "done\n"
    for hours in (1.0, 1.0, 6.5):
        clock.at += hours * 3600
        await idle.look()
        assert tools.view("jupyter-lab", caller(ALICE)).state == "ready"
    clock.at += 2 * 3600
    await idle.look()
    view = tools.view("jupyter-lab", caller(ALICE))
    assert (view.state, view.error) == ("stopped", words.say("tools.idle_stopped", hours=8))


async def _busy(instance: Instance) -> bool:
    kernels = await instance.ask("/api/kernels")
    return any(kernel["execution_state"] == "busy" for kernel in kernels or ())


async def test_one_for_all_where_the_setting_says_so(lab: Studio) -> None:
    """With jupyter = shared everybody works in one JupyterLab, as the original had it."""
    lab.settings = dataclasses.replace(lab.settings, jupyter="shared")
    tools = await lab.open()
    (socket,) = await started(tools, ALICE)
    assert tools.upstream("jupyter-lab", BOB).unix == socket
    assert tools.view("jupyter-lab", caller(ADA)).people == ("Alice", "Bob O'Hara")


UV_THAT_FAILS = """#!/bin/sh
case "$1" in
  venv) for last; do :; done; mkdir -p "$last/bin" ;;
  pip) echo "error: no route to the index" >&2; exit 2 ;;
esac
"""


def test_a_broken_install_leaves_what_was_there(root: Path) -> None:
    """An install that fails half-way keeps the old environment, and one cut short while moving is put right."""
    uv = root / "uv"
    uv.write_text(UV_THAT_FAILS)
    uv.chmod(0o755)
    venv = root / "jupyter" / "venv"
    env = {"PATH": os.defpath, "WORKSPACE": str(root), "UV": str(uv), "PYTHON": "python3"}
    script = ["/bin/bash", str(SETUP / "jupyter" / "install_jupyter.sh")]

    def install() -> subprocess.CompletedProcess[str]:
        return subprocess.run(script, env=env, capture_output=True, text=True, check=False)

    done = install()
    assert done.returncode == 2
    assert "no route" in done.stderr
    assert not venv.exists()
    venv.mkdir()
    (venv / "mark").write_text("old")
    assert install().returncode == 2
    assert (venv / "mark").read_text() == "old"
    venv.rename(venv.with_name("venv.old"))
    assert install().returncode == 2
    assert (venv / "mark").read_text() == "old"
    assert shutil.which("bash")
