"""Whether the disks suit a database and sockets."""

from dataclasses import dataclass
from pathlib import Path

from comfystudio.doctor.model import Finding, ok, warn
from comfystudio.storage.filesystem import is_local

__all__ = ["FileSystems"]


@dataclass(frozen=True)
class FileSystems:
    """`state` holds the database, `runtime` the sockets."""

    state: Path
    runtime: Path
    id: str = "filesystem"

    def look(self) -> Finding:
        """Ask where they lie."""
        if not is_local(self.runtime):
            return warn("doctor.runtime_remote", "doctor.runtime_step", path=self.runtime)
        if not is_local(self.state):
            return ok("doctor.state_remote", path=self.state)
        return ok("doctor.state_local", path=self.state)
