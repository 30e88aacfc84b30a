"""What the gallery needs of others: whose files are meant, where they lie, and the prompts on record."""

from pathlib import Path
from typing import Literal, Protocol

__all__ = ["Body", "Folders", "Kept", "Owner", "Place", "Record", "Records"]

Place = Literal["output", "trash"]


class Owner(Protocol):
    """Whose files are meant."""

    @property
    def id(self) -> int:
        """The person's number."""

    @property
    def folder(self) -> str:
        """The name of their folders."""


class Folders(Protocol):
    """Where a person's files lie."""

    def comfy(self, kind: Literal["output", "trash"], folder: str, /) -> Path:
        """The folder for that kind."""


class Record(Protocol):
    """What the studio remembers of the prompt that made a file."""

    @property
    def id(self) -> str:
        """The prompt's id."""

    @property
    def number(self) -> int:
        """The order of submission."""

    @property
    def state(self) -> str:
        """How it went."""

    @property
    def summary(self) -> str:
        """What it was, in a few words."""

    @property
    def created_at(self) -> float:
        """When it was submitted, in seconds since the epoch."""

    @property
    def started_at(self) -> float | None:
        """When it began."""

    @property
    def ended_at(self) -> float | None:
        """When it was over."""


class Body(Protocol):
    """A prompt's large parts, as JSON text."""

    @property
    def graph(self) -> str:
        """The workflow as it ran."""

    @property
    def extra(self) -> str:
        """What the page sent along: under extra_pnginfo the workflow as it is edited."""


class Kept(Protocol):
    """A prompt on record with its large parts."""

    @property
    def body(self) -> Body:
        """The large parts."""


class Records(Protocol):
    """The prompts on record."""

    async def one(self, owner_id: int, id: str, /) -> Kept | None:  # noqa: A002 ComfyUI's word
        """A prompt of that person."""

    async def of_output(self, owner_id: int, place: Literal["output"], path: str) -> Record | None:
        """The prompt that made the file; None where none is known."""
