"""Whether the database is sound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from comfystudio.doctor.model import Finding, fail, off, ok

__all__ = ["DatabaseSound"]


@dataclass(frozen=True)
class DatabaseSound:
    """`problems` reads all of it and says what is wrong; None where there never was one."""

    problems: Callable[[], Sequence[str] | None]
    id: str = "database"

    def look(self) -> Finding:
        """Read it."""
        found = self.problems()
        if found is None:
            return off("doctor.database_none")
        if found:
            return fail("doctor.database_bad", "doctor.database_step", problem=found[0])
        return ok("doctor.database_ok")
