"""Values as JSON text, and JSON text as it is kept.

A workflow can be as large as 50 MB. Python holds its lock while one value is written as text, however large, so
large ones are written piece by piece: the event loop gets its turn between the pieces.
"""

import json
import math
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

__all__ = ["kept", "read", "storable", "told", "written"]

SMALL = 512
AT_ONCE = 16
LETTERS = 1 << 20
LEVELS = 12
_DEFLATED = b"x"  # how compressed bytes begin, and no JSON text does
_encode = json.JSONEncoder(allow_nan=False).encode


def written(value: Any) -> str:
    """`value` as JSON text in ASCII, whatever its texts hold; ValueError for what JSON has no words for."""
    return "".join(_pieces(value, LEVELS))


def _pieces(value: Any, levels: int) -> Iterator[str]:
    """The text in pieces: of much in one place some at a time, of a little each on its own, for each may be large."""
    if isinstance(value, dict) and value and levels:
        yield "{"
        yield from _apart(_of_members(value, levels))
        yield "}"
    elif isinstance(value, list) and value and levels:
        yield "["
        yield from _apart(_of_items(value, levels))
        yield "]"
    elif isinstance(value, str) and len(value) > LETTERS:
        yield '"'
        for start in range(0, len(value), LETTERS):
            yield _encode(value[start : start + LETTERS])[1:-1]
        yield '"'
    else:
        yield _encode(value)


def _of_members(value: dict[str, Any], levels: int) -> Iterator[Iterable[str]]:
    if len(value) > AT_ONCE:
        members = iter(value.items())
        while some := dict(islice(members, AT_ONCE)):
            yield (_encode(some)[1:-1],)
    else:
        for name, each in value.items():
            yield chain((_encode(str(name)), ": "), _pieces(each, levels - 1))


def _of_items(value: list[Any], levels: int) -> Iterator[Iterable[str]]:
    if len(value) > AT_ONCE:
        for start in range(0, len(value), AT_ONCE):
            yield (_encode(value[start : start + AT_ONCE])[1:-1],)
    else:
        for each in value:
            yield _pieces(each, levels - 1)


def _apart(parts: Iterable[Iterable[str]]) -> Iterator[str]:
    """The pieces of `parts`, with a comma between one part and the next."""
    for number, part in enumerate(parts):
        if number:
            yield ", "
        yield from part


def told(value: Any) -> str | None:
    """What a worker tells as JSON text, with null for what JSON has no words for; None for nothing."""
    if value is None:
        return None
    try:
        try:
            return written(value)
        except ValueError:
            return written(_finite(value))
    except RecursionError:
        return None


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _finite(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def kept(text: str) -> bytes:
    """JSON text as the database keeps it: compressed where that saves room."""
    plain = text.encode()
    return plain if len(plain) < SMALL else zlib.compress(plain, 1 if len(plain) > 1 << 20 else 6)


def read(content: bytes) -> str:
    """The JSON text that `kept` made."""
    return (zlib.decompress(content) if content.startswith(_DEFLATED) else content).decode()


def storable(text: str) -> str:
    """`text` with a question mark for each half of a character that stands alone."""
    return text.encode(errors="replace").decode()
