"""Telling of many changes in few words: at once when it was quiet, at most once each moment when it is not."""

import asyncio
from collections.abc import Callable

__all__ = ["Gathered"]

GAP = 0.25


class Gathered:
    """Calls `say` with the newest of what it is told. Runs on the loop."""

    def __init__(self, say: Callable[[str], None], gap: float = GAP) -> None:
        self._say = say
        self._gap = gap
        self._waiting: str | None = None
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, what: str) -> None:
        """Say `what` now, or soon, instead of everything that was told since the last time."""
        if self._timer is not None:
            self._waiting = what
            return
        self._say(what)
        self._timer = asyncio.get_running_loop().call_later(self._gap, self._again)

    def stop(self) -> None:
        """Say what waits and end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting is not None:
            self._say(self._waiting)
            self._waiting = None

    def _again(self) -> None:
        self._timer = None
        if self._waiting is not None:
            what, self._waiting = self._waiting, None
            self.tell(what)
