"""Whose turn it is: an event does not overtake the answer to the request that caused it.

A tool answers first and tells of it over a WebSocket afterwards, as programs rely on. Two connections that are
carried one beside the other keep no order by themselves.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from aiohttp import StreamReader

__all__ = ["Turn", "Turns"]

LONGEST_SECONDS = 0.05


class Turn:
    """One request. From when its body is gone until it is answered, messages wait, but never for long."""

    def __init__(self) -> None:
        self._over = asyncio.Event()
        self.waited_for = False

    async def body(self, content: StreamReader) -> AsyncIterator[bytes]:
        """What `content` holds; then the answer is waited for."""
        async for part in content.iter_any():
            yield part
        self.sent()

    def sent(self) -> None:
        """The tool has the whole request."""
        self.waited_for = True
        asyncio.get_running_loop().call_later(LONGEST_SECONDS, self.over)

    def over(self) -> None:
        """It is answered, or has had its time."""
        self.waited_for = False
        self._over.set()

    async def wait(self) -> None:
        """Return once it is over."""
        await self._over.wait()


class Turns:
    """The requests that are under way."""

    def __init__(self) -> None:
        self._turns: set[Turn] = set()

    @contextmanager
    def take(self) -> Iterator[Turn]:
        """A request, until its answer is passed on."""
        turn = Turn()
        self._turns.add(turn)
        try:
            yield turn
        finally:
            turn.over()
            self._turns.discard(turn)

    async def wait(self) -> None:
        """Return when the answers are passed on that were due before."""
        for turn in [each for each in self._turns if each.waited_for]:
            await turn.wait()
