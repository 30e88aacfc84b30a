"""Loopback ports: a free one, and whose process holds one."""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

__all__ = ["Holder", "Ports", "SystemPorts"]

LISTENING = "0A"


def _in_the_kernels_words(family: socket.AddressFamily, address: str) -> str:
    packed = socket.inet_pton(family, address)
    return "".join(f"{word:08X}" for word in struct.unpack(f"={len(packed) // 4}I", packed))


# Listeners that answer a connection to 127.0.0.1, the most exact one first.
ANSWERING = (
    _in_the_kernels_words(socket.AF_INET, "127.0.0.1"),
    _in_the_kernels_words(socket.AF_INET6, "::ffff:127.0.0.1"),
    _in_the_kernels_words(socket.AF_INET, "0.0.0.0"),  # noqa: S104 compared, never bound
    _in_the_kernels_words(socket.AF_INET6, "::"),
)


@dataclass(frozen=True)
class Holder:
    """The process that listens on a port; `pid` is None where its account hides it."""

    pid: int | None
    command: str
    ancestors: frozenset[int] = frozenset()

    def belongs_to(self, pid: int) -> bool:
        """Whether the holder is process `pid` or came from it."""
        return self.pid == pid or pid in self.ancestors


class Ports(Protocol):
    """What the tools ask of the machine's ports."""

    def free(self) -> int:
        """A loopback port that nobody holds now."""

    def holder(self, port: int) -> Holder | None:
        """Who listens on `port`; None where nobody does."""


class SystemPorts:
    """The ports of this machine."""

    def free(self) -> int:
        """A loopback port that nobody holds now."""
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def holder(self, port: int) -> Holder | None:
        """Who listens on `port`; None where nobody does."""
        listening = dict(_listening(port))
        for address in ANSWERING:
            if address in listening:
                return _holder(_owner(listening[address]))
        return None


def _listening(port: int) -> Iterator[tuple[str, str]]:
    """The addresses on which somebody listens at `port`, each with the number of its socket."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                address, _, number = fields[1].partition(":")
                if fields[3] == LISTENING and int(number, 16) == port:
                    yield address, fields[9]


def _owner(inode: str) -> int | None:
    """The process that has this socket open. A tool that has just begun to listen is among the youngest."""
    wanted = f"socket:[{inode}]"
    for pid in sorted(psutil.pids(), reverse=True):
        with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as handles:
            if any(_leads_to(handle.path) == wanted for handle in handles):
                return pid
    return None


def _leads_to(handle: str) -> str:
    """What an open handle is of; nothing where it was closed meanwhile."""
    with suppress(OSError):
        return os.readlink(handle)  # noqa: PTH115 there are thousands of them, and pathlib takes its time
    return ""


def _holder(pid: int | None) -> Holder:
    if pid is None:
        return Holder(None, "a process of another account")
    try:
        process = psutil.Process(pid)
        command = " ".join(process.cmdline()) or process.name()
        return Holder(pid, command[:120], frozenset(parent.pid for parent in process.parents()))
    except psutil.Error:
        return Holder(pid, "a process that has ended since")
