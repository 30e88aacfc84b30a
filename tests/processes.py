"""Which processes of this machine belong to a workspace: keepers by their records, what they run by its mark."""

import contextlib
import json
from pathlib import Path

import psutil

__all__ = ["of_workspace", "unit_pid"]

MARK = "COMFYSTUDIO_RUN"


def _records(workspace: Path) -> list[dict[str, object]]:
    found = []
    for path in (workspace / ".comfystudio" / "units").glob("*/unit.json"):
        with contextlib.suppress(OSError, ValueError):
            found.append(json.loads(path.read_text(encoding="utf-8")))
    return found


def unit_pid(workspace: Path, unit: str) -> int:
    """The process number of the command that the unit's record names."""
    record = json.loads((workspace / ".comfystudio" / "units" / unit / "unit.json").read_text(encoding="utf-8"))
    pid: int = record["child"]["pid"]
    return pid


def of_workspace(workspace: Path) -> dict[int, str]:
    """Number and command of each living process with a mark of `workspace`, its name or one of its files open."""
    marks = {f"{MARK}={record['run']}" for record in _records(workspace)}
    found = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            command = " ".join(process.cmdline())
            environment = {f"{name}={value}" for name, value in process.environ().items()}
            files = [file.path for file in process.open_files()]
            named = [command, process.cwd(), *environment, *files]
            if marks & environment or any(str(workspace) in each for each in named):
                found[process.pid] = command
    return found
