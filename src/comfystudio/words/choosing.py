"""Which language a browser reads: the one its pages were told, or the first it names that there are sentences in."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

__all__ = ["ENGLISH", "LANGUAGES", "heard"]

ENGLISH: Final = "en"
LANGUAGES: Final = frozenset({ENGLISH, "de"})
_COOKIE: Final = re.compile(r"(?:^|;)\s*comfystudio-language=([a-z]{2})\s*(?:;|$)")

# Longer lists are no browser's.
_MOST = 32


def _weight(words: str) -> float:
    name, _, value = words.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def _named(header: str) -> list[str]:
    """The languages of an Accept-Language header, the dearest first."""
    found = []
    for each in header.split(",")[:_MOST]:
        tag, _, rest = each.partition(";")
        weight = _weight(rest) if rest else 1.0
        if weight > 0:
            found.append((-weight, tag.strip().partition("-")[0].lower()))
    return [name for _, name in sorted(found, key=lambda pair: pair[0])]


@lru_cache(maxsize=256)
def _first(header: str) -> str:
    return next((name for name in _named(header) if name in LANGUAGES), ENGLISH)


def heard(headers: Mapping[str, str]) -> str:
    """The language for a request with these headers: its cookie's, else its Accept-Language's, else English."""
    told = _COOKIE.search(headers.get("Cookie", ""))
    if told is not None and told[1] in LANGUAGES:
        return told[1]
    return _first(headers.get("Accept-Language", ""))
