"""Time as the studio counts it: it never runs back, whatever somebody does to the machine's clock."""

import time
from typing import Protocol

__all__ = ["Clock", "StudioTime", "SystemClock"]


class Clock(Protocol):
    """The machine's two clocks, in seconds."""

    def wall(self) -> float:
        """Seconds since the epoch; may jump either way."""

    def steady(self) -> float:
        """Seconds since some moment; only ever grows, sleep of the machine included."""


class SystemClock:
    """The clocks of this machine."""

    def wall(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def steady(self) -> float:
        """Seconds since the machine started; unlike `time.monotonic` it counts while a laptop sleeps."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


class StudioTime:
    """Seconds since the epoch that never go back: not while the studio lives, and not across a restart.

    Whatever has run out therefore stays so. `not_before` is told the newest time found in the database at start,
    so a clock that was set back while the studio was down does not give anybody more time either.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self.steady = self._clock.steady
        self._base = self._clock.wall()
        self._since = self.steady()

    def now(self) -> float:
        """The studio's time in seconds since the epoch."""
        steady = self.steady()
        expected = self._base + steady - self._since
        wall = self._clock.wall()
        if wall <= expected:
            return expected
        self._base, self._since = wall, steady
        return wall

    def not_before(self, at: float) -> None:
        """From now on the time is at least `at`."""
        if at > self.now():
            self._base, self._since = at, self.steady()
