"""What the gateway needs of other rooms, in the smallest words that say it.

`people` and `tools` satisfy these without knowing it; `app` passes them in; the tests pass doubles.
"""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

__all__ = ["Caller", "Handler", "Manifest", "Person", "Sessions", "Tokens", "ToolView", "Tools", "Upstream"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Person(Protocol):
    """Somebody on the roster."""

    @property
    def id(self) -> int:
        """Never reused."""

    @property
    def name(self) -> str:
        """As the roster has it."""


class Caller(Protocol):
    """Who sends a request, and by what right."""

    @property
    def person(self) -> Any:
        """A `Person`."""

    @property
    def via(self) -> str:
        """`session`, `token` or `local`."""

    @property
    def session_id(self) -> int | None:
        """Of the portal's session or of one of its children."""

    @property
    def scope(self) -> str:
        """`read`, `use` or `admin`: a token to read with opens no tool."""


class Sessions(Protocol):
    """Sign-ins that live on the server. `find` and `find_child` are asked for every request: memory only."""

    def find(self, raw: str) -> Caller | None:
        """The caller whose portal cookie holds `raw`; None where it has ended or never was."""

    def find_child(self, raw: str, tool: str, origin: str) -> Caller | None:
        """The caller whose cookie on `origin`, where `tool` is, holds `raw`."""

    async def open_child(self, parent: Any, *, tool: str, origin: str) -> str:
        """A session for one tool that ends with `parent`'s; NotSignedIn where that one has ended."""

    def on_ended(self, callback: Callable[[frozenset[int]], None]) -> Any:
        """Call `callback` with the ids of sessions in the loop's turn in which they end."""


class Tokens(Protocol):
    """Personal tokens."""

    def find(self, raw: str) -> Caller | None:
        """The caller whose token is `raw`; None where it was revoked or never was."""


class Upstream(Protocol):
    """Where a ready tool listens. `Tools` hands out the same object as long as the same process runs."""

    @property
    def key(self) -> tuple[str, str]:
        """(tool id, instance)."""

    @property
    def unix(self) -> Path | None:
        """The socket file; None where the tool listens on `host` and `port`."""

    @property
    def host(self) -> str:
        """Loopback."""

    @property
    def port(self) -> int:
        """Of the tool itself, never the public one."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Added to each request: the secret that only the gateway knows."""

    @property
    def forward_host(self) -> bool:
        """Whether the tool is told the public host and origin, or its own."""

    @property
    def cookies(self) -> tuple[str, ...]:
        """Names, with * and ?, of cookies that may pass both ways."""

    @property
    def static_prefixes(self) -> tuple[str, ...]:
        """Paths below which nothing changes while the tool runs."""


class Manifest(Protocol):
    """What the gateway reads of a tool's manifest."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def instances(self) -> str:
        """`one`, `per-artist` or `per-gpu`."""

    @property
    def gateway(self) -> "Rules":
        """What the gateway does for the tool."""


class Rules(Protocol):
    """The part of a manifest that is about the gateway."""

    @property
    def front(self) -> str | None:
        """Who answers in the tool's stead; None where every request is sent on."""


class ToolView(Protocol):
    """How a tool stands, for one caller."""

    @property
    def state(self) -> str:
        """One word: stopped, starting, ready, crashed and so on."""

    @property
    def progress(self) -> float | None:
        """From 0 to 1 where it is known."""

    @property
    def phase(self) -> str | None:
        """What the tool is doing while it starts."""

    @property
    def since(self) -> float | None:
        """Seconds since the epoch."""

    @property
    def takes_seconds(self) -> float | None:
        """Median of measured starts."""

    @property
    def first_error(self) -> str | None:
        """First error line of the log after a crash."""

    @property
    def error(self) -> str | None:
        """A sentence, where there is one to say."""


class Tools(Protocol):
    """The tools behind the gateway."""

    def listeners(self) -> Iterable[tuple[str, int]]:
        """(tool id, public port, offset included)."""

    def manifest(self, tool_id: str) -> Manifest:
        """Of one tool; Missing where there is none."""

    def upstream(self, tool_id: str, person: Any) -> Upstream | None:
        """Where the person's instance listens; None unless it is ready. Memory only. Asking counts as work there."""

    def view(self, tool_id: str, caller: Any) -> ToolView:
        """How it stands."""

    async def start(self, tool_id: str, caller: Any) -> Any:
        """Start it, or join a start that is under way; raises StudioError where that cannot be."""

    def may(self, person: Any, tool_id: str) -> str | None:
        """None where the person may use the tool, else the key of the sentence that says why not. Memory only."""
