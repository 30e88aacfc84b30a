"""`comfystudio doctor`: whether everything that the studio stands on is well."""

import asyncio
from pathlib import Path
from typing import Any

import typer

from comfystudio import settings as settings_room
from comfystudio.cli import show, talk
from comfystudio.cli.exits import ExitCode, told
from comfystudio.cli.options import AsJson, WorkspaceFlag
from comfystudio.errors import Invalid
from comfystudio.workspace import prepare

__all__ = ["doctor"]

_MARKS = {"ok": "✓", "warn": "!", "fail": "✗", "off": "-"}


def _examined(folder: Path | None) -> dict[str, Any]:
    """What the running studio says, or, where none runs, what can be seen without it."""
    given = {"workspace": folder and str(folder)}
    settings, problem = None, None
    try:
        settings = settings_room.load(given)
    except Invalid as error:
        problem = error
    workspace = prepare(settings.workspace if settings else settings_room.workspace_of(given))
    if talk.running(workspace):
        return dict(talk.Client(workspace.control).call("GET", "/doctor"))
    from comfystudio.app import examine_alone  # noqa: PLC0415 half a second that a running studio spares us

    return asyncio.run(examine_alone(workspace, settings, problem))


def doctor(workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Look at everything that the studio stands on, whether it runs or not; exit code 1 where something is broken."""
    with told(ExitCode.USAGE):
        found = _examined(workspace)
    if json:
        show.as_json(found)
    else:
        rows = [(_MARKS[each["state"]], each["title"], each["sentence"]) for each in found["checks"]]
        show.table(("", "Check", ""), rows)
        for each in found["checks"]:
            if each["next_step"]:
                show.line(f"{_MARKS[each['state']]} {each['title']}: {each['next_step']}")
    if any(each["state"] == "fail" for each in found["checks"]):
        raise typer.Exit(ExitCode.FAILED)
