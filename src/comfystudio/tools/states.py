"""Rules of a tool's life: its states, when a crash is tried again, how far a start has come."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from comfystudio.tools.manifest import Manifest, Progress

__all__ = ["ALIVE", "RANK", "Backoff", "Key", "State", "Steps", "instance_of", "unit_of"]

State = Literal[
    "broken",
    "not_installed",
    "installing",
    "stopped",
    "starting",
    "ready",
    "unhealthy",
    "stopping",
    "crashed",
    "failed",
]
# A process of the tool is there, or is about to be.
ALIVE: frozenset[State] = frozenset({"starting", "ready", "unhealthy", "stopping"})

# From the least to the most there is to say about a tool.
RANK: tuple[State, ...] = (
    "broken",
    "not_installed",
    "installing",
    "stopped",
    "failed",
    "crashed",
    "stopping",
    "starting",
    "unhealthy",
    "ready",
)

Key = tuple[str, str]
"""A tool's id and its instance: "" for a tool that all share, "p12" for person 12's own."""


def instance_of(manifest: Manifest, person_id: int, *, shared: bool) -> str:
    """Which instance person `person_id` works in; `shared` is what the tool's setting says."""
    return "" if manifest.instances == "one" or shared else f"p{person_id}"


def unit_of(key: Key) -> str:
    """The keeper's name for an instance: `comfy-ui`, `jupyter-lab.12`."""
    tool, instance = key
    return f"{tool}.{instance.removeprefix('p')}" if instance else tool


FAILED_AFTER = 5
WINDOW = 60.0
LONGEST = 60.0
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Backoff:
    """Counts exits. A crash is tried again after 1, 2, 4, 8 … s; the fifth within a minute is the last."""

    exits: deque[float] = field(default_factory=deque)
    restarts: int = 0

    def crashed(self, at: float, lasted: float) -> float | None:
        """Seconds until the next try after an exit at time `at` (monotonic); None where it has failed for good."""
        if lasted > WINDOW:
            self.clear()
        self.exits.append(at)
        while self.exits[0] <= at - WINDOW:
            self.exits.popleft()
        if len(self.exits) >= FAILED_AFTER:
            return None
        wait = min(LONGEST, 2.0**self.restarts)
        self.restarts += 1
        return wait

    def clear(self) -> None:
        """Somebody started it by hand, or it ran well for a while: count anew."""
        self.exits.clear()
        self.restarts = 0


class Steps:
    """Reads a starting tool's log and tells its phase; it never goes back."""

    def __init__(self, steps: Sequence[Progress]) -> None:
        self._steps = [(re.compile(step.match), step) for step in steps]
        self.phase: str | None = None
        self.at: float | None = 0.0 if steps else None

    def last(self, phase: str) -> None:
        """The last phase, which no line of the log announces."""
        self.phase, self.at = phase, 0.99 if self.at is not None else None

    def line(self, text: str) -> bool:
        """Whether the line `text`, looked at without its colours, moved the start on."""
        text = _COLOUR.sub("", text)
        for pattern, step in self._steps:
            if step.at > (self.at or 0.0) and pattern.search(text):
                self.phase, self.at = step.phase, step.at
                return True
        return False
