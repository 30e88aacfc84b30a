"""Whether a line says what is looked for: as it is shown, without colours, secrets masked."""

import json
import re
from collections.abc import Callable, Iterator

from comfystudio.keeper import _records
from comfystudio.keeper.masking import MASK, clean, uncoloured

__all__ = ["Needle"]

# Records of the keeper's own hold a key and fields; their words are made when they are shown.
_WORDS = b'\tk\t["keeper.'
MOST_TEXT = 2000
BEFORE_THE_HIT = 300
ENOUGH = 3

Finder = Callable[[bytes, int], int]
"""Where something stands last in the data before an end; -1 where it does not."""


class Needle:
    """What is looked for. `say` makes the keeper's words."""

    def __init__(self, text: str, *, case: bool, say: Callable[..., str]) -> None:
        self._case = case
        self._say = say
        self._text = text if case else text.lower()
        # A mask stands for what nobody may find: around it the line is as it was printed.
        parts = self._text.split(MASK)
        # Every record has a tab: that is all there is to look for where nothing but masks is asked for.
        self._find = _finder(max(parts, key=len) or "\t", case=case)

    def candidates(self, block: bytes) -> Iterator[tuple[int, int]]:
        """Where records that may match begin and end in `block`, from the last to the first."""
        text = block if self._case else block.lower()
        finders = (self._find, _rfind(_WORDS))
        found = [find(text, len(text)) for find in finders]
        while (at := max(found)) >= 0:
            begin = block.rfind(b"\n", 0, at) + 1
            end = block.find(b"\n", at)
            yield begin, end if end >= 0 else len(block)
            found = [find(text, begin) if old >= begin else old for find, old in zip(finders, found, strict=True)]

    def hit(self, record: bytes) -> tuple[float, str, str] | None:
        """Time, stream and text of `record` as it is shown, None where that does not say it."""
        at, stream, text = _records.decode(record)
        if stream == "~":
            return None
        if stream == "k":
            try:
                key, fields = json.loads(text)
                text = self._say(key, **fields)
            except (ValueError, KeyError, TypeError):
                return None
        shown = clean(text)
        bare = uncoloured(shown)
        place = (bare if self._case else bare.lower()).find(self._text)
        if place < 0:
            return None
        if len(shown) > MOST_TEXT:
            begin = max(0, place - BEFORE_THE_HIT)
            shown = (MASK if begin else "") + bare[begin : begin + MOST_TEXT]
        return at, stream, shown


def _finder(part: str, *, case: bool) -> Finder:
    """Finds `part`. Without `case` the data is in small letters."""
    exact = part.encode("utf-8", "replace")
    if case or part.isascii():
        return _rfind(exact)
    longest = max(re.findall(r"[\x00-\x7f]*", part), key=len)
    if len(longest) >= ENOUGH:
        return _rfind(longest.encode())
    return _any_case(part)


def _rfind(part: bytes) -> Finder:
    def find(data: bytes, end: int) -> int:
        return data.rfind(part, 0, end)

    return find


def _any_case(part: str) -> Finder:
    """For letters beyond ASCII, of which bytes know no small ones."""
    variants = ({one, one.lower(), one.upper(), one.title()} for one in part)
    pattern = re.compile(
        b"".join(
            b"(?:" + b"|".join(re.escape(v.encode("utf-8", "replace")) for v in each) + b")" for each in variants
        )
    )
    # Patterns find forwards only: one pass over a block, kept for as long as its candidates are asked for.
    kept: list[tuple[bytes, list[int]]] = []

    def find(data: bytes, end: int) -> int:
        if not kept or kept[0][0] is not data:
            kept[:] = [(data, [found.start() for found in pattern.finditer(data)])]
        places = kept[0][1]
        while places and places[-1] >= end:
            places.pop()
        return places[-1] if places else -1

    return find
