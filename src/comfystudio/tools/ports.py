"""Loopback ports: a free one, and whose process holds one."""

import socket
from dataclasses import dataclass
from typing import Protocol

import psutil

__all__ = ["Holder", "Ports", "SystemPorts"]

# Listeners that answer a connection to 127.0.0.1, the most exact one first.
ANSWERING = ("127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::")  # noqa: S104 compared, never bound


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
        listening = {
            entry.laddr.ip: entry.pid
            for entry in psutil.net_connections("tcp")
            if entry.status == psutil.CONN_LISTEN and entry.laddr and entry.laddr.port == port
        }
        for address in ANSWERING:
            if address in listening:
                return _holder(listening[address])
        return None


def _holder(pid: int | None) -> Holder:
    if pid is None:
        return Holder(None, "a process of another account")
    try:
        process = psutil.Process(pid)
        command = " ".join(process.cmdline()) or process.name()
        return Holder(pid, command[:120], frozenset(parent.pid for parent in process.parents()))
    except psutil.Error:
        return Holder(pid, "a process that has ended since")
