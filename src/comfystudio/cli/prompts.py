"""`comfystudio prompts …`: what was submitted to ComfyUI, and what became of it."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from comfystudio.cli import show, talk
from comfystudio.cli.options import AsJson, WorkspaceFlag

__all__ = ["commands"]

commands = typer.Typer(help="See what was submitted to ComfyUI, and cancel it.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="The prompt's id, as the list shows it.")]
Whose = Annotated[str, typer.Option("--as", help="The person whose prompt it is.")]
Perhaps = Annotated[str | None, typer.Option("--as", help="Whose prompts are meant; without it, anybody's.")]


def _path(prompt: str = "", what: str = "", **query: Any) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    one = f"/{quote(prompt, safe='')}{what}" if prompt else ""
    return f"/prompts{one}" + (f"?{urlencode(given)}" if given else "")


@commands.command("list")
def list_(
    person: Perhaps = None,
    state: Annotated[
        str | None, typer.Option("--state", help="Only these: queued, running, done, failed or cancelled.")
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="Only those that say these words. Needs --as.")] = None,
    before: Annotated[int | None, typer.Option("--before", help="Only those below this number: to go on.")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", help="How many, at most 200.")] = 50,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """List prompts, the newest first. What they say is shown with --as."""
    whose = {"all": "true"} if person is None else {"as": person}
    path = _path(**whose, state=state, text=text, before=before, limit=limit)
    found = talk.with_studio(workspace, lambda api: api.call("GET", path))
    if json:
        show.as_json(found)
        return
    rows = [
        (str(p["number"]), p["id"], p["owner"] or "-", p["state"], show.clock(p["created_at"]), p["summary"] or "")
        for p in found["prompts"]
    ]
    show.table(("Number", "Id", "Owner", "State", "Since", ""), rows)


@commands.command("show")
def show_(prompt: Id, person: Whose, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Show one prompt; with --json also its workflow and its outputs."""
    found = talk.with_studio(workspace, lambda api: api.call("GET", _path(prompt, **{"as": person})))
    if json:
        show.as_json(found)
        return
    told = found["prompt"]
    times = (("Submitted", "created_at"), ("Started", "started_at"), ("Ended", "ended_at"))
    rows = [
        ("Number", str(told["number"])),
        ("State", told["state"]),
        *((title, show.clock(told[name])) for title, name in times),
        ("Says", told["summary"]),
        ("Nodes", str(told["nodes"])),
        ("Files", str(told["files"])),
        ("Error", told["error"] or "-"),
    ]
    show.table(("", told["id"]), rows)


@commands.command()
def cancel(prompt: Id, person: Perhaps = None, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Take back a prompt that waits, or stop one that runs."""
    path = _path(prompt, "/cancel", **{"as": person})
    found = talk.with_studio(workspace, lambda api: api.call("POST", path))
    if json:
        show.as_json(found)
    else:
        state = "being stopped" if found["state"] == "running" else found["state"]
        show.line(f"Prompt {found['number']} is {state}.")
