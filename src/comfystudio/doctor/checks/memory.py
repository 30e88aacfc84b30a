"""How much memory is left, of the machine and of the container that this may be."""

from dataclasses import dataclass
from pathlib import Path

import psutil

from comfystudio.doctor.model import Finding, fail, ok, warn

__all__ = ["MemoryLeft"]

GB = 1e9
TOO_LITTLE, LITTLE = 0.3 * GB, 1.5 * GB


@dataclass(frozen=True)
class MemoryLeft:
    """`group` is the folder in which a container's limit is told."""

    group: Path = Path("/sys/fs/cgroup")
    id: str = "memory"

    def look(self) -> Finding:
        """Take the smaller of what both leave."""
        machine = psutil.virtual_memory()
        left, whole = float(machine.available), float(machine.total)
        limit = self._number("memory.max", "memory/memory.limit_in_bytes")
        used = self._number("memory.current", "memory/memory.usage_in_bytes")
        if limit is not None and used is not None and limit < whole:
            # What the kernel keeps of files it gives back when asked.
            left, whole = min(left, limit - used + self._cached()), limit
        fields = {"left": f"{left / GB:.1f}", "whole": f"{whole / GB:.1f}"}
        if left < TOO_LITTLE:
            return fail("doctor.memory_little", "doctor.memory_step", **fields)
        if left < LITTLE:
            return warn("doctor.memory_little", "doctor.memory_step", **fields)
        return ok("doctor.memory_ok", **fields)

    def _number(self, *names: str) -> float | None:
        for name in names:
            try:
                return float((self.group / name).read_text(encoding="ascii"))
            except (OSError, ValueError):  # no container, another kind of it, or "max"
                continue
        return None

    def _cached(self) -> float:
        try:
            lines = (self.group / "memory.stat").read_text(encoding="ascii").splitlines()
        except OSError:
            return 0.0
        found = dict(line.split(maxsplit=1) for line in lines)
        return float(found.get("inactive_file") or found.get("total_inactive_file") or 0)
