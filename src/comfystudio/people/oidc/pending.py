"""Sign-ins that went off to the provider and have not come back: in memory, ten minutes, once."""

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from comfystudio.people import secrets
from comfystudio.people.throttle import place

__all__ = ["SECONDS", "Pending", "PendingSignIns"]

SECONDS = 600.0
MOST = 10_000
MOST_OF_PLACE = 100


@dataclass(frozen=True)
class Pending:
    """One of them. `browser` is the digest of what its browser keeps in a cookie."""

    browser: str = field(repr=False)
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)
    redirect: str
    next: str
    place: str
    deadline: float


class PendingSignIns:
    """All of them, by the digest of their state. A place that begins many loses its own oldest ones first."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._open: OrderedDict[str, Pending] = OrderedDict()

    def add(self, *, browser: str, redirect: str, next_: str, address: str) -> tuple[str, Pending]:
        """A new one for the browser that keeps the secret `browser`; its state and what is kept of it."""
        self._sweep()
        where = place(address)
        own = [key for key, each in self._open.items() if each.place == where]
        for key in own[: max(0, len(own) - MOST_OF_PLACE + 1)]:
            del self._open[key]
        while len(self._open) >= MOST:
            self._open.popitem(last=False)
        state = secrets.make()
        found = Pending(
            browser=secrets.digest(browser) or "",
            verifier=secrets.make(),
            nonce=secrets.make(),
            redirect=redirect,
            next=next_,
            place=where,
            deadline=self._steady() + SECONDS,
        )
        self._open[secrets.digest(state) or ""] = found
        return state, found

    def knows(self, browser: str | None) -> bool:
        """Whether that browser has a sign-in under way, in another tab perhaps."""
        self._sweep()
        mark = secrets.digest(browser or "")
        return mark is not None and any(each.browser == mark for each in self._open.values())

    def take(self, state: str, browser: str | None) -> Pending | None:
        """The sign-in of that state, which ends it; None unless this very browser began it and it is not over."""
        found = self._open.pop(secrets.digest(state) or "", None)
        mark = secrets.digest(browser or "")
        if found is None or mark is None or not hmac.compare_digest(found.browser, mark):
            return None
        return found if self._steady() < found.deadline else None

    def _sweep(self) -> None:
        now = self._steady()
        while self._open:
            key, oldest = next(iter(self._open.items()))
            if now < oldest.deadline:
                return
            del self._open[key]
