r"""Lines on a terminal that are drawn over by moving the cursor up, as bars of several lines are.

Only as much of a terminal as reading a log needs: while a tool moves up, its lines are held, overwritten row by
row, and let go when it has stopped moving.
"""

import re

__all__ = ["Region", "upward"]

HOLD = 1.0
MOST_ROWS = 100
_UP = re.compile(rb"\x1b\[(\d{0,3})[AF]")


def _rows_up(raw: bytes) -> int:
    return sum(int(count or b"1") for count in _UP.findall(raw))


def upward(raw: bytes) -> bytes:
    """What stays of a piece of line that is drawn over: how far it moved up."""
    rows = min(_rows_up(raw), 999)
    return b"\x1b[%dA" % rows if rows else b""


class Region:
    """The rows that may still be drawn over."""

    def __init__(self) -> None:
        self._rows: list[str] = []
        self._row = 0
        self._until = 0.0

    def take(self, raw: bytes, text: str, now: float) -> list[str]:
        """Place a finished line (`raw` as printed, `text` cleaned) and return the lines that are now final."""
        up = _rows_up(raw)
        if up:
            self._until = now + HOLD
            self._row = max(0, self._row - up)
        elif not self._rows and now >= self._until:
            return [text]
        self._rows[self._row : self._row + 1] = [text]
        self._row += 1
        return self.release() if len(self._rows) > MOST_ROWS else []

    def latest(self) -> str:
        """The row drawn last, empty where none is held."""
        return self._rows[self._row - 1] if self._rows and self._row else ""

    def due(self) -> float | None:
        """When the held rows are final unless they are drawn over again; None where none are held."""
        return self._until if self._rows else None

    def release(self) -> list[str]:
        """Let the held rows go; those that were wiped are left out."""
        rows, self._rows, self._row = [row for row in self._rows if row.strip()], [], 0
        return rows
