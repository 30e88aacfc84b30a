"""Which tools are there to be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from comfystudio.doctor.model import Finding, ok, warn

__all__ = ["ToolsInstalled"]


@dataclass(frozen=True)
class ToolsInstalled:
    """`installed` are the tools by name."""

    installed: Callable[[], Mapping[str, bool]]
    id: str = "tools"

    def look(self) -> Finding:
        """Look for each."""
        found = self.installed()
        there = ", ".join(name for name, is_there in found.items() if is_there)
        missing = ", ".join(name for name, is_there in found.items() if not is_there)
        if not there:
            return warn("doctor.tools_none", "doctor.tools_step", missing=missing or "-")
        return ok("doctor.tools_some" if missing else "doctor.tools_all", there=there, missing=missing)
