"""Archives that were asked for and not fetched yet.

What is to be in one can be thousands of names, too many for an address: they are sent first, and the answer is a
short word under which the browser then fetches the archive like any download.
"""

import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from comfystudio.errors import Missing, TooMany

__all__ = ["Archives"]

SECONDS = 600.0
MOST = 256
# Each holds some megabytes for as long as its reader takes.
MOST_AT_ONCE = 4
RETRY_SECONDS = 5


@dataclass(frozen=True)
class _Wish:
    owner: int
    paths: tuple[str, ...]
    until: float


class Archives:
    """Wishes by their word. Each holds ten minutes, so that a broken download can be begun again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wishes: OrderedDict[str, _Wish] = OrderedDict()
        self._fetching: Counter[int] = Counter()

    @contextmanager
    def fetching(self, owner: int) -> Iterator[None]:
        """While the block lasts, `owner` fetches one; `TooMany` where they fetch several already."""
        if self._fetching[owner] >= MOST_AT_ONCE:
            raise TooMany("web.many_archives", most=MOST_AT_ONCE, retry_after=RETRY_SECONDS)
        self._fetching[owner] += 1
        try:
            yield
        finally:
            self._fetching[owner] -= 1

    def wish(self, owner: int, paths: Sequence[str]) -> str:
        """Remember what `owner` wants; the word for it."""
        word = secrets.token_urlsafe(18)
        self._wishes[word] = _Wish(owner, tuple(paths), self._clock() + SECONDS)
        if len(self._wishes) > MOST:
            self._wishes.popitem(last=False)
        return word

    def paths(self, owner: int, word: str) -> tuple[str, ...]:
        """What `owner` wanted under that word; `Missing` where it was somebody else's or ran out."""
        found = self._wishes.get(word)
        if found is None or found.owner != owner or found.until < self._clock():
            raise Missing("web.no_archive")
        return found.paths
