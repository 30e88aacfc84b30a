"""Whether the ports are ours, or free."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from comfystudio.doctor.model import Finding, fail, ok, warn

__all__ = ["Holder", "PortsOurs"]


class Holder(Protocol):
    """Who listens on a port."""

    @property
    def pid(self) -> int | None:
        """Its process; None where the account hides it."""

    @property
    def command(self) -> str:
        """What it runs."""


@dataclass(frozen=True)
class PortsOurs:
    """`ports` are the portal's, first, and those of the tools; a studio that is `running` has them itself."""

    ports: Callable[[], Sequence[int]]
    holder: Callable[[int], Holder | None]
    running: bool
    id: str = "ports"

    def look(self) -> Finding:
        """Ask who listens."""
        ports = self.ports()
        for port in ports:
            found = self.holder(port)
            if found is None and self.running and port == ports[0]:
                return fail("doctor.ports_deaf", "doctor.ports_deaf_step", port=port)
            if found is not None and not (self.running and found.pid in {None, os.getpid()}):
                fields = {"port": port, "pid": found.pid or "-", "command": found.command}
                # Without the portal's there is no studio, without a tool's there is all but that tool.
                say = fail if port == ports[0] else warn
                return say("doctor.ports_taken", "doctor.ports_step", **fields)
        names = ", ".join(map(str, ports))
        return ok("doctor.ports_ours" if self.running else "doctor.ports_free", ports=names)
