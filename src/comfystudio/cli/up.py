"""`comfystudio up`: start the studio and stay with it."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from comfystudio import settings as settings_room
from comfystudio.cli import talk
from comfystudio.cli.exits import ExitCode, Stop, told
from comfystudio.settings import SETTINGS
from comfystudio.workspace import prepare

__all__ = ["up"]


def _with_every_setting(command: Callable[[dict[str, Any]], None]) -> Callable[..., None]:
    """Give `command` one flag a row of the settings table, so that the two cannot differ."""
    parameters = [
        inspect.Parameter(
            row.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[str | None, typer.Option(row.flag, metavar="VALUE", help=row.about)],
        )
        for row in SETTINGS
    ]

    def flags(**given: str | None) -> None:
        command({name: value for name, value in given.items() if value is not None})

    flags.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # how typer reads it
    flags.__annotations__ = {each.name: each.annotation for each in parameters}
    flags.__doc__ = command.__doc__
    return flags


def _start(given: dict[str, Any]) -> None:
    """Start the studio in this terminal; Ctrl-C ends it and its tools."""
    with told(ExitCode.USAGE):
        settings = settings_room.load(given)
        workspace = prepare(settings.workspace)
        if talk.running(workspace):
            found = talk.Client(workspace.control).call("GET", "/studio/process")
            raise Stop(
                ExitCode.FAILED,
                "cli.already_running",
                workspace=workspace.root,
                pid=found["pid"],
                address=found["address"],
            )
    from comfystudio.app import run  # noqa: PLC0415 a wrong flag is told before anything heavy is imported

    with told():
        run(settings, given)


up = _with_every_setting(_start)
