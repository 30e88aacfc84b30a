"""`comfystudio storage …`: is what the studio knows sound, back it up, put a backup in place."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from comfystudio import settings as settings_room
from comfystudio.cli import show, talk
from comfystudio.cli.exits import ExitCode, Stop, told
from comfystudio.cli.options import AsJson, WorkspaceFlag
from comfystudio.errors import Invalid
from comfystudio.storage.backups import Backup, Backups
from comfystudio.workspace import Workspace, prepare

__all__ = ["commands"]

commands = typer.Typer(help="Check, back up and restore database, settings and roster.", no_args_is_help=True)


def _opened(folder: Path | None) -> tuple[Workspace, Backups]:
    """The workspace and its backups, also where the settings in it are wrong: a restore mends that."""
    given = {"workspace": folder and str(folder)}
    with told(ExitCode.USAGE):
        try:
            settings = settings_room.load(given)
        except Invalid:
            workspace = prepare(settings_room.workspace_of(given))
            return workspace, Backups(workspace)
        workspace = prepare(settings.workspace)
        return workspace, Backups(workspace, roster=settings.roster, kept=settings.backups_kept)


def _row(backup: Backup) -> tuple[str, str, str, str]:
    made = show.clock(backup.contents.made_at if backup.contents else None)
    why = f"before {backup.before}" if backup.before else ""
    return backup.name, made, show.size(backup.bytes), backup.problem or why


def _document(backup: Backup) -> dict[str, Any]:
    said = backup.contents
    return {
        "name": backup.name,
        "bytes": backup.bytes,
        "before": backup.before,
        "made_at": said.made_at if said else None,
        "version": said.version if said else None,
        "schema": said.schema if said else None,
        "problem": backup.problem,
    }


@commands.command("list")
def list_(workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """List the backups, the newest first."""
    _, backups = _opened(workspace)
    found = backups.list()
    if json:
        show.as_json({"folder": str(backups.folder), "backups": [_document(each) for each in found]})
    else:
        show.table(("Name", "Made", "Size", ""), [_row(each) for each in found])


@commands.command()
def check(workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Read database and backups through; exit code 1 where something is wrong. The studio may run meanwhile."""
    _, backups = _opened(workspace)
    found = backups.check()
    if json:
        database = {"bytes": found.bytes, "schema": found.schema, "problems": list(found.problems)}
        show.as_json({"ok": found.ok, "database": database, "backups": [_document(each) for each in found.backups]})
    else:
        show.line(f"Database: schema {found.schema or '-'}, {show.size(found.bytes)}.")
        for problem in found.problems or ("It is sound.",):
            show.line(f"  {problem}")
        show.table(("Backup", "Made", "Size", ""), [_row(each) for each in found.backups])
    if not found.ok:
        raise typer.Exit(ExitCode.FAILED)


@commands.command()
def backup(workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Make a backup of database, settings and roster, and wait until it is there. The studio may run meanwhile."""

    def work(api: talk.Api) -> Any:
        job = api.call("POST", "/storage/backups")["job"]
        while job["state"] == "running":
            time.sleep(0.1)
            job = api.call("GET", f"/jobs/{job['id']}")
        if job["state"] != "done":
            raise Stop(ExitCode.FAILED, "cli.backup_failed", why=job["first_error"] or job["state"])
        return api.call("GET", "/storage/backups")

    found = talk.with_studio(workspace, work)
    newest = next(each for each in found["backups"] if each["before"] is None)
    if json:
        show.as_json(newest)
    else:
        show.line(f"{found['folder']}/{newest['name']}")


@commands.command()
def restore(
    name: Annotated[str, typer.Argument(help="A backup as storage list names it, or a file.")],
    keep_settings: Annotated[
        bool, typer.Option("--keep-settings", help="Leave studio.toml as it is, on another machine for example.")
    ] = False,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Put backup NAME in place of what is there, which is backed up first. The studio must not run."""
    folders, backups = _opened(workspace)
    with told():
        if talk.running(folders):
            raise Stop(ExitCode.FAILED, "cli.restore_runs", workspace=folders.root)
        from comfystudio.app import restore as put  # noqa: PLC0415 half a second that only this command needs

        done = put(folders, backups, name, keep_settings=keep_settings)
    damaged = str(done.damaged) if done.damaged else None
    if json:
        show.as_json(
            {"made_at": done.contents.made_at, "version": done.contents.version}
            | {"kept": done.kept, "damaged": damaged, "same_studio": done.same_studio}
        )
        return
    show.line(f"The studio is as it was at {show.clock(done.contents.made_at)}. Everybody signs in again.")
    if done.kept:
        show.line(f"What was there: {done.kept}")
    if damaged:
        show.line(f"The damaged database: {damaged}")
