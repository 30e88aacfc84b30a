"""The roster as text: who is listed, in which line, and edits that leave every comment where it was."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from comfystudio.errors import Conflict, Invalid, Missing
from comfystudio.people import names
from comfystudio.people.bash_array import Array, RosterError, Word, quote, read_array

__all__ = ["EMPTY", "Edit", "Entry", "Roster", "add", "parse", "remove", "rename", "renames", "set_admin"]

Edit = Callable[[str], str]
EMPTY = "#!/bin/bash\nUSERS=(\n)\n"


@dataclass(frozen=True)
class Entry:
    """One listed person; `line` and `column` count from 1."""

    name: str
    admin: bool
    line: int
    column: int


@dataclass(frozen=True)
class Roster:
    """Everybody listed, in order, and the text they were read from."""

    text: str
    entries: tuple[Entry, ...] = ()

    def entry(self, name: str) -> Entry | None:
        """The entry of `name`, compared as names are."""
        wanted = names.key(name)
        return next((entry for entry in self.entries if entry.name == wanted), None)


def _entry(text: str, word: Word, line: int) -> Entry:
    name, mark, after = word.value.rpartition(names.ADMIN_MARK)
    admin = bool(mark) and not after
    try:
        name = names.check(name if admin else word.value)
    except Invalid as error:
        raise RosterError("people.roster_name", text, word.start, problem=error.sentence) from None
    column = word.start - text.rfind("\n", 0, word.start)
    return Entry(name, admin, line, column)


def _parse(text: str) -> tuple[Roster, Array]:
    array = read_array(text)
    entries: dict[str, Entry] = {}
    line, counted = 1, 0
    for word in array.words:
        line += text.count("\n", counted, word.start)
        counted = word.start
        entry = _entry(text, word, line)
        if entry.name in entries:
            first = entries[entry.name].line
            raise RosterError("people.roster_duplicate", text, word.start, name=entry.name, first=first)
        entries[entry.name] = entry
    return Roster(text, tuple(entries.values())), array


def parse(text: str) -> Roster:
    """Everybody `text` lists; raises `RosterError`, with line and column, and nothing else."""
    return _parse(text)[0]


def _word_of(name: str, *, admin: bool) -> str:
    return quote(name + names.ADMIN_MARK * admin)


def _checked(text: str, wanted: list[tuple[str, bool]]) -> str:
    """`text`, proven to list exactly those `wanted`: an edit that went wrong never reaches the file."""
    found = [(entry.name, entry.admin) for entry in parse(text).entries]
    if found != wanted:
        raise AssertionError(f"the edited roster lists {found}, not {wanted}")
    return text


def _pairs(roster: Roster) -> list[tuple[str, bool]]:
    return [(entry.name, entry.admin) for entry in roster.entries]


def _at(roster: Roster, name: str) -> int:
    wanted = names.key(name)
    for number, entry in enumerate(roster.entries):
        if entry.name == wanted:
            return number
    raise Missing("people.not_listed", name=names.shown(name))


def add(text: str, name: str, *, admin: bool) -> str:
    """`text` with one more person at the end; `Conflict` where the name is listed."""
    name = names.check(name)
    roster, array = _parse(text)
    if roster.entry(name):
        raise Conflict("people.name_taken", name=name)
    word = _word_of(name, admin=admin)
    line_start = text.rfind("\n", 0, array.closed) + 1
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    if line_start > array.opened and not text[line_start : array.closed].strip():
        indent = "    "
        if array.words:
            start = array.words[-1].start
            before = text[text.rfind("\n", 0, start) + 1 : start]
            indent = before if before and not before.strip(" \t") else indent
        edited = text[:line_start] + indent + word + end_of_line + text[line_start:]
    else:
        at = array.words[-1].end if array.words else array.opened
        edited = text[:at] + " " * bool(array.words) + word + text[at:]
    return _checked(edited, [*_pairs(roster), (name, admin)])


def _replace(text: str, name: str, new: str, *, admin: bool | None = None) -> str:
    roster, array = _parse(text)
    number = _at(roster, name)
    entry, word = roster.entries[number], array.words[number]
    admin = entry.admin if admin is None else admin
    wanted = _pairs(roster)
    wanted[number] = (new, admin)
    return _checked(text[: word.start] + _word_of(new, admin=admin) + text[word.end :], wanted)


def set_admin(text: str, name: str, *, admin: bool) -> str:
    """`text` with `name` as an admin or not; `Missing` where nobody is called that."""
    return _replace(text, name, names.key(name), admin=admin)


def rename(text: str, name: str, new: str) -> str:
    """`text` with `name` called `new`, in the same place; `Conflict` where `new` is listed."""
    new = names.check(new)
    if new != names.key(name) and parse(text).entry(new):
        raise Conflict("people.name_taken", name=new)
    return _replace(text, name, new)


def remove(text: str, name: str) -> str:
    """`text` without `name`; a comment in their line stays."""
    roster, array = _parse(text)
    number = _at(roster, name)
    word = array.words[number]
    start, end = word.start, word.end
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end) + 1  # the closing bracket or a line end follows every word
    if line_end and not (text[line_start:start] + text[end:line_end]).strip():
        start, end = line_start, line_end
    else:
        while text[end] in " \t" and (text[end + 1] not in "#\\\r\n" or text[start - 1] in " \t"):
            end += 1
        if text[end] == ")" and number:
            start = array.words[number - 1].end if text[array.words[number - 1].end : start].isspace() else start
    wanted = _pairs(roster)
    del wanted[number]
    return _checked(text[:start] + text[end:], wanted)


def renames(before: Roster, after: Roster) -> dict[str, str]:
    """Old name to new name, for people whose line now holds another name.

    Only lines that hold one person count, only where nobody came or went besides, and only where most of the
    roster stayed or one single line changed: a roster replaced as a whole renames nobody.
    """
    old = {entry.name: entry.line for entry in before.entries}
    new = {entry.name: entry.line for entry in after.entries}
    alone_before, on_line = Counter(old.values()), Counter(new.values())
    alone_after = {line: name for name, line in new.items() if on_line[line] == 1}
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    pairs = {
        name: alone_after[old[name]]
        for name in gone
        if alone_before[old[name]] == 1 and alone_after.get(old[name]) in come
    }
    if len(pairs) != len(gone) or len(pairs) != len(come):
        return {}
    return pairs if len(pairs) <= max(1, len(old.keys() & new.keys())) else {}
