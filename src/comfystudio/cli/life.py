"""`comfystudio down`, `restart` and `status`."""

import http.client
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from comfystudio.cli import show, talk
from comfystudio.cli.exits import ExitCode, Stop, told
from comfystudio.cli.options import AsJson, WorkspaceFlag
from comfystudio.workspace import Workspace

__all__ = ["down", "restart", "status"]

_PATIENCE = 60.0


def _lives(pid: int) -> bool:
    """Whether that process is there; one that has ended and waits to be fetched by its parent is not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def _process(api: talk.Api) -> dict[str, Any]:
    return dict(api.call("GET", "/studio/process"))


def _wait_for_end(workspace: Workspace, pid: int) -> None:
    """Until process `pid` is no longer there."""
    deadline = time.monotonic() + _PATIENCE
    while _lives(pid):
        if time.monotonic() > deadline:
            raise Stop(ExitCode.TIMED_OUT, "cli.still_there", workspace=workspace.root, seconds=int(_PATIENCE))
        time.sleep(0.02)


def _wait_for_next(workspace: Workspace, old: dict[str, Any]) -> None:
    """Until another portal than `old` answers."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and _lives(old["pid"]):
        # In between there is no socket, or one that closes under the question.
        with suppress(OSError, http.client.HTTPException, talk.Problem):
            if _process(talk.Client(workspace.control))["started_at"] != old["started_at"]:
                return
        time.sleep(0.05)
    raise Stop(ExitCode.FAILED, "cli.not_back", workspace=workspace.root)


def down(workspace: WorkspaceFlag = None) -> None:
    """End the studio, every tool and every job. Where only those were left running, end them."""
    _, folders = talk.opened(workspace)

    def end(api: talk.Api) -> int:
        pid: int = _process(api)["pid"]
        api.call("POST", "/studio/down")
        return pid

    if talk.running(folders):
        pid = talk.with_studio(workspace, end, must_run=True)
        with told():
            _wait_for_end(folders, pid)
    else:
        talk.with_studio(workspace, lambda api: api.call("POST", "/studio/end-tools"))
    show.line("The studio and its tools have ended.")


def restart(workspace: WorkspaceFlag = None) -> None:
    """Start the portal anew; tools and jobs go on meanwhile."""
    _, folders = talk.opened(workspace)

    def again(api: talk.Api) -> dict[str, Any]:
        old = _process(api)
        api.call("POST", "/studio/restart")
        return old

    old = talk.with_studio(workspace, again, must_run=True)
    with told():
        _wait_for_next(folders, old)
    show.line("The portal is back; tools went on.")


def status(workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Say whether the studio runs, where, and what its tools do."""

    def ask(api: talk.Api) -> dict[str, object]:
        return {"studio": api.call("GET", "/studio/process"), "tools": api.call("GET", "/tools")["tools"]}

    found = talk.with_studio(workspace, ask, must_run=True)
    if json:
        show.as_json(found)
        return
    studio, tools = found["studio"], found["tools"]
    assert isinstance(studio, dict)
    assert isinstance(tools, list)
    show.line(f"ComfyStudio {studio['version']} at {studio['address']}, process {studio['pid']}")
    show.table(("Tool", "State", "Since"), [(t["id"], t["state"], show.clock(t["since"])) for t in tools])
