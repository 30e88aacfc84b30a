"""What a person needs before ComfyUI works for them is made once, by whoever comes first."""

import asyncio

from comfystudio.comfy.seams import Preparer
from comfystudio.people import Person

__all__ = ["Prepared"]


class Prepared:
    """Asks `preparer` once for each person and folder; one that failed is tried again."""

    def __init__(self, preparer: Preparer) -> None:
        self._preparer = preparer
        self._done: set[tuple[int, str]] = set()
        self._locks: dict[int, asyncio.Lock] = {}

    async def prepare(self, person: Person) -> None:
        """Return when everything is there; a StudioError says what is in the way."""
        key = person.id, person.folder
        if key in self._done:
            return
        async with self._locks.setdefault(person.id, asyncio.Lock()):
            if key not in self._done:
                await self._preparer.prepare(person)
                self._done.add(key)
