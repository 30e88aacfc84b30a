"""What a job is, and what this room needs of others."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from comfystudio.keeper import Exit
from comfystudio.people import Caller

__all__ = ["TERMINAL", "Auditor", "Job", "JobState", "state_after"]

JobState = Literal["running", "done", "failed", "cancelled", "lost"]
TERMINAL = "terminal"
"""The kind of job that is a shell somebody types at."""


@dataclass(frozen=True)
class Job:
    """One piece of work. Times are seconds since the epoch; `fields` are its starter's own and hold no secret.

    `lost` means that it ended without anybody there to note how.
    """

    id: int
    kind: str
    lock: str
    title: str
    state: JobState
    by: str
    by_id: int | None
    started_at: float
    ended_at: float | None
    exit_code: int | None
    exit_signal: int | None
    first_error: str | None
    fields: dict[str, Any]


class Auditor(Protocol):
    """The audit trail."""

    async def record(self, action: str, by: Caller | str | None, subject: str, **fields: Any) -> None:
        """Note that `by` did `action` to `subject`."""


def state_after(ended: Exit, kind: str) -> JobState:
    """What a job of that kind is after its run ended so."""
    if ended.lost:
        return "lost"
    if kind == TERMINAL and (ended.asked or ended.code is not None):
        return "done"  # a shell's exit code is that of the last command in it
    if ended.asked:
        return "cancelled"
    return "done" if ended.code == 0 else "failed"
