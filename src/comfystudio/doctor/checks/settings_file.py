"""Whether the studio would start again with the settings that there are."""

from collections.abc import Callable
from dataclasses import dataclass

from comfystudio.doctor.model import Finding, fail, ok
from comfystudio.errors import StudioError

__all__ = ["SettingsGood"]


@dataclass(frozen=True)
class SettingsGood:
    """`attempt` raises what a start would end with."""

    attempt: Callable[[], object]
    id: str = "settings"

    def look(self) -> Finding:
        """Try."""
        try:
            self.attempt()
        except StudioError as error:
            return fail("doctor.settings_bad", "doctor.settings_step", problem=error.sentence)
        return ok("doctor.settings_ok")
