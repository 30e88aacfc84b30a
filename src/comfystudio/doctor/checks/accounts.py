"""Whether tools can be kept apart on disk."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from comfystudio.doctor.model import Finding, fail, ok, warn

__all__ = ["ToolAccounts"]


@dataclass(frozen=True)
class ToolAccounts:
    """`separate` says whether each artist's tools have an account; a `public` studio is reached from elsewhere."""

    separate: Callable[[], bool]
    public: bool
    find: Callable[[str], str | None] = shutil.which
    id: str = "accounts"

    def look(self) -> Finding:
        """Ask for the programs that make accounts, where they are needed."""
        if not self.separate():
            if self.public:
                return warn("doctor.accounts_same", "doctor.accounts_same_step")
            return ok("doctor.accounts_same")
        missing = [name for name in ("useradd", "groupadd") if self.find(name) is None]
        if missing:
            return fail("doctor.accounts_no_programs", "doctor.accounts_step", names=", ".join(missing))
        return ok("doctor.accounts_separate")
