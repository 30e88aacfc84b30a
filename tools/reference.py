"""Writes the reference pages under docs/reference from the code, or, with --check, says which are stale."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from reference_api import api_page, events_page
from reference_comfyui import routes_page

from comfystudio.cli.exits import ExitCode
from comfystudio.cli.main import app
from comfystudio.settings import SETTINGS

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
MADE = "<!-- Made by tools/reference.py from the code. Edit the code, then run: make reference -->\n\n"


def _default(value: Any) -> str:
    if value in ("", None, ()):
        return ""
    return f"`{value}`"


def settings_page() -> str:
    """docs/reference/settings.md."""
    lines = [
        "# Settings\n",
        "A flag of `comfystudio up` wins over the environment, the environment over `studio.toml` in the",
        "workspace, the file over the default. `comfystudio config` prints what holds. A wrong setting stops the",
        "start with one sentence and exit code 2. Lists are TOML lists in the file, with commas elsewhere.\n",
        "| in `studio.toml` | environment | flag | takes | default | what it does |",
        "|---|---|---|---|---|---|",
    ]
    for row in SETTINGS:
        name = "(not here)" if row.name == "workspace" else f"`{row.name}`"
        lines.append(
            f"| {name} | `{row.variable}` | `{row.flag}` | {row.wanted} | {_default(row.default)} | {row.about} |"
        )
    return "\n".join(lines) + "\n"


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, each in inner.items():
        yield from _commands(each, f"{path} {name}")


def _flag(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    return f"| {names} | {parameter.help or ''} |"


def cli_page() -> str:
    """docs/reference/cli.md."""
    lines = [
        "# Command line\n",
        "Commands talk to the studio that runs in the workspace. `people`, `token`, `tools list`, `tools stop` and",
        "`down` also work where none runs.\n",
        "| exit code | meaning |",
        "|---|---|",
    ]
    meanings = {
        ExitCode.DONE: "done",
        ExitCode.FAILED: "the studio refused or could not; the sentence on standard error says why",
        ExitCode.USAGE: "a flag, a setting or the workspace is wrong; nothing was started",
        ExitCode.NOT_RUNNING: "no studio runs in this workspace",
        ExitCode.TIMED_OUT: "it was asked for, and was not ready in time",
    }
    lines += [f"| {int(code)} | {meanings[code]} |" for code in ExitCode]
    for path, command in _commands(typer.main.get_command(app), "comfystudio"):
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option"]
        usage = " ".join([path, *(a.name.upper() for a in arguments)])
        lines += [f"\n## `{usage}`\n", " ".join((command.help or "").split())]
        if path == "comfystudio up":
            lines.append("\nTakes every [setting](settings.md) as a flag.")
        elif options:
            lines += ["\n| flag | what it does |", "|---|---|", *(_flag(o) for o in options)]
    return "\n".join(lines) + "\n"


PAGES = {
    "settings.md": settings_page,
    "cli.md": cli_page,
    "api.md": api_page,
    "events.md": events_page,
    "comfyui-routes.md": routes_page,
}


def main() -> int:
    """Write or check every page; the number of stale ones is the exit code."""
    stale = 0
    for name, make in PAGES.items():
        path = REFERENCE / name
        text = MADE + make()
        if "--check" in sys.argv:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                print(f"docs/reference/{name} is stale: run make reference")
                stale += 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
