"""Who is working in which instance, from what the gateway forwards."""

import time
from collections.abc import Callable

from comfystudio.people import Person
from comfystudio.tools.states import Key

__all__ = ["Activity"]

RECENT = 120.0


class Activity:
    """Remembers, in memory, when each person last used each instance."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: dict[Key, dict[int, tuple[str, float]]] = {}

    def note(self, key: Key, person: Person) -> bool:
        """Somebody did something in instance `key`; whether they are new there."""
        seen = self._seen.setdefault(key, {})
        before = seen.get(person.id)
        seen[person.id] = (person.name, self._now())
        return before is None or before[1] < self._now() - RECENT

    def people(self, key: Key) -> dict[int, str]:
        """Ids and names of those who were there within the last two minutes."""
        oldest = self._now() - RECENT
        return {person: name for person, (name, at) in self._seen.get(key, {}).items() if at >= oldest}

    def forget(self, key: Key) -> None:
        """The instance has ended."""
        self._seen.pop(key, None)
