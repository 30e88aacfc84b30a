"""Processes as the kernel shows them: who lives, whose child it is, and how to signal that one and no other.

Used inside the keeper and by the portal, so it stands on the smallest part of the standard library.
"""

import os
import signal

__all__ = ["Process", "boot_id", "command_line", "descendants", "everything", "look", "send"]


class Process:
    """One line of /proc: `start` is in clock ticks since boot, which with the pid names a process for good."""

    __slots__ = ("parent", "pid", "session", "start", "state")

    def __init__(self, pid: int, state: str, parent: int, session: int, start: int) -> None:
        self.pid = pid
        self.state = state
        self.parent = parent
        self.session = session
        self.start = start

    @property
    def alive(self) -> bool:
        """A zombie answers signal 0 and is dead all the same."""
        return self.state not in "ZX"


def look(pid: int) -> Process | None:
    """The process with this pid now, or None."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 pathlib costs the keeper a megabyte
            line = file.read()
    except OSError:
        return None
    # The name in brackets may itself hold brackets and blanks; everything after the last one is plain.
    fields = line[line.rindex(b")") + 2 :].split()
    return Process(pid, fields[0].decode(), int(fields[1]), int(fields[3]), int(fields[19]))


def everything() -> list[Process]:
    """Every process this account can see, zombies included."""
    found = (look(int(name)) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 as above
    return [process for process in found if process is not None]


def descendants(roots: set[int], among: list[Process] | None = None) -> list[Process]:
    """The living processes below `roots`, nearest first. Parents are followed, since groups miss `setsid`."""
    children: dict[int, list[Process]] = {}
    for process in everything() if among is None else among:
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    level = [child for root in roots for child in children.get(root, ())]
    while level:
        found += level
        level = [child for process in level for child in children.get(process.pid, ())]
    return [process for process in found if process.alive]


def send(process: Process, number: int) -> bool:
    """Signal exactly this process; False where it is gone or its pid went to another meanwhile."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return False
    except OSError:
        return _send_by_pid(process, number)
    try:
        # The handle holds on to whoever has the pid now; the start time says whether that is who we mean.
        now = look(process.pid)
        if now is None or now.start != process.start:
            return False
        signal.pidfd_send_signal(handle, number)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _send_by_pid(process: Process, number: int) -> bool:
    """For kernels and sandboxes without process handles."""
    now = look(process.pid)
    if now is None or now.start != process.start:
        return False
    try:
        os.kill(process.pid, number)
    except OSError:
        return False
    return True


def boot_id() -> str:
    """Which start of the machine this is: pids and start times of another one mean nothing."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123 as above
        return file.read().strip()


def command_line(pid: int) -> tuple[str, ...]:
    """The arguments of a process as it was started, empty where it cannot be read."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123 as above
            return tuple(os.fsdecode(part) for part in file.read().split(b"\0")[:-1])
    except OSError:
        return ()
