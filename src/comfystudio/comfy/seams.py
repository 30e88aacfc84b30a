"""What this room needs of others, in the smallest words that say it. `app` passes them in; tests pass doubles."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from comfystudio.people import Person

__all__ = ["People", "Preparer", "Upstream", "Visit"]


class Upstream(Protocol):
    """Where ComfyUI's process listens."""

    @property
    def unix(self) -> Path | None:
        """The socket file; None where it listens on `host` and `port`."""

    @property
    def host(self) -> str:
        """Loopback."""

    @property
    def port(self) -> int:
        """Of the process itself, never the public one."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Added to each request: the secret that only the portal knows."""


class Visit(Protocol):
    """One admitted request at ComfyUI's origin."""

    @property
    def request(self) -> web.Request:
        """As it came."""

    @property
    def caller(self) -> Any:
        """Whose it is: a `people.Caller`."""

    def held(self, close: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `close` when the right to be here ends while the block runs."""


class People(Protocol):
    """Who is on the roster."""

    def get(self, person_id: int, /) -> Person:
        """The person as they are now; Missing where there never was one."""


class Preparer(Protocol):
    """Makes what a person needs before ComfyUI works for them: the account and the folders."""

    async def prepare(self, person: Person, /) -> None:
        """Make what is missing; a StudioError says what is in the way."""
