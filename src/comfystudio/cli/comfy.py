"""`comfystudio comfy …`: what is special about ComfyUI."""

import typer

from comfystudio.cli import show, talk
from comfystudio.cli.exits import ExitCode
from comfystudio.cli.options import AsJson, WorkspaceFlag

__all__ = ["commands"]

commands = typer.Typer(help="Prove that artists are kept apart in ComfyUI.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """One command so far, and still a group of its own."""


@commands.command()
def check(workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Try every way from one artist to another in the ComfyUI that runs; exit code 1 where one is open."""
    found = talk.with_studio(workspace, lambda api: api.call("POST", "/comfyui/check"))
    report = found["check"]
    if json:
        show.as_json(found)
    else:
        rows = [("✓" if each["passed"] else "✗", each["way"], each["sentence"]) for each in report["ways"]]
        show.table(("", "Way", ""), rows)
        open_ways = sum(not each["passed"] for each in report["ways"])
        verdict = f"{open_ways} of {len(rows)} ways are open." if open_ways else f"All {len(rows)} ways are closed."
        show.line(f"ComfyUI {report['comfyui']}, {report['seconds']:.1f} s. {verdict}")
    if not report["passed"]:
        raise typer.Exit(ExitCode.FAILED)
