"""The process: its signals, what it prints, how it ends; and a workspace opened for a single command."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import structlog
import uvloop
from rich.console import Console
from rich.text import Text

from comfystudio import __version__
from comfystudio.app.backups import finish_restore
from comfystudio.app.lock import only_one
from comfystudio.app.logs import set_up
from comfystudio.app.studio import Ending, Studio
from comfystudio.settings import Settings
from comfystudio.workspace import Workspace, prepare

__all__ = ["offline", "run"]

T = TypeVar("T")
log = structlog.get_logger("studio")


def run(settings: Settings, flags: Mapping[str, Any]) -> None:
    """Run the studio until a signal or the command line ends it; `settings` came from `flags` among others."""
    set_up(settings.log_level)
    workspace = prepare(settings.workspace)
    with only_one(workspace):
        # What a restore left to do may have changed the settings that were just read.
        how = "restart" if finish_restore(settings, workspace) else uvloop.run(_live(settings, workspace, flags))
    if how == "restart":
        # The same process number, so whatever supervises this process does not notice; the lock is free by now.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 our own argv


async def _live(settings: Settings, workspace: Workspace, flags: Mapping[str, Any]) -> Ending:
    studio = Studio(settings, workspace, flags)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, studio.down)
    await studio.start()
    await _greet(studio)
    how = await studio.ended
    log.info("ending", tools="go on" if how == "restart" else "end")
    await studio.stop(how)
    return how


async def _greet(studio: Studio) -> None:
    """Say where the studio is. This goes to standard output, apart from the log."""
    console = Console(highlight=False, soft_wrap=True)
    origin = studio.origins.portal_origin()

    def row(name: str, value: str, style: str = "") -> None:
        console.print(Text.assemble("  ", (f"{name:<10}", "dim"), (value, style)))

    console.print(Text.assemble(("ComfyStudio", "bold"), f" {__version__} is up"))
    row("Address", origin, "bold")
    link = await studio.setup_link()
    if link:
        row("Set up", link, "bold green")
        row("", "Open it to become the first admin. It works once, for 24 hours.")
    row("Workspace", str(studio.workspace.root))
    for sentence in studio.notices():
        row("Note", sentence, "yellow")
    row("Stop", "Ctrl-C, or: comfystudio down")
    sys.stdout.flush()


def offline(settings: Settings, work: Callable[[], T], *, unless: Callable[[], bool]) -> tuple[T] | None:
    """Do `work` while the workspace is open without doors: only the control socket answers.

    None, and nothing done, where somebody else holds the workspace and `unless` becomes true: a studio that starts.
    """
    set_up("warning")
    workspace = prepare(settings.workspace)

    async def open_for_once() -> T:
        studio = Studio(settings, workspace)
        await studio.start(doors=False)
        try:
            return await asyncio.to_thread(work)
        finally:
            await studio.stop("leave")

    with only_one(workspace, unless=unless) as held:
        if held:
            finish_restore(settings, workspace)
        return (asyncio.run(open_for_once()),) if held else None
