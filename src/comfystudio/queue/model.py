"""What a prompt is, and who brings prompts to a worker."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["LIVE", "OVER", "Accepted", "Body", "Dispatcher", "Ending", "Prompt", "State"]

State = Literal["queued", "running", "done", "failed", "cancelled"]
Ending = Literal["done", "failed", "cancelled"]
LIVE: tuple[State, ...] = ("queued", "running")
OVER: tuple[Ending, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Prompt:
    """One workflow that somebody submitted. `number` is the order of submission; times are seconds since the epoch.

    `summary` is what the workflow is about, for lists and searches; `nodes` counts its nodes, `files` those that it
    saved in its owner's outputs.
    """

    number: int
    id: str
    owner_id: int
    state: State
    created_at: float
    started_at: float | None
    ended_at: float | None
    worker: str | None
    error: str | None
    summary: str
    nodes: int
    files: int


@dataclass(frozen=True)
class Body:
    """The large parts of a prompt, each as JSON text in ComfyUI's own shapes, ready to go into an answer.

    `graph` is the workflow as it runs, `extra` its extra_data, `targets` the list of outputs to run for.
    """

    graph: str
    extra: str
    targets: str
    outputs: str | None = None
    status: str | None = None
    meta: str | None = None


@dataclass(frozen=True)
class Accepted:
    """A prompt with its large parts."""

    prompt: Prompt
    body: Body


class Dispatcher(Protocol):
    """Brings prompts on record to a worker, and takes them back."""

    def submit(self, accepted: Accepted, /) -> None:
        """Run it after those submitted before."""

    async def cancel(self, ids: Collection[str], /, *, running: bool) -> set[str]:
        """Take `ids` back, and stop those that run where `running` says so; the answer is those it did that to."""
