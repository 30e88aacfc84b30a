"""Values as JSON text, and JSON text as it is kept.

A workflow can be as large as 50 MB. Python holds its lock while one value is written as text, however large, so
large ones are written piece by piece: the event loop gets its turn between the pieces.
"""

import json
import math
import zlib
from collections.abc import Iterator
from typing import Any

__all__ = ["finite", "kept", "read", "written"]

LEVELS = 4
SMALL = 512
_DEFLATED = b"x"  # how compressed bytes begin, and no JSON text does


def written(value: Any) -> str:
    """`value` as JSON text in ASCII, whatever its texts hold; ValueError for what JSON has no words for."""
    return "".join(_pieces(value, LEVELS))


def _pieces(value: Any, levels: int) -> Iterator[str]:
    if levels and isinstance(value, dict) and value:
        opening = "{"
        for name, each in value.items():
            yield f"{opening}{json.dumps(str(name))}: "
            yield from _pieces(each, levels - 1)
            opening = ", "
        yield "}"
    elif levels and isinstance(value, list) and value:
        opening = "["
        for each in value:
            yield opening
            yield from _pieces(each, levels - 1)
            opening = ", "
        yield "]"
    else:
        yield json.dumps(value, allow_nan=False)


def finite(value: Any) -> Any:
    """`value` with null for each number that JSON cannot say."""
    if isinstance(value, dict):
        return {str(name): finite(each) for name, each in value.items()}
    if isinstance(value, list):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def kept(text: str) -> bytes:
    """JSON text as the database keeps it: compressed where that saves room."""
    plain = text.encode()
    return plain if len(plain) < SMALL else zlib.compress(plain, 1 if len(plain) > 1 << 20 else 6)


def read(content: bytes) -> str:
    """The JSON text that `kept` made."""
    return (zlib.decompress(content) if content.startswith(_DEFLATED) else content).decode()
