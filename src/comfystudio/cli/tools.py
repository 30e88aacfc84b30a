"""`comfystudio tools …`: start, stop and read the tools."""

import http.client
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from comfystudio.cli import show, talk
from comfystudio.cli.exits import ExitCode, Stop
from comfystudio.cli.options import AsJson, WorkspaceFlag

__all__ = ["commands"]

commands = typer.Typer(help="Start, stop and read the tools.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="The tool's id, like jupyter-lab.")]
AsName = Annotated[str | None, typer.Option("--as", help="The person whose instance is meant, for per-artist tools.")]
_PATIENCE = 20.0
_ENDED = {"crashed", "failed", "broken", "not_installed", "stopped"}


@commands.command("list")
def list_(workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """List the tools and their states."""
    found = talk.with_studio(workspace, lambda api: api.call("GET", "/tools"))
    if json:
        show.as_json(found)
        return
    rows = [
        (t["id"], t["name"], t["state"].replace("_", " "), show.clock(t["since"]), t["error"] or t["refusal"] or "")
        for t in found["tools"]
    ]
    show.table(("Id", "Name", "State", "Since", ""), rows)


def _path(tool: str, what: str = "", person: str | None = None, **query: Any) -> str:
    given = {name: value for name, value in {"as": person, **query}.items() if value is not None}
    return f"/tools/{quote(tool, safe='')}{what}" + (f"?{urlencode(given)}" if given else "")


def _until_ready(api: talk.Api, tool: str, person: str | None, seconds: int) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        found = api.call("GET", _path(tool, person=person))
        if found["state"] == "ready":
            return found
        if found["state"] in _ENDED:
            why = found["first_error"] or found["error"] or found["state"]
            raise Stop(ExitCode.FAILED, "cli.tool_failed", name=found["name"], why=why)
        if time.monotonic() > deadline:
            raise Stop(ExitCode.TIMED_OUT, "cli.timed_out", name=found["name"], seconds=seconds, id=tool)
        time.sleep(0.1)


@commands.command()
def start(
    tool: Id,
    person: AsName = None,
    wait: Annotated[bool, typer.Option("--wait", help="Return when the tool is ready.")] = False,
    seconds: Annotated[int, typer.Option("--within", help="With --wait: give up after so many seconds.")] = 180,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Start a tool."""

    def work(api: talk.Api) -> Any:
        found = api.call("POST", _path(tool, "/start"), {"as": person} if person else {})
        return _until_ready(api, tool, person, seconds) if wait else found

    found = talk.with_studio(workspace, work, must_run=True)
    if json:
        show.as_json(found)
    else:
        show.line(f"{found['name']} is {found['state']}: {found['url']}")


@commands.command()
def stop(tool: Id, person: AsName = None, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Stop a tool and everything it started."""

    def work(api: talk.Api) -> Any:
        return api.call("POST", _path(tool, "/stop"), {"as": person} if person else {})

    found = talk.with_studio(workspace, work)
    if json:
        show.as_json(found)
    else:
        show.line(f"{found['name']} is {found['state']}.")


@commands.command()
def kill(tool: Id, person: AsName = None, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """End a tool and everything it started at once. What it has not saved is lost."""

    def work(api: talk.Api) -> Any:
        return api.call("POST", _path(tool, "/kill"), {"as": person} if person else {})

    found = talk.with_studio(workspace, work)
    if json:
        show.as_json(found)
    else:
        show.line(f"{found['name']} is {found['state']}.")


@commands.command()
def options(
    tool: Id,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set an option; may be repeated.")
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", metavar="NAME", help="As the manifest says again; may be repeated.")
    ] = None,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Show a tool's options, or set them for the starts to come."""

    def work(api: talk.Api) -> Any:
        found = api.call("GET", _path(tool, "/command"))
        if set_ or unset:
            kinds = {option["name"]: option["kind"] for option in found["options"]}
            given = dict(_given(each, kinds) for each in set_ or ())
            api.call("PUT", _path(tool, "/options"), {"values": given | dict.fromkeys(unset or ())})
            found = api.call("GET", _path(tool, "/command"))
        return {name: found[name] for name in ("options", "restart_needed")}

    found = talk.with_studio(workspace, work)
    if json:
        show.as_json(found)
        return
    rows = [(o["name"], _worded(o["value"]), "set" if o["changed"] else "", o["about"]) for o in found["options"]]
    show.table(("Name", "Value", "", "About"), rows)
    if found["restart_needed"]:
        show.line("What runs was started with other options; they take effect with its next start.")


def _given(text: str, kinds: Mapping[str, str]) -> tuple[str, bool | float | str]:
    """An option as it was typed, for its kind; what makes no sense goes on as text and is refused with a sentence."""
    name, _, value = text.partition("=")
    if kinds.get(name) == "switch":
        return name, {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}.get(
            value.lower(), value
        )
    if kinds.get(name) == "number":
        with suppress(ValueError):
            return name, int(value)
        with suppress(ValueError):
            return name, float(value)
    return name, value


def _worded(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


@commands.command()
def install(tool: Id, workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Install a tool and wait until it is done."""

    def work(api: talk.Api) -> Any:
        job = api.call("POST", _path(tool, "/install"))["job"]
        while job["state"] == "running":
            time.sleep(0.2)
            job = api.call("GET", f"/jobs/{job['id']}")
        if job["state"] != "done":
            why = job["first_error"] or f"exit code {job['exit_code']}"
            raise Stop(ExitCode.FAILED, "cli.install_failed", title=job["title"], why=why)
        return job

    found = talk.with_studio(workspace, work, must_run=True)
    if json:
        show.as_json(found)
    else:
        show.line(f"{found['title']}: done.")


@commands.command()
def logs(
    tool: Id,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on printing lines as they come.")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", help="How many lines to start with.")] = 200,
    person: AsName = None,
    workspace: WorkspaceFlag = None,
    json: AsJson = False,
) -> None:
    """Print a tool's log, with --json one object a line."""

    def tell(chunk: Any) -> None:
        for each in chunk["lines"]:
            if json:
                show.as_json_line(each)
            elif each["stream"] != "~" or not follow:
                show.line(each["text"])

    def work(api: talk.Api) -> None:
        chunk = api.call("GET", _path(tool, "/log", person, tail=lines))
        tell(chunk)
        heard = time.monotonic()
        while follow:
            time.sleep(0.2)
            try:
                chunk = api.call("GET", _path(tool, "/log", person, start=chunk["next"]))
            except (OSError, http.client.HTTPException):
                # A portal that restarts is back in a moment, and offsets are never used twice.
                if time.monotonic() - heard > _PATIENCE:
                    raise
                continue
            heard = time.monotonic()
            tell(chunk)

    talk.with_studio(workspace, work)
