"""A person as ComfyUI's process sees them, and the header that says whose request it is."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote

__all__ = ["HEADER", "Named", "Owner", "header", "owner_of", "read_header"]

HEADER = "X-ComfyStudio-Owner"


class Named(Protocol):
    """A person of the studio."""

    @property
    def id(self) -> int:
        """Never reused."""

    @property
    def folder(self) -> str:
        """The name of their folders."""


@dataclass(frozen=True)
class Owner:
    """`id` is the person's number, negative for the check's own; `folder` the name of their folders, any script."""

    id: int
    folder: str


def owner_of(person: Named) -> Owner:
    """`person` as ComfyUI sees them."""
    return Owner(person.id, person.folder)


def header(owner: Owner) -> tuple[str, str]:
    """Name and value of the header that puts a request into the owner's own folders."""
    return HEADER, f"{owner.id} {quote(owner.folder, safe='')}"


def read_header(value: str) -> Owner:
    """The owner that a header's `value` names; ValueError where it names none."""
    number, _, folder = value.partition(" ")
    return Owner(int(number), unquote(folder, errors="strict"))
