"""A request to a tool that has a front: somebody who answers in the tool's stead, or sends the request on.

A *front* knows what is special about one tool, which artists share, for example. It lives in a room of its own; `app`
hands it to the gateway under the name that the tool's manifest gives in `gateway.front`.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from comfystudio.gateway.origins import Place
from comfystudio.gateway.seams import Caller, Upstream

__all__ = ["Front", "Header", "Visit"]

Header = tuple[str, str]


@dataclass(slots=True)
class Visit:
    """An admitted request at `place` from `address`. `upstream` is None while the tool is not ready.

    `socket` says that a WebSocket is asked for. The client never sends a header of the studio's own: those are gone
    before a request is forwarded.
    """

    request: web.Request
    caller: Caller
    place: Place
    address: str
    socket: bool
    upstream: Upstream | None
    send_on: Callable[[Sequence[Header], str | None, Sequence[Header]], Awaitable[web.StreamResponse]]
    say_not_ready: Callable[[], Awaitable[web.StreamResponse]]
    hold: Callable[[Callable[[], None]], AbstractContextManager[None]]

    async def forward(
        self, *, headers: Sequence[Header] = (), target: str | None = None, answer: Sequence[Header] = ()
    ) -> web.StreamResponse:
        """Send the request on with `headers` added, to another path and query where `target` names one.

        `answer` are headers put in the place of the tool's own. A request with a target is never answered from
        what the gateway keeps, nor its answer kept.
        """
        return await self.send_on(headers, target, answer)

    async def not_ready(self) -> web.StreamResponse:
        """What every tool answers while it is not ready: the page that waits, or 503 to programs."""
        return await self.say_not_ready()

    def held(self, close: Callable[[], None]) -> AbstractContextManager[None]:
        """Something stays open until the block ends; `close` is called once the right to it has ended."""
        return self.hold(close)


class Front(Protocol):
    """Answers for one tool. A `StudioError` that it raises becomes a problem document or a page."""

    async def answer(self, visit: Visit) -> web.StreamResponse:
        """The answer to an admitted request. Cancelled when the client leaves."""
