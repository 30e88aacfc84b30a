"""The descriptions of the tools."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from comfystudio.doctor.model import Finding, ok, warn

__all__ = ["ManifestsGood"]


@dataclass(frozen=True)
class ManifestsGood:
    """`problems` are the tools by id, each with what is wrong with its manifest, or None."""

    problems: Callable[[], Mapping[str, str | None]]
    id: str = "manifests"

    def look(self) -> Finding:
        """Read all of them."""
        found = self.problems()
        bad = [problem for problem in found.values() if problem]
        if bad:
            return warn("doctor.manifests_bad", "doctor.manifests_step", problem=bad[0], count=len(bad))
        return ok("doctor.manifests_ok", count=len(found))
