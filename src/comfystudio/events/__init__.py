"""The studio's events: what happened, numbered, kept for a while, handed to whoever listens.

One `Bus` lives in the portal. It runs on the event loop and never blocks; a listener that raises is logged
by the loop and does not stop the others.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Audience", "Bus", "Event", "admins", "everyone", "person"]

RING = 10_000


@dataclass(frozen=True)
class Audience:
    """Who may see an event: everyone who is signed in, admins, or one person (admins included on request)."""

    kind: Literal["everyone", "admins", "person"]
    person_id: int | None = None
    and_admins: bool = False

    def includes(self, person_id: int, *, is_admin: bool) -> bool:
        """Whether the person with `person_id` may see it."""
        if self.kind == "everyone":
            return True
        if self.kind == "admins":
            return is_admin
        return person_id == self.person_id or (self.and_admins and is_admin)


def everyone() -> Audience:
    """Everyone who is signed in."""
    return Audience("everyone")


def admins() -> Audience:
    """Admins only."""
    return Audience("admins")


def person(person_id: int, *, and_admins: bool = False) -> Audience:
    """One person, and admins where `and_admins` says so."""
    return Audience("person", person_id, and_admins)


@dataclass(frozen=True)
class Event:
    """One thing that happened. `seq` grows by one; `at` is in seconds since the epoch."""

    seq: int
    topic: str
    type: str
    at: float
    data: Mapping[str, Any]
    audience: Audience


class Bus:
    """Numbers events, keeps the last 10,000 and hands each to every listener at once."""

    def __init__(self, *, now: Callable[[], float] = time.time, ring: int = RING) -> None:
        self._now = now
        self._ring: deque[Event] = deque(maxlen=ring)
        self._listeners: dict[int, Callable[[Event], None]] = {}
        self._next_listener = 0
        self._seq = 0

    @property
    def seq(self) -> int:
        """The number of the newest event, 0 before the first."""
        return self._seq

    def publish(self, topic: str, type_: str, data: Mapping[str, Any], *, to: Audience) -> Event:
        """Number the event, keep it and hand it to every listener."""
        self._seq += 1
        event = Event(self._seq, topic, type_, self._now(), dict(data), to)
        self._ring.append(event)
        for listener in tuple(self._listeners.values()):
            listener(event)
        return event

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` for each event from now on; the answer ends that."""
        key = self._next_listener
        self._next_listener += 1
        self._listeners[key] = listener

        def stop() -> None:
            self._listeners.pop(key, None)

        return stop

    def since(self, seq: int) -> list[Event] | None:
        """Events after number `seq`; None where some of them are no longer kept or `seq` is not ours."""
        if seq > self._seq:
            return None
        missed = self._seq - seq
        if missed > len(self._ring):
            return None
        return list(self._ring)[len(self._ring) - missed :]
