"""Archives that were asked for and not fetched yet.

What is to be in one can be thousands of names, too many for an address: they are sent first, and the answer is a
short word under which the browser then fetches the archive like any download.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from comfystudio.errors import Missing

__all__ = ["Archives"]

SECONDS = 600.0
MOST = 256


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
