"""How many files may be open at once."""

import resource
from collections.abc import Callable
from dataclasses import dataclass

from comfystudio.doctor.model import Finding, fail, ok, warn

__all__ = ["OpenFiles"]

TOO_FEW, FEW = 1024, 8192


def _of_this_process() -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_NOFILE)


@dataclass(frozen=True)
class OpenFiles:
    """Every page, tool and log takes some. `limit` says how many there may be, now and at most."""

    limit: Callable[[], tuple[int, int]] = _of_this_process
    id: str = "files"

    def look(self) -> Finding:
        """Ask."""
        # A studio that starts takes all it may have.
        most = self.limit()[1]
        if most == resource.RLIM_INFINITY or most >= FEW:
            return ok("doctor.files_ok", most="∞" if most == resource.RLIM_INFINITY else most)
        return (fail if most < TOO_FEW else warn)("doctor.files_few", "doctor.files_step", most=most)
