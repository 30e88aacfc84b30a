"""A tool's immutable files, kept in memory: for whoever may use the tool they skip the way to it.

A cache belongs to one running instance and goes with it, so a new version's files are read anew.
"""

from collections import OrderedDict
from dataclasses import dataclass

from aiohttp.http import RawResponseMessage

__all__ = ["Kept", "Shelf", "Static"]

TOTAL_BYTES = 64 * 1024 * 1024
LARGEST_FILE = 4 * 1024 * 1024

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: its header lines up to the length, its body, and what tells whether a browser has it already."""

    lines: bytes
    body: bytes
    etag: str | None
    modified: str | None

    def same(self, none_match: str | None, modified_since: str | None) -> bool:
        """Whether the browser's validators name this very file."""
        if none_match is not None:
            if self.etag is None:
                return False
            tags = {tag.strip().removeprefix("W/") for tag in none_match.split(",")}
            return "*" in tags or self.etag.removeprefix("W/") in tags
        return modified_since is not None and modified_since == self.modified


class Shelf:
    """The memory all caches share; what was asked for least recently goes first."""

    def __init__(self, total: int = TOTAL_BYTES) -> None:
        self._total = total
        self._used = 0
        self._kept: OrderedDict[tuple[int, Key], Kept] = OrderedDict()

    @property
    def used(self) -> int:
        """Bytes."""
        return self._used

    def get(self, owner: int, key: Key) -> Kept | None:
        """The file, marked as asked for."""
        found = self._kept.get((owner, key))
        if found is not None:
            self._kept.move_to_end((owner, key))
        return found

    def put(self, owner: int, key: Key, kept: Kept) -> None:
        """Keep the file, and let older ones go."""
        old = self._kept.pop((owner, key), None)
        self._used += _size(kept) - (_size(old) if old else 0)
        self._kept[owner, key] = kept
        while self._used > self._total:
            _, gone = self._kept.popitem(last=False)
            self._used -= _size(gone)

    def drop(self, owner: int) -> None:
        """Forget all of an owner's files."""
        for key in [key for key in self._kept if key[0] == owner]:
            self._used -= _size(self._kept.pop(key))


class Static:
    """The cache of one running instance. `prefixes` are its manifest's immutable paths."""

    def __init__(self, shelf: Shelf, prefixes: tuple[str, ...]) -> None:
        self._shelf = shelf
        self._prefixes = prefixes

    def find(self, path: str, encodings: str) -> Kept | None:
        """The file under `path` (with its query) as a browser with these Accept-Encoding gets it."""
        return self._shelf.get(id(self), (path, encodings))

    def may_keep(self, path: str, message: RawResponseMessage) -> bool:
        """Whether the answer to a GET of `path` is a file that does not change and is the same for everybody."""
        headers = message.headers
        if message.code != 200 or "Set-Cookie" in headers or headers.get("Vary", "").lower() not in _VARIES:
            return False
        control = {part.strip().lower() for part in headers.get("Cache-Control", "").split(",")}
        if "no-store" in control or "private" in control:
            return False
        plain = "%" not in path and ".." not in path and "//" not in path
        if "immutable" not in control and not (plain and path.startswith(self._prefixes)):
            return False
        length = headers.get("Content-Length", "")
        return not length or (length.isdigit() and int(length) <= LARGEST_FILE)

    def keep(self, path: str, encodings: str, kept: Kept) -> None:
        """Keep what `may_keep` allowed."""
        if len(kept.body) <= LARGEST_FILE:
            self._shelf.put(id(self), (path, encodings), kept)

    def close(self) -> None:
        """The instance has ended."""
        self._shelf.drop(id(self))


_VARIES = frozenset({"", "accept-encoding"})


def _size(kept: Kept) -> int:
    return len(kept.lines) + len(kept.body) + 512
