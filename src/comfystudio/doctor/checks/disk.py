"""Room on the workspace's disk."""

import os
from dataclasses import dataclass
from pathlib import Path

from comfystudio.doctor.model import Finding, fail, ok, warn

__all__ = ["DiskRoom"]

GB = 1e9
TOO_LITTLE, LITTLE = 1 * GB, 10 * GB
FEW_NAMES = 1000


@dataclass(frozen=True)
class DiskRoom:
    """Looks at the disk of `folder`."""

    folder: Path
    id: str = "disk"

    def look(self) -> Finding:
        """Ask for room and for names; a disk of many small files can be out of the latter alone."""
        found = os.statvfs(self.folder)
        free, whole = found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
        fields = {"free": f"{free / GB:.1f}", "whole": f"{whole / GB:.0f}", "names": found.f_favail}
        if free < TOO_LITTLE:
            return fail("doctor.disk_full", "doctor.disk_step", **fields)
        if found.f_files and found.f_favail < FEW_NAMES:
            return fail("doctor.disk_names", "doctor.disk_step", **fields)
        if free < LITTLE:
            return warn("doctor.disk_full", "doctor.disk_step", **fields)
        return ok("doctor.disk_ok", **fields)
