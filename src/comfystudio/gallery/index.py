"""Which files are in a folder and all below it, newest first, without asking for each one again every time.

A folder whose own time of change is the same is taken as it was known, unless something in it is so new that it may
still be written to.
"""

import bisect
import os
import stat
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from comfystudio.errors import Invalid, Missing
from comfystudio.gallery.kinds import Kind, kind_of
from comfystudio.gallery.safe import DEEPEST, FOLDER, open_folder

__all__ = ["LONGEST_SHOWN", "Entry", "Index", "Page", "Wanted", "cut_page", "is_text"]

# What changed less than this before it was looked at may change again without showing.
SETTLED = 2_000_000_000
# A file that is written anew in its place does not change its folder: everything is looked at again after this.
OLDEST = 60_000_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: `path` with slashes below its folder, `size` in bytes, `mtime` and `at` in nanoseconds.

    `at` is what it is sorted by: when it was made, or, in the trash, when it came there.
    """

    path: str
    size: int
    mtime: int
    at: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def kind(self) -> Kind:
        """What it is shown as."""
        return kind_of(self.path)

    @property
    def version(self) -> str:
        """Another one for another content; the same that an opened file tells."""
        return f"{self.mtime:x}-{self.size:x}"


@dataclass(frozen=True)
class Wanted:
    """Which files: `text` stands in the path, in any case; `since` and `until` in seconds since the epoch."""

    text: str = ""
    since: float | None = None
    until: float | None = None
    kind: Kind | None = None

    def chosen(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Those of `entries` that are wanted."""
        text = self.text.casefold()
        least = None if self.since is None else self.since * 1e9
        most = None if self.until is None else self.until * 1e9
        if not text and least is None and most is None and self.kind is None:
            return entries
        return [
            each
            for each in entries
            if (not text or text in each.path.casefold())
            and (least is None or each.at >= least)
            and (most is None or each.at < most)
            and (self.kind is None or each.kind == self.kind)
        ]


@dataclass(frozen=True)
class Page:
    """Some of the wanted files; `cursor` asks for those after them, None at the end. `total` counts all wanted."""

    entries: Sequence[Entry]
    cursor: str | None
    total: int
    size: int


def is_text(name: str) -> bool:
    """Whether a name is UTF-8, so that it can be shown and asked for."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _place(entry: Entry) -> tuple[int, str]:
    return -entry.at, entry.path


def _after(cursor: str) -> tuple[int, str]:
    at, _, path = cursor.partition(".")
    try:
        return -int(at, 16), path
    except ValueError:
        raise Invalid("gallery.bad_cursor") from None


def cut_page(entries: Sequence[Entry], cursor: str | None, limit: int) -> Page:
    """Up to `limit` of the sorted `entries`, those after `cursor`."""
    first = bisect.bisect_right(entries, _after(cursor), key=_place) if cursor else 0
    shown = entries[first : first + limit]
    more = first + limit < len(entries)
    following = f"{shown[-1].at:x}.{shown[-1].path}" if more else None
    return Page(shown, following, len(entries), sum(entry.size for entry in entries))


@dataclass
class _Folder:
    changed: int
    seen: int
    newest: int
    entries: list[Entry]
    folders: list[str]

    def holds(self, changed: int, now: int) -> bool:
        """Whether what is known of it is still so."""
        settled = self.seen - max(self.changed, self.newest) > SETTLED
        return self.changed == changed and settled and now - self.seen < OLDEST


def _at(_path: str, mtime: int) -> int:
    return mtime


# An address of 8 KB has room for a path of so many letters of any script, and for what else is asked.
LONGEST_SHOWN = 300


class Index:
    """The files below `root`. Every method blocks.

    Links, special files, names that begin with a dot, names that are no UTF-8 and paths of more than `longest`
    letters are left out.
    """

    def __init__(self, root: Path, at: Callable[[str, int], int] = _at, longest: int = LONGEST_SHOWN) -> None:
        self.root = root
        self._at = at
        self._longest = longest
        self._known: dict[str, _Folder] = {}
        self._sorted: Sequence[Entry] = ()

    def forget(self) -> None:
        """Look at everything again the next time."""
        self._known = {}

    def entries(self) -> Sequence[Entry]:
        """Every file, the newest first; none where there is no folder."""
        before, self._known = self._known, {}
        try:
            handle = open_folder(self.root)
        except Missing:
            self._sorted = ()
            return self._sorted
        try:
            fresh = self._walk(handle, "", before)
        finally:
            os.close(handle)
        if fresh or len(before) != len(self._known):
            every = [entry for folder in self._known.values() for entry in folder.entries]
            self._sorted = sorted(every, key=_place)
        return self._sorted

    def _walk(self, handle: int, path: str, before: dict[str, _Folder]) -> bool:
        """Look at the open folder and all below it; whether anything was looked at anew."""
        known = before.get(path)
        found = self._known[path] = self._look(handle, path, known)
        fresh = found is not known
        if path.count("/") > DEEPEST - 2:
            return fresh
        for name in found.folders:
            # Gone, or become a link, since it was seen: then it is not there.
            with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                inner = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=handle)
                try:
                    fresh = self._walk(inner, f"{path}{name}/", before) or fresh
                finally:
                    os.close(inner)
        return fresh

    def _look(self, handle: int, path: str, known: _Folder | None) -> _Folder:
        now = time.time_ns()
        changed = os.fstat(handle).st_mtime_ns
        if known is not None and known.holds(changed, now):
            return known
        found = _Folder(changed, now, 0, [], [])
        with os.scandir(handle) as inside:
            for each in inside:
                if each.name.startswith(".") or not is_text(each.name):
                    continue
                if each.is_dir(follow_symlinks=False):
                    found.folders.append(each.name)
                elif each.is_file(follow_symlinks=False) and len(path + each.name) <= self._longest:
                    with suppress(FileNotFoundError):
                        self._add(found, path + each.name, each.stat(follow_symlinks=False))
        return found

    def _add(self, folder: _Folder, path: str, seen: os.stat_result) -> None:
        if stat.S_ISREG(seen.st_mode):
            folder.entries.append(Entry(path, seen.st_size, seen.st_mtime_ns, self._at(path, seen.st_mtime_ns)))
            folder.newest = max(folder.newest, seen.st_mtime_ns)
