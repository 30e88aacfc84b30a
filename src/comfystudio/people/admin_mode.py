"""Admin mode: a session of an admin acts as one for half an hour after the password was typed again.

It is kept in memory only: when the portal ends, everybody's ends. It counts on the steady clock.
"""

from dataclasses import dataclass

from comfystudio.people.clock import StudioTime

__all__ = ["LASTS", "AdminModes"]

LASTS = 30 * 60.0


@dataclass(frozen=True, slots=True)
class _Mode:
    person_id: int
    deadline: float
    until: float


class AdminModes:
    """Which portal sessions are in admin mode now."""

    def __init__(self, time: StudioTime) -> None:
        self._time = time
        self._modes: dict[int, _Mode] = {}

    def begin(self, session_id: int, person_id: int) -> None:
        """From now on, for half an hour."""
        until = self._time.now() + LASTS
        self._modes[session_id] = _Mode(person_id, self._time.steady() + LASTS, until)

    def end(self, session_id: int) -> bool:
        """Whether it was on until now."""
        return self._modes.pop(session_id, None) is not None

    def on(self, session_id: int) -> bool:
        """Whether it is on; memory only, asked for each request."""
        mode = self._modes.get(session_id)
        return mode is not None and self._time.steady() < mode.deadline

    def until(self, session_id: int) -> float | None:
        """When it ends, in seconds since the epoch; None where it is off."""
        return self._modes[session_id].until if self.on(session_id) else None

    def sweep(self) -> set[int]:
        """Forget what has run out; the numbers of the people whose it was."""
        now = self._time.steady()
        over = {number: mode for number, mode in self._modes.items() if now >= mode.deadline}
        for number in over:
            del self._modes[number]
        return {mode.person_id for mode in over.values()}
