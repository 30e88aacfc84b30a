"""Who listens on /ws, and what they are told, in the order in which it happened."""

import asyncio
import contextlib
from typing import Any

from aiohttp import web

__all__ = ["Sockets"]


class Sockets:
    """One socket a client id: a second one takes the first one's place, and either leaving ends the events.

    That flaw is upstream's, and the reason why a portal must not let two pages share an id.
    """

    def __init__(self) -> None:
        self._by_client: dict[str, web.WebSocketResponse] = {}
        self._waiting: asyncio.Queue[tuple[str, Any, str | None]] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    def join(self, client: str, socket: web.WebSocketResponse) -> None:
        """Events for `client` go to `socket` from now on."""
        self._by_client.pop(client, None)
        self._by_client[client] = socket

    def leave(self, client: str) -> None:
        """Forget a client."""
        self._by_client.pop(client, None)

    def tell(self, kind: str, data: Any, client: str | None = None) -> None:
        """Line an event up, from any thread, for one client or for everyone."""
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, (kind, data, client))

    async def send(self, kind: str, data: Any, client: str | None = None) -> None:
        """Send an event now; a socket that went away is nobody's loss."""
        known = self._by_client
        targets = list(known.values()) if client is None else [known[client]] if client in known else []
        for socket in targets:
            with contextlib.suppress(ConnectionError, RuntimeError):
                await socket.send_json({"type": kind, "data": data})

    async def publish(self) -> None:
        """Send what was lined up, for ever."""
        while True:
            await self.send(*await self._waiting.get())
