"""The line that says why a run failed, found by what such lines look like."""

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["ErrorFinder", "Found"]

_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
_ERROR = re.compile(
    r"^\s*(?:\[[^\]]{0,60}\]\s*|\d{4}-\d\d-\d\d[ T][\d:.,]+\s*[-|]?\s*)?(?:"  # a tag or a time may come first
    r"[Ee]rror[:!]|Error \[|ERROR\b|fatal:|FATAL\b|CRITICAL\b|npm (?:ERR!|error)|"
    r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit)(?::|$)|Exception[: ]|"
    r"Segmentation fault|thread '.*' panicked|Killed$)"
    r"|^\[[EC] "  # how Jupyter marks errors
    r"|: (?:error|fatal error|command not found|No such file or directory|Permission denied)\b"
)
_TRACEBACK = "Traceback (most recent call last)"
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")
_WINDOW = 200
_KEPT = 64
_LENGTH = 500


class Found:
    """A line that looks like an error: its text without colours, its offset in the log, when it was printed."""

    __slots__ = ("at", "count", "offset", "text")

    def __init__(self, text: str, offset: int, at: float, count: int) -> None:
        self.text = text
        self.offset = offset
        self.at = at
        self.count = count

    def record(self) -> "dict[str, Any]":
        """It as JSON."""
        return {"text": self.text, "offset": self.offset, "at": self.at}


class ErrorFinder:
    """Fed with every line of a run; `best` is its best guess, `latest` the line that looked like one last.

    A tool may report an error, go on for hours and die of another one. What was said near the end counts
    first; in it the earliest line, since the rest mostly follows from it.
    """

    def __init__(self) -> None:
        self._count = 0
        self._in_traceback = False
        self._may_chain = 0
        self._first: Found | None = None
        self._recent: list[Found] = []

    @property
    def best(self) -> Found | None:
        """The line that best says what went wrong, None where nothing looked like an error."""
        return next((found for found in self._recent if found.count > self._count - _WINDOW), self._first)

    @property
    def latest(self) -> Found | None:
        """The newest line that looked like an error."""
        return self._recent[-1] if self._recent else None

    def feed(self, line: str, offset: int = 0, at: float = 0.0) -> None:
        """Look at the next line, which stands at `offset` of the log and was printed `at`."""
        self._count += 1
        text = _COLOUR.sub("", line) if "\x1b" in line else line
        if _TRACEBACK in text:
            self._in_traceback = True
        elif self._in_traceback:
            # Frames are indented; the first line that is not names the exception.
            if text.strip() and not text.startswith((" ", "\t", "  |", "  +")):
                self._in_traceback = False
                self._note(Found(text.strip()[:_LENGTH], offset, at, self._count), replaces=self._may_chain > 0)
                self._may_chain = 3
        elif text.startswith(_CHAINED):
            self._may_chain = 4
        elif self._may_chain:
            self._may_chain -= 1
        if not self._in_traceback and not self._may_chain and _ERROR.search(text[:_LENGTH]):
            self._note(Found(text.strip()[:_LENGTH], offset, at, self._count), replaces=False)

    def _note(self, entry: Found, *, replaces: bool) -> None:
        if replaces and self._recent:
            # "During handling of the above …": the last of a chain is what was raised.
            if self._first is self._recent[-1]:
                self._first = entry
            self._recent[-1] = entry
            return
        self._first = self._first or entry
        self._recent.append(entry)
        # The earliest one within reach must not be pushed out by those that follow from it.
        self._recent = [old for old in self._recent if old.count > self._count - _WINDOW][:_KEPT]
