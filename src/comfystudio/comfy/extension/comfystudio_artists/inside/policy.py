"""Which strings of a prompt's inputs count as a path that leads outside, by their words alone.

Pure functions. What a name resolves to on disk is asked in `folders`.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

__all__ = ["strings", "why", "why_linked"]

PATHLIKE = re.compile(
    r"path|file|folder|dir|prefix|image|video|audio|mask|name|upload|save|load|output|input|location|dest|source",
    re.I,
)
_LINES_OF_PATHS = re.compile(r"path|file|folder|dir(?!ec)|director", re.I)
_ENCODED = re.compile(r"%(?:2e|2f|5c|00|25)", re.I)
_ABSOLUTE = re.compile(r"/.|\\\\|[A-Za-z]:[\\/]|~[^/\\\s]*[/\\]|file:\S", re.I | re.S)
_ABSOLUTE_NAME = re.compile(r"[/\\]|[A-Za-z]:|~|file:", re.I)

UP = "'..' leads out of your folders"
ABSOLUTE = "a path from the root of a disk leads out of your folders"
BACKSLASH = "write '/' between folders, not a backslash"
ENCODED = "write the characters themselves, not %2e, %2f or %5c"
NUL = "a NUL character is no part of a name"


def _climbs(value: str) -> bool:
    """Whether a '..' stands between separators, in the text itself or once it is percent-decoded."""
    for _ in range(4):
        if ".." in value and ".." in value.replace("\\", "/").split("/"):
            return True
        decoded = unquote(value) if "%" in value else value
        if decoded == value:
            return False
        value = decoded.strip()
    return False


def why(value: str, *, name: str, multiline: bool) -> str | None:
    """Why `value` of the input `name` is refused, in a few words; None when it is fine.

    Text in a multiline field is prose: it counts as a path only when the whole of it is a single word, or line by line
    when the field's name says that it holds paths.
    """
    if "\0" in value:
        return NUL
    text = value.strip()
    if multiline:
        words = text.splitlines() if _LINES_OF_PATHS.search(name) else [text]
        return next((UP for word in words if len(word.split()) == 1 and _climbs(word.strip())), None)
    if "%" in text and "\0" in unquote(unquote(unquote(text))):
        return NUL
    if _climbs(text):
        return UP
    if PATHLIKE.search(name):
        if _ABSOLUTE_NAME.match(text):
            return ABSOLUTE
        if "\\" in text:
            return BACKSLASH
        return ENCODED if _ENCODED.search(text) else None
    return ABSOLUTE if _ABSOLUTE.match(text) else None


def why_linked(value: str) -> str | None:
    """The same for a string that reaches a node over a link: only what can never be meant."""
    if "\0" in value:
        return NUL
    return UP if len(value.split()) == 1 and _climbs(value.strip()) else None


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value, the names of members too, however deep."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            pending.extend(each)
            pending.extend(each.values())
        elif isinstance(each, (list, tuple)):
            pending.extend(each)
