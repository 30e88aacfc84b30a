"""How long each tool took to start, kept across restarts: the median is what a page shows."""

import json
import statistics
from pathlib import Path

from comfystudio.workspace import write_atomic

__all__ = ["StartTimes"]

KEPT = 9


class StartTimes:
    """The last few measured starts of each tool, in seconds, in one small file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seconds: dict[str, list[float]] = {}

    def load(self) -> None:
        """Read what is there; a missing or broken file means nothing was measured yet. Blocks."""
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            self._seconds = {str(tool): [float(number) for number in numbers] for tool, numbers in raw.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._seconds = {}

    def median(self, tool: str) -> float | None:
        """Seconds a start of `tool` takes; None before the first."""
        numbers = self._seconds.get(tool)
        return round(statistics.median(numbers), 2) if numbers else None

    def add(self, tool: str, seconds: float) -> None:
        """Remember a start."""
        self._seconds[tool] = [*self._seconds.get(tool, []), round(seconds, 3)][-KEPT:]

    def save(self) -> None:
        """Write the file; a full disk loses a figure, nothing else. Blocks."""
        try:
            write_atomic(self._path, json.dumps(self._seconds).encode())
        except OSError:
            return
