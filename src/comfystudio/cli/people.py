"""`comfystudio people …`: the roster from the command line."""

import sys
from typing import Annotated, Any

import typer

from comfystudio.cli import show, talk
from comfystudio.cli.exits import ExitCode, Stop, told
from comfystudio.cli.options import AsJson, WorkspaceFlag

__all__ = ["commands", "find"]

commands = typer.Typer(help="Who may enter.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The name as it stands on the roster.")]


def find(api: talk.Api, name: str) -> dict[str, Any]:
    """The person called `name`; ends the command where there is none."""
    for person in api.call("GET", "/people")["people"]:
        if person["name"] == name:
            return dict(person)
    raise Stop(ExitCode.FAILED, "cli.unknown_person", name=name)


@commands.command("list")
def list_(workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """List everyone on the roster."""
    found = talk.with_studio(workspace, lambda api: api.call("GET", "/people"))
    if json:
        show.as_json(found)
        return
    roster = found["roster"]
    if not roster["ok"]:
        show.line(roster["sentence"])
    show.table(
        ("Name", "Role", "State", "Last seen"),
        [(p["name"], p["role"], p["state"].replace("_", " "), show.clock(p["seen_at"])) for p in found["people"]],
    )


def _password() -> str:
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Stop(ExitCode.USAGE, "cli.no_password")
    return line


@commands.command()
def add(
    name: Name,
    admin: Annotated[bool, typer.Option("--admin", help="Let this person use admin mode.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead of making a link.")
    ] = False,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Put NAME on the roster and print a link with which they choose a password."""
    with told():
        password = _password() if password_stdin else None

    def work(api: talk.Api) -> dict[str, Any]:
        body = {"name": name, "admin": admin}
        return dict(api.call("POST", "/people", body | ({"password": password} if password else {})))

    _tell_link(talk.with_studio(workspace, work), json=json)


def _tell_link(answer: dict[str, Any], *, json: bool) -> None:
    if json:
        show.as_json(answer)
    elif answer.get("link"):
        show.line(answer["link"])
        show.line(f"The link works once, until {show.clock(answer['expires_at'])}.")
    else:
        show.line("Done.")


@commands.command()
def reset(name: Name, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Print a link with which NAME, an only admin included, chooses a new password."""

    def work(api: talk.Api) -> dict[str, Any]:
        return dict(api.call("POST", f"/people/{find(api, name)['id']}/reset"))

    _tell_link(talk.with_studio(workspace, work), json=json)


@commands.command()
def disable(name: Name, workspace: WorkspaceFlag = None) -> None:
    """Keep NAME out: sessions and tokens end at once, files stay."""
    _set(workspace, name, disabled=True)
    show.line(f"{name} is disabled. Files stay; comfystudio people enable lets them in again.")


@commands.command()
def enable(name: Name, workspace: WorkspaceFlag = None) -> None:
    """Let NAME in again."""
    _set(workspace, name, disabled=False)
    show.line(f"{name} may enter again.")


def _set(workspace: WorkspaceFlag, name: str, *, disabled: bool) -> None:
    talk.with_studio(
        workspace, lambda api: api.call("PATCH", f"/people/{find(api, name)['id']}", {"disabled": disabled})
    )
