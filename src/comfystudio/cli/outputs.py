"""`comfystudio outputs …`: what a person made in ComfyUI, as files, archives, and in the trash."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from comfystudio.cli import saving, show, talk
from comfystudio.cli.exits import ExitCode, Stop, told
from comfystudio.cli.options import AsJson, WorkspaceFlag

__all__ = ["commands"]

commands = typer.Typer(help="See, save and throw away what a person made in ComfyUI.", no_args_is_help=True)
Whose = Annotated[str, typer.Option("--as", help="The person whose files are meant.")]
Paths = Annotated[list[str], typer.Argument(help="Paths as the list shows them.")]
Ids = Annotated[list[str], typer.Argument(help="Ids as the list of the trash shows them.")]
Words = Annotated[str, typer.Option("--text", help="Only paths that hold these letters.")]
OfKind = Annotated[str | None, typer.Option("--kind", help="Only these: image, video, audio or other.")]
DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
Since = Annotated[datetime | None, typer.Option("--since", formats=DAYS, help="Only what was made then or later.")]
Until = Annotated[datetime | None, typer.Option("--until", formats=DAYS, help="Only what was made before.")]
Into = Annotated[Path, typer.Option("--to", help="The folder to save in (default: this one).", file_okay=False)]


def _path(what: str, person: str, **query: Any) -> str:
    given = {name: value for name, value in {"as": person, **query}.items() if value not in {None, ""}}
    return f"/outputs{what}?{urlencode(given)}"


def _moment(day: datetime | None) -> float | None:
    return None if day is None else day.timestamp()


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


@commands.command("list")
def list_(
    person: Whose,
    text: Words = "",
    kind: OfKind = None,
    since: Since = None,
    until: Until = None,
    trash: Annotated[bool, typer.Option("--trash", help="List the trash instead.")] = False,
    before: Annotated[str | None, typer.Option("--before", help="Go on from here: what the last list gave.")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", help="How many, at most 1000.")] = 100,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """List files, the newest first; or what lies in the trash, with the ids that restore and purge take."""
    if trash:
        path = _path("/trash", person, before=before, limit=limit)
    else:
        when = {"from": _moment(since), "to": _moment(until)}
        path = _path("", person, text=text, kind=kind, before=before, limit=limit, **when)
    found = talk.with_studio(workspace, lambda api: api.call("GET", path))
    if json:
        show.as_json(found)
    elif trash:
        thrown = [(each["id"], _size(each["size"]), show.clock(each["deleted_at"])) for each in found["trash"]]
        show.table(("Id", "Size", "Thrown away"), thrown)
    else:
        rows = [
            (each["path"], each["kind"], _size(each["size"]), show.clock(each["at"])) for each in found["outputs"]
        ]
        show.table(("Path", "Kind", "Size", "Made"), rows)


@commands.command("show")
def show_(
    path: Annotated[str, typer.Argument(help="The path as the list shows it.")],
    person: Whose,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Show one file; with --json also its workflow."""
    found = talk.with_studio(workspace, lambda api: api.call("GET", _path("/one", person, path=path)))
    if json:
        show.as_json(found)
        return
    prompt = found["prompt"] or {}
    pixels = f"{found['width']} x {found['height']}" if found["width"] else "-"
    rows = [
        ("Kind", found["kind"]),
        ("Size", _size(found["size"])),
        ("Pixels", pixels),
        ("Made", show.clock(found["at"])),
        ("Workflow", "yes" if found["workflow"] or found["graph"] else "no"),
        ("Prompt", f"{prompt['number']}: {prompt['summary']}" if prompt else "-"),
        ("Problem", found["problem"] or "-"),
    ]
    show.table(("", found["path"]), rows)


@commands.command()
def download(
    paths: Paths, person: Whose, to: Into = Path(), workspace: WorkspaceFlag = None, json: AsJson = False
) -> None:
    """Save files. Where a name is taken the file gets a number; nothing is replaced."""

    def work(api: talk.Api) -> list[str]:
        saved = []
        for path in paths:
            with api.fetch(_path("/file", person, path=path, download=1)) as (length, pieces):
                saved.append(str(saving.save(to, path, length, pieces)))
                if not json:
                    show.line(saved[-1])
        return saved

    saved = talk.with_studio(workspace, work)
    if json:
        show.as_json({"saved": saved})


@commands.command("zip")
def zip_(
    person: Whose,
    paths: Annotated[list[str] | None, typer.Argument(help="Paths as the list shows them; all without any.")] = None,
    text: Words = "",
    kind: OfKind = None,
    since: Since = None,
    until: Until = None,
    to: Into = Path(),
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Save files, or all that fit, as one ZIP archive."""
    when = {"from": _moment(since), "to": _moment(until)}

    def work(api: talk.Api) -> dict[str, Any]:
        asked = api.call("POST", _path("/zip", person, text=text, kind=kind, **when), {"paths": paths or None})
        with api.fetch(_path("/zip", person, id=asked["id"])) as (_, pieces):
            saved = saving.save(to, f"{person}.zip", asked["bytes"], pieces)
        return {"saved": str(saved), "files": asked["files"], "bytes": asked["bytes"]}

    done = talk.with_studio(workspace, work)
    if json:
        show.as_json(done)
    else:
        show.line(f"{done['saved']}: {done['files']} files, {_size(done['bytes'])}.")


@commands.command()
def trash(paths: Paths, person: Whose, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Move files to the trash."""
    found = talk.with_studio(workspace, lambda api: api.call("POST", _path("/trash", person), {"paths": paths}))
    if json:
        show.as_json(found)
    _some(found["moved"], paths)
    if not json:
        for each in found["moved"]:
            show.line(each["id"])


@commands.command()
def restore(ids: Ids, person: Whose, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Bring files back from the trash. Where a name is taken the file gets a number."""
    found = talk.with_studio(workspace, lambda api: api.call("POST", _path("/restore", person), {"ids": ids}))
    if json:
        show.as_json(found)
    _some(found["paths"], ids)
    if not json:
        for path in found["paths"]:
            show.line(path)


@commands.command()
def purge(
    person: Whose,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids as the list of the trash shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that lies in the trash.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Delete files in the trash for good, after asking."""
    if bool(ids) == everything:
        raise typer.BadParameter("Name ids, or say --all.")
    names = ids or ["everything in the trash"]
    if not yes:
        for name in names:
            print(name, file=sys.stderr)  # noqa: T201 this is the command line's voice
        typer.confirm("Delete this for good?", abort=True, err=True)
    found = talk.with_studio(workspace, lambda api: api.call("POST", _path("/purge", person), {"ids": ids or None}))
    if json:
        show.as_json(found)
    else:
        show.line(f"{found['files']} files are gone for good.")


def _some(done: list[Any], names: list[str]) -> None:
    """Stop where nothing of what was named is there."""
    if not done:
        with told():
            raise Stop(ExitCode.FAILED, "cli.nothing_there", names=", ".join(names[:5]))
