"""Something fetched once and kept for a while, however many ask at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from comfystudio.people.oidc.faults import ProviderFault

__all__ = ["Kept"]

T = TypeVar("T")
LASTS = 3600.0
QUIET = 5.0


class Kept(Generic[T]):
    """What `fetch` brought, for an hour of the `steady` clock; a failure is told again for five seconds."""

    def __init__(self, fetch: Callable[[], Awaitable[T]], steady: Callable[[], float]) -> None:
        self._fetch = fetch
        self._steady = steady
        self._lock = asyncio.Lock()
        self._found: tuple[T, float] | None = None
        self._failed: tuple[str, float] | None = None

    async def get(self, *, other_than: T | None = None) -> T:
        """What is kept, fetched anew where it is old or is `other_than`; raises `ProviderFault`."""
        async with self._lock:
            now = self._steady()
            if self._found is not None and now < self._found[1] + LASTS and self._found[0] is not other_than:
                return self._found[0]
            if self._failed is not None and now < self._failed[1] + QUIET:
                raise ProviderFault(self._failed[0])
            try:
                found = await self._fetch()
            except ProviderFault as fault:
                self._failed = str(fault), self._steady()
                raise
            self._found, self._failed = (found, self._steady()), None
            return found
