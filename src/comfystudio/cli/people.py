"""`comfystudio people …`: the roster from the command line."""

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from comfystudio.cli import show, talk
from comfystudio.cli.exits import ExitCode, Stop, told
from comfystudio.cli.options import AsJson, WorkspaceFlag
from comfystudio.cli.qr import drawn

__all__ = ["commands", "find", "token_table"]

commands = typer.Typer(help="Who may enter.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The name as it stands on the roster.")]
Tool = Annotated[str, typer.Argument(help="The tool's id, as comfystudio tools list shows it.")]
AsQr = Annotated[bool, typer.Option("--qr", help="Draw the link as a QR code as well, for a phone.")]
LONGEST = 200  # characters of a name that the API looks for
DECIDED = {"everyone": "manifest", "admins": "manifest, for admins", "grant": "an admin"}


def everybody(api: talk.Api, **asked: str) -> Iterator[dict[str, Any]]:
    """The answers of the API, page by page, as `asked` narrows them."""
    query = {name: value for name, value in asked.items() if value} | {"limit": "1000"}
    while True:
        page = api.call("GET", f"/people?{urlencode(query)}")
        yield page
        if page["next"] is None:
            return
        query["after"] = str(page["next"])


def find(api: talk.Api, name: str) -> dict[str, Any]:
    """The person called `name`; ends the command where there is none."""
    wanted = unicodedata.normalize("NFC", name).strip()
    for page in everybody(api, text=name[:LONGEST]):
        for person in page["people"]:
            if person["name"] == wanted:
                return dict(person)
    raise Stop(ExitCode.FAILED, "cli.unknown_person", name=name)


@commands.command("list")
def list_(
    text: Annotated[str, typer.Option("--text", help="Only people whose name holds this text.")] = "",
    state: Annotated[
        str, typer.Option("--state", help="Only those who are here, away, disabled, invited or not_invited.")
    ] = "",
    role: Annotated[str, typer.Option("--role", help="Only artists (artist) or admins (admin).")] = "",
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """List everyone on the roster, or those that are asked for."""

    def work(api: talk.Api) -> dict[str, Any]:
        pages = list(everybody(api, text=text, state=state, role=role))
        return pages[0] | {"people": [person for page in pages for person in page["people"]], "next": None}

    found = talk.with_studio(workspace, work)
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
    qr: AsQr = False,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Put NAME on the roster and print a link with which they choose a password."""
    with told():
        password = _password() if password_stdin else None

    def work(api: talk.Api) -> dict[str, Any]:
        body = {"name": name, "admin": admin}
        return dict(api.call("POST", "/people", body | ({"password": password} if password else {})))

    _tell_link(talk.with_studio(workspace, work), json=json, qr=qr)


def _tell_link(answer: dict[str, Any], *, json: bool, qr: bool) -> None:
    if json:
        show.as_json(answer)
    elif answer.get("link"):
        if qr:
            show.drawing(drawn(answer["link"]))
        show.line(answer["link"])
        show.line(f"The link works once, until {show.clock(answer['expires_at'])}.")
    else:
        show.line("Done.")


@commands.command()
def reset(name: Name, qr: AsQr = False, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Print a link with which NAME, an only admin included, chooses a new password."""

    def work(api: talk.Api) -> dict[str, Any]:
        return dict(api.call("POST", f"/people/{find(api, name)['id']}/reset"))

    _tell_link(talk.with_studio(workspace, work), json=json, qr=qr)


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


@commands.command()
def admin(
    name: Name,
    off: Annotated[bool, typer.Option("--off", help="Take the right away again.")] = False,
    workspace: WorkspaceFlag = None,
) -> None:
    """Let NAME use admin mode."""
    _set(workspace, name, admin=not off)
    show.line(f"{name} is no admin any more." if off else f"{name} is an admin.")


@commands.command()
def rename(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="What they are called from now on.")],
    workspace: WorkspaceFlag = None,
) -> None:
    """Call NAME otherwise. Their own tools end first: their folder moves along."""
    changed = _set(workspace, name, name=new)
    show.line(f"{name} is now {changed['name']}; the folder is {changed['folder']}.")


def _set(workspace: WorkspaceFlag, who: str, **change: Any) -> dict[str, Any]:
    return talk.with_studio(workspace, lambda api: dict(api.call("PATCH", f"/people/{find(api, who)['id']}", change)))


@commands.command()
def remove(name: Name, workspace: WorkspaceFlag = None) -> None:
    """Take NAME off the roster: sessions, tokens and the password end, files stay."""
    talk.with_studio(workspace, lambda api: api.call("DELETE", f"/people/{find(api, name)['id']}"))
    show.line(f"{name} is off the roster. Files stay.")


@commands.command("sign-out")
def sign_out(name: Name, workspace: WorkspaceFlag = None) -> None:
    """Sign NAME out of every browser. They may sign in again; tokens stay."""
    talk.with_studio(workspace, lambda api: api.call("DELETE", f"/people/{find(api, name)['id']}/sessions"))
    show.line(f"{name} is signed out everywhere.")


@commands.command("show")
def show_(name: Name, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Show where NAME is signed in, their tokens and their tools."""
    found = talk.with_studio(workspace, lambda api: api.call("GET", f"/people/{find(api, name)['id']}"))
    if json:
        show.as_json(found)
        return
    person = found["person"]
    show.line(f"{person['name']}: {person['role']}, {person['state'].replace('_', ' ')}, folder {person['folder']}")
    show.table(
        ("Signed in on", "From", "Last used"),
        [(each["device"], each["address"], show.clock(each["seen_at"])) for each in found["sessions"]],
    )
    show.table(*token_table(found["tokens"]))
    show.table(
        ("Tool", "May use it", "Decided by"),
        [(each["id"], "yes" if each["may"] else "no", DECIDED[each["by"]]) for each in found["tools"]],
    )
    if found["identity"]:
        show.line(f"Signs in with an account of {found['identity']['issuer']}.")


def token_table(tokens: Iterable[dict[str, Any]]) -> tuple[Sequence[str], Iterable[Sequence[str]]]:
    """Columns and rows for a list of tokens."""
    rows = [
        (
            str(each["id"]),
            each["label"],
            each["scope"],
            show.clock(each["created_at"]),
            show.clock(each["used_at"]),
            show.clock(each["expires_at"]),
        )
        for each in tokens
    ]
    return ("Token", "For", "Scope", "Made", "Last used", "Ends"), rows


@commands.command()
def grant(name: Name, tool: Tool, workspace: WorkspaceFlag = None) -> None:
    """Give NAME the tool TOOL, whatever its manifest says."""
    _decide(workspace, name, tool, True)
    show.line(f"{name} may use {tool}.")


@commands.command()
def revoke(
    name: Name,
    tool: Tool,
    default: Annotated[bool, typer.Option("--default", help="Let the tool's manifest decide again.")] = False,
    workspace: WorkspaceFlag = None,
) -> None:
    """Take the tool TOOL from NAME: their own instance and their open pages of it end at once."""
    _decide(workspace, name, tool, None if default else False)
    show.line(f"The manifest of {tool} decides about {name} again." if default else f"{name} may not use {tool}.")


def _decide(workspace: WorkspaceFlag, name: str, tool: str, may: bool | None) -> None:
    path = f"/tools/{quote(tool, safe='')}"
    talk.with_studio(workspace, lambda api: api.call("PUT", f"/people/{find(api, name)['id']}{path}", {"may": may}))
