"""What stays open: WebSockets and long transfers, each with the right by which it was opened.

A right is asked for again when sessions end and every half second while anything is open, so that sign-out, a
revoked token, a disabled person or a withdrawn grant closes it within a second.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Opens"]

SWEEP_SECONDS = 0.5


@dataclass(eq=False, slots=True)
class _Open:
    still: Callable[[], bool]
    close: Callable[[], None]
    session: int | None


class Opens:
    """The open ones of one gateway."""

    def __init__(self) -> None:
        self._open: set[_Open] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def held(self, still: Callable[[], bool], close: Callable[[], None], session: int | None) -> Iterator[None]:
        """Keep an eye on something open until the block ends: `close` is called once `still` says no."""
        each = _Open(still, close, session)
        self._open.add(each)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._sweep)
        try:
            yield
        finally:
            self._open.discard(each)

    def ended(self, sessions: frozenset[int]) -> None:
        """Sessions have ended: close what they opened now, and whatever else has lost its right."""
        self._close(lambda each: each.session in sessions or not each.still())

    def check(self) -> None:
        """Close what has lost its right."""
        self._close(lambda each: not each.still())

    def stop(self) -> None:
        """Close everything."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._close(lambda _: True)

    def _close(self, lost: Callable[[_Open], bool]) -> None:
        for each in tuple(self._open):
            if lost(each):
                self._open.discard(each)
                each.close()

    def _sweep(self) -> None:
        self._timer = None
        self.check()
        if self._open:
            self._timer = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._sweep)
