"""`comfystudio down`, `restart` and `status`."""

import time

from comfystudio.cli import show, talk
from comfystudio.cli.exits import ExitCode, Stop, told
from comfystudio.cli.options import AsJson, WorkspaceFlag
from comfystudio.workspace import Workspace

__all__ = ["down", "restart", "status"]

_PATIENCE = 60.0


def _wait(workspace: Workspace, *, up: bool, old: int) -> None:
    """Until the process `old` no longer answers, or another one does."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if not talk.running(workspace):
            if not up:
                return
        elif up and talk.Client(workspace.control).call("GET", "/studio/process")["pid_started"] != old:
            return
        time.sleep(0.05)
    raise Stop(ExitCode.TIMED_OUT, "cli.still_there", workspace=workspace.root, seconds=int(_PATIENCE))


def down(workspace: WorkspaceFlag = None) -> None:
    """End the studio and every tool. Where only tools were left running, end those."""
    _, folders = talk.opened(workspace)
    if talk.running(folders):
        talk.with_studio(workspace, lambda api: api.call("POST", "/studio/down"), must_run=True)
        with told():
            _wait(folders, up=False, old=0)
    else:
        talk.with_studio(workspace, lambda api: api.call("POST", "/studio/end-tools"))
    show.line("The studio and its tools have ended.")


def restart(workspace: WorkspaceFlag = None) -> None:
    """Start the portal anew; tools and jobs go on meanwhile."""
    _, folders = talk.opened(workspace)

    def again(api: talk.Api) -> float:
        started: float = api.call("GET", "/studio/process")["pid_started"]
        api.call("POST", "/studio/restart")
        return started

    old = talk.with_studio(workspace, again, must_run=True)
    with told():
        _wait(folders, up=True, old=int(old))
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
