"""Whether the clock can be right."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from comfystudio.doctor.model import Finding, fail, ok, warn
from comfystudio.errors import StudioError

__all__ = ["ClockRight"]

# Nothing of this studio is older.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
BACK_SECONDS = 300.0


@dataclass(frozen=True)
class ClockRight:
    """`now` is the machine's clock, `newest` the latest moment on record; both in seconds since the epoch."""

    now: Callable[[], float]
    newest: Callable[[], float | None]
    id: str = "clock"

    def look(self) -> Finding:
        """Compare."""
        now, newest = self.now(), self._on_record()
        shown = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M UTC")
        if now < EARLIEST:
            return fail("doctor.clock_early", "doctor.clock_step", now=shown)
        if newest is not None and newest > now + BACK_SECONDS:
            return warn("doctor.clock_back", "doctor.clock_step", now=shown, minutes=round((newest - now) / 60))
        return ok("doctor.clock_ok", now=shown)

    def _on_record(self) -> float | None:
        try:
            return self.newest()
        except StudioError:
            return None  # what ails the database is for another check to say
