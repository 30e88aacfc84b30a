"""Which strings of a prompt's inputs count as a path that leads outside, by their words alone.

Pure functions. What a name resolves to on disk is asked in `folders`.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any
from urllib.parse import unquote

__all__ = ["LONGEST", "Field", "is_pathlike", "strings", "why", "why_linked"]


class Field(Enum):
    """What a node declares about an input: one line, text of several lines, or nothing (then it never gets it)."""

    LINE = "line"
    TEXT = "text"
    UNDECLARED = "undeclared"


_PATHLIKE = re.compile(r"path|file|folder|dir|prefix|image|video|audio|mask|name|upload", re.IGNORECASE)
_LINES_OF_PATHS = re.compile(r"path|file|folder|dir", re.IGNORECASE)
_ENCODED = re.compile(r"%(?:2e|2f|5c|25)", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_ABSOLUTE = re.compile(r"/+[\w.~-]|\\\\|[A-Za-z]:[\\/]|~[^/\\\s]*[/\\]|file:\S", re.IGNORECASE)
_HOME = re.compile(r"~[^/\\\s]*/|file:\S", re.IGNORECASE)
_ABSOLUTE_NAME = re.compile(r"[/\\]|[A-Za-z]:|~|file:", re.IGNORECASE)
_DECODINGS = 3
LONGEST = 4096  # bytes of a path on Linux; what is longer is data, such as a picture in base64

UP = "'..' leads out of your folders"
ABSOLUTE = "a path from the root of a disk leads out of your folders"
BACKSLASH = "write '/' between folders, not a backslash"
ENCODED = "write the characters themselves, not %2e, %2f or %5c"
NUL = "a NUL character is no part of a name"


def is_pathlike(name: str) -> bool:
    """Whether an input's name says that it takes a path or a part of one."""
    return _PATHLIKE.search(name) is not None


def why(value: str, *, name: str, field: Field = Field.LINE) -> str | None:
    """Why `value` of the input `name` is refused, in a few words; None when it is fine.

    Text of several lines is prose: it counts as a path only when the whole of it is a single word, or line by line
    when the field's name says that it holds paths.
    """
    text = value.strip()
    words = [text] if field is not Field.TEXT else _words(text, name)
    if "\0" in value or any("\0" in form for word in words for form in _forms(word)):
        return NUL
    if any(_climbs(word) for word in words):
        return UP
    return _shape(text, pathlike=is_pathlike(name)) if field is Field.LINE else None


def why_linked(value: str) -> str | None:
    """The same for a string that reaches a path-like input over a link: only what can never be meant."""
    text = value.strip()
    if "\0" in value:
        return NUL
    if "\n" in text:
        return None
    if _HOME.match(text):
        return ABSOLUTE
    return UP if _climbs(text) else None


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


def _words(text: str, name: str) -> list[str]:
    if _LINES_OF_PATHS.search(name):
        return [line.strip() for line in text.splitlines()]
    return [text] if len(text.split(None, 1)) == 1 else []


def _forms(text: str) -> Iterator[str]:
    """`text` and what percent-decoding makes of it, as long as that changes anything."""
    yield text
    for _ in range(_DECODINGS if "%" in text else 0):
        decoded = unquote(text)
        if decoded == text:
            return
        text = decoded
        yield text


def _climbs(text: str) -> bool:
    """Whether a '..' stands between separators, as written or percent-decoded."""
    return any(".." in form.replace("\\", "/").strip().split("/") for form in _forms(text) if ".." in form)


def _shape(text: str, *, pathlike: bool) -> str | None:
    if len(text) > LONGEST:
        return None
    if (_ABSOLUTE_NAME if pathlike else _ABSOLUTE).match(text):
        return ABSOLUTE
    if not pathlike or _WEB.match(text):
        return None
    if "\\" in text:
        return BACKSLASH
    return ENCODED if _ENCODED.search(text) else None
