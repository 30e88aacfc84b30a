"""Once a day what lies in the trash for too long is deleted for good."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from comfystudio.errors import StudioError
from comfystudio.gallery.seams import Owner
from comfystudio.gallery.service import Gallery

__all__ = ["TrashKeeper"]

log = structlog.get_logger("gallery")
DAY = 86_400.0


class TrashKeeper:
    """Empties everybody's trash of what is older than `days`: when it starts, and each day after that."""

    def __init__(
        self,
        gallery: Gallery,
        owners: Callable[[], Iterable[Owner]],
        days: int,
        *,
        every: float = DAY,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._gallery = gallery
        self._owners = owners
        self._days = days
        self._every = every
        self._now_ns = now_ns
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="trash")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            await self.purge()
            await asyncio.sleep(self._every)

    async def purge(self) -> int:
        """Do it now; how many batches went. One person's trouble is no other's."""
        before = self._now_ns() - int(self._days * DAY * 1e9)
        count = 0
        for owner in list(self._owners()):
            try:
                count += await self._gallery.purge_before(owner, before)
            except StudioError as error:
                log.warning("a trash was not emptied", person=owner.id, problem=error.sentence)
        return count
