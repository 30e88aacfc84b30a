"""The file that says who may enter."""

from collections.abc import Callable
from dataclasses import dataclass

from comfystudio.doctor.model import Finding, fail, ok, warn
from comfystudio.errors import StudioError

__all__ = ["RosterGood"]


@dataclass(frozen=True)
class RosterGood:
    """`count` reads the file: how many people, and how many of them admins."""

    count: Callable[[], tuple[int, int]]
    id: str = "roster"

    def look(self) -> Finding:
        """Read it."""
        try:
            people, admins = self.count()
        except FileNotFoundError as error:
            return fail("doctor.roster_missing", "doctor.roster_step", path=error.filename)
        except StudioError as error:
            return fail("doctor.roster_bad", "doctor.roster_step", problem=error.sentence)
        if not admins:
            return warn("doctor.roster_no_admin", "doctor.roster_no_admin_step", people=people)
        return ok("doctor.roster_ok", people=people, admins=admins)
