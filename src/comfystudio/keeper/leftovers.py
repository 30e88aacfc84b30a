"""What a keeper that was killed left behind: found by proof, ended, and nothing else touched."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from comfystudio.keeper import _tree

__all__ = ["MARK", "end", "find"]

# Every process of a run carries this in its environment, and so does whatever it starts.
MARK = "COMFYSTUDIO_RUN"
POLITE_FOR = 2.0
FORCE_FOR = 5.0


def find(record: dict[str, Any]) -> list[_tree.Process]:
    """The living processes of the run in `record` (a unit record), proven to be its own.

    Proof is the run's mark in the environment, being the recorded process itself (pid and start time) or in
    its session while it lives, or being below one that is.
    """
    if record["boot"] != _tree.boot_id():
        return []
    every = _tree.everything()
    child = record["child"]
    # While its leader is there, dead or alive, a session's number cannot have gone to anybody else.
    leader = any(process.pid == child["pid"] and process.start == child["start"] for process in every)
    ours = {
        process.pid
        for process in every
        if (leader and child["pid"] in {process.pid, process.session}) or _marked(process, record["run"])
    }
    below = {process.pid for process in _tree.descendants(ours, every)}
    return [
        process for process in every if process.alive and process.pid in ours | below and process.pid != os.getpid()
    ]


def _marked(process: _tree.Process, run: str) -> bool:
    with suppress(OSError):
        return f"{MARK}={run}".encode() in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
    return False


def end(record: dict[str, Any]) -> int:
    """End what is left of the run: asked for two seconds, then killed. How many processes there were."""
    seen: set[int] = set()
    polite = time.monotonic() + POLITE_FOR
    while left := find(record):
        force = time.monotonic() > polite
        for process in left:
            if force or process.pid not in seen:
                _tree.send(process, signal.SIGKILL if force else signal.SIGTERM)
        seen |= {process.pid for process in left}
        if time.monotonic() > polite + FORCE_FOR:
            break
        time.sleep(0.02)
    return len(seen)
