"""What a tool's processes take: processor time, memory, and whether somebody's terminal runs something in it."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Usage", "measure", "rates"]

BETWEEN = 0.2


@dataclass(frozen=True)
class Usage:
    """Of a tree of processes: processor time in seconds, memory in bytes.

    `terminal` says that a terminal which belongs to it runs more than its shell.
    """

    cpu_seconds: float
    memory_bytes: int
    terminal: bool


def measure(keepers: Iterable[int]) -> dict[int, Usage]:
    """For each keeper's process number what lives below it takes. One look at all processes; blocks."""
    children: dict[int, list[psutil.Process]] = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            children.setdefault(process.ppid(), []).append(process)
    return {keeper: _usage(_below(keeper, children)) for keeper in keepers}


def _below(root: int, children: Mapping[int, list[psutil.Process]]) -> list[psutil.Process]:
    found, level = [], children.get(root, [])
    while level:
        found += level
        level = [child for process in level for child in children.get(process.pid, [])]
    return found


def _usage(processes: Iterable[psutil.Process]) -> Usage:
    seconds, memory, terminal = 0.0, 0, False
    for process in processes:
        with suppress(psutil.Error, OSError), process.oneshot():
            times = process.cpu_times()
            seconds += times.user + times.system
            memory += process.memory_info().rss
            terminal = terminal or _in_a_terminal(process.pid)
    return Usage(seconds, memory, terminal)


def _in_a_terminal(pid: int) -> bool:
    """Whether a shell started it: that leads the session of its terminal, whatever else is on it does not."""
    # The name in brackets may itself hold brackets and blanks; everything after the last one is plain.
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    session, terminal = int(fields[3]), int(fields[4])
    return terminal != 0 and session != pid


def rates(keepers: Iterable[int]) -> dict[int, tuple[float, int]]:
    """Processor use in percent of one core and memory in bytes below each keeper. Blocks for a fifth of a second."""
    keepers = list(keepers)
    if not keepers:
        return {}
    before, began = measure(keepers), time.monotonic()
    time.sleep(BETWEEN)
    after, took = measure(keepers), time.monotonic() - began
    return {
        keeper: (max(0.0, now.cpu_seconds - before[keeper].cpu_seconds) / took * 100, now.memory_bytes)
        for keeper, now in after.items()
    }
