"""Helpers around real keepers: specs, cleaning up, looking at processes."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from comfystudio.keeper import Keepers, Log, Spec
from comfystudio.keeper._tree import look
from comfystudio.workspace import Workspace

__all__ = ["alive", "children_of", "keepers_of", "python", "shell", "spec_of", "texts"]


def spec_of(unit: str, *argv: str, env: dict[str, str] | None = None, **rest: Any) -> Spec:
    """A spec with an environment that has a PATH and nothing of ours."""
    spec = {"cwd": Path("/"), "stop_within": 5.0, "log_megabytes": 8, **rest}
    return Spec(unit=unit, argv=argv, env={"PATH": os.environ["PATH"], **(env or {})}, **spec)


def shell(unit: str, script: str, **rest: Any) -> Spec:
    """A spec for a line of shell."""
    return spec_of(unit, "/bin/sh", "-c", script, **rest)


def python(unit: str, script: str, *argv: str, **rest: Any) -> Spec:
    """A spec for unbuffered Python."""
    return spec_of(unit, sys.executable, "-I", "-u", "-c", script, *argv, **rest)


@asynccontextmanager
async def keepers_of(workspace: Workspace) -> AsyncIterator[Keepers]:
    """Keepers whose units are ended at the end of the block, also those another starter left."""
    keepers = Keepers(workspace.units, workspace.runtime)
    try:
        yield keepers
    finally:
        for unit in await keepers.adopt():
            await unit.stop(0)
        await keepers.close()


def alive(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    process = look(pid)
    return process is not None and process.alive


def children_of(log: Log) -> list[int]:
    """The pids that a test program wrote to its log as `pid N`."""
    return [int(line.text.split()[1]) for line in log.read(0).lines if line.text.startswith("pid ")]


def texts(log: Log, streams: str = "oe") -> list[str]:
    """What stands in the log on these streams."""
    found: list[str] = []
    start = 0
    while (chunk := log.read(start, 1_000_000)).lines:
        found += [line.text for line in chunk.lines if line.stream in streams]
        start = chunk.next
    return found
