"""Whether ComfyUI keeps artists apart, as its newest check found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from comfystudio.doctor.model import Finding, fail, off, ok

__all__ = ["Isolation", "Tried"]


class _Way(Protocol):
    @property
    def passed(self) -> bool: ...

    @property
    def sentence(self) -> str: ...


class Tried(Protocol):
    """The newest check. `at` in seconds since the epoch."""

    @property
    def findings(self) -> Sequence[_Way]:
        """What was tried."""

    @property
    def comfyui(self) -> str:
        """Which ComfyUI."""

    @property
    def at(self) -> float:
        """When."""


@dataclass(frozen=True)
class Isolation:
    """`newest` is the newest check; None where there was none yet."""

    newest: Callable[[], Tried | None]
    id: str = "isolation"

    def look(self) -> Finding:
        """Read what it found."""
        found = self.newest()
        if found is None:
            return off("doctor.isolation_never")
        at = datetime.fromtimestamp(found.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
        open_ways = [each.sentence for each in found.findings if not each.passed]
        if open_ways or not found.findings:
            return fail("doctor.isolation_open", "doctor.isolation_step", finding=(open_ways or [""])[0], at=at)
        return ok("doctor.isolation_ok", comfyui=found.comfyui, ways=len(found.findings), at=at)
