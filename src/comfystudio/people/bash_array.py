"""Read one array from a bash script without running any of it.

Taken are comments, blank lines and one `USERS=( … )`, with words in double quotes, in single quotes, bare, or glued
together, as bash glues them. Whatever bash would expand or run (`$`, backticks, globs, braces, `~`, further
commands) is an error at its line and column and never guessed at: what is accepted here means the same to bash,
but for the line ends of Windows, which bash would take into the names.
"""

import re
from dataclasses import dataclass

from comfystudio.errors import Invalid

__all__ = ["Array", "RosterError", "Word", "quote", "read_array"]

_OPENING = re.compile(r"(?:declare[ \t]+-a[ \t]+)?USERS=\(")
_EXPANDED = "$`"
_OPERATORS = "()<>|&;"
_PATTERNS = "*?[]{}~"
_ESCAPED_IN_QUOTES = '"\\$`'
_END_OF_WORD = " \t\n\r"


class RosterError(Invalid):
    """The roster cannot be read; `line` and `column` count characters from 1."""

    def __init__(self, key: str, text: str, at: int, **fields: object) -> None:
        self.line = text.count("\n", 0, at) + 1
        self.column = at - text.rfind("\n", 0, at)
        super().__init__(key, line=self.line, column=self.column, **fields)


@dataclass(frozen=True)
class Word:
    """One element: its value, and where it stands in the text as `text[start:end]`."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Array:
    """The elements in order; `opened` is the offset after the opening bracket, `closed` that of the closing one."""

    words: tuple[Word, ...]
    opened: int
    closed: int


def quote(value: str) -> str:
    """`value` as one word that every bash reads back as it is."""
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'


def _skip_blank(text: str, at: int) -> int:
    """The offset of the next thing that is neither blank nor comment."""
    while at < len(text):
        character = text[at]
        if character in _END_OF_WORD:
            at += 1
        elif character == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif character == "\\" and text.startswith("\n", at + 1):
            at += 2
        else:
            break
    return at


def _single_quoted(text: str, at: int) -> tuple[str, int]:
    end = text.find("'", at + 1)
    # No name spans lines, so a quote that does is one whose partner was forgotten: this is where.
    if end < 0 or "\n" in text[at:end]:
        raise RosterError("people.roster_quote", text, at)
    return text[at + 1 : end], end + 1


def _double_quoted(text: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    start = at
    at += 1
    while at < len(text):
        character = text[at]
        if character == '"':
            return "".join(parts), at + 1
        if character == "\n":
            break
        if character in _EXPANDED:
            raise RosterError("people.roster_expansion", text, at, found=character)
        if character == "\\" and at + 1 < len(text):
            following = text[at + 1]
            if following in _ESCAPED_IN_QUOTES:
                parts.append(following)
            elif following != "\n":
                parts.append(character + following)
            at += 2
            continue
        parts.append(character)
        at += 1
    raise RosterError("people.roster_quote", text, start)


def _bare(text: str, at: int) -> tuple[str, int]:
    character = text[at]
    if character in _EXPANDED:
        raise RosterError("people.roster_expansion", text, at, found=character)
    if character in _OPERATORS or character in _PATTERNS:
        raise RosterError("people.roster_unquoted", text, at, found=character)
    if character != "\\":
        return character, at + 1
    if at + 1 == len(text):
        raise RosterError("people.roster_open", text, at)
    following = text[at + 1]
    return "" if following == "\n" else following, at + 2


def _word(text: str, at: int) -> Word:
    parts: list[str] = []
    start = at
    while at < len(text) and text[at] not in _END_OF_WORD and text[at] != ")":
        read = {"'": _single_quoted, '"': _double_quoted}.get(text[at], _bare)
        part, at = read(text, at)
        parts.append(part)
    return Word("".join(parts), start, at)


def _opening(text: str) -> int:
    at = _skip_blank(text, 1 if text.startswith("\ufeff") else 0)
    if at == len(text):
        raise RosterError("people.roster_no_array", text, len(text))
    match = _OPENING.match(text, at)
    if match is None:
        raise RosterError("people.roster_statement", text, at)
    return match.end()


def read_array(text: str) -> Array:
    """The array in `text`; raises `RosterError` and nothing else."""
    if "\0" in text:
        raise RosterError("people.roster_nul", text, text.index("\0"))
    opened = _opening(text)
    words: list[Word] = []
    at = opened
    while True:
        at = _skip_blank(text, at)
        if at == len(text):
            raise RosterError("people.roster_open", text, opened - 1)
        if text[at] == ")":
            break
        words.append(_word(text, at))
        at = words[-1].end
    after = at + 1
    if after < len(text) and text[after] not in _END_OF_WORD:
        raise RosterError("people.roster_statement", text, after)
    rest = _skip_blank(text, after)
    if rest < len(text):
        key = "people.roster_twice" if _OPENING.match(text, rest) else "people.roster_statement"
        raise RosterError(key, text, rest)
    return Array(tuple(words), opened, at)
