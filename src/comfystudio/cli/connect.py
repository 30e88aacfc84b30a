"""`comfystudio connect`: a loopback port for clients that can only be given an address."""

import os
from pathlib import Path
from typing import Annotated

import typer

from comfystudio.cli import show, talk
from comfystudio.cli.exits import ExitCode, Stop, told
from comfystudio.cli.options import WorkspaceFlag

__all__ = ["connect"]


def _token(file: Path | None) -> str:
    try:
        text = file.read_text(encoding="utf-8") if file else os.environ.get("COMFYSTUDIO_TOKEN", "")
    except OSError:
        text = ""
    if not text.strip():
        raise Stop(ExitCode.USAGE, "cli.no_token")
    return text.strip()


def _here(workspace: Path | None) -> str:
    """The address of the studio in `workspace`, which has to run; without one, that of a studio on this machine."""
    if workspace is None:
        return "http://localhost:8080"
    return str(talk.with_studio(workspace, lambda api: api.call("GET", "/studio/process"), must_run=True)["address"])


def connect(
    tool: Annotated[str, typer.Argument(help="The tool's id, like comfy-ui.")],
    port: Annotated[int, typer.Option("--port", help="The loopback port to listen on (0: a free one).")] = 0,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            help="The studio's address (default: the studio of --workspace, else http://localhost:8080).",
            envvar="COMFYSTUDIO_ADDRESS",
        ),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="A file with your token (else COMFYSTUDIO_TOKEN).")
    ] = None,
    workspace: WorkspaceFlag = None,
) -> None:
    """Forward a loopback port to TOOL with your token added, until Ctrl-C."""
    with told():
        token = _token(token_file)
        import comfystudio.gateway.connect as forwarding  # noqa: PLC0415 aiohttp, which only this command needs

        forwarding.run(
            address or _here(workspace), tool, token, port, ready=lambda at: show.line(f"{tool} is at {at}")
        )
