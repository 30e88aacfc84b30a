"""The line that says why a run failed, found by what such lines look like."""

import re

__all__ = ["ErrorFinder"]

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


class ErrorFinder:
    """Fed with every line of a run; `found` is its best guess.

    A tool may report an error, go on for hours and die of another one. What was said near the end counts
    first; in it the earliest line, since the rest mostly follows from it.
    """

    def __init__(self) -> None:
        self._count = 0
        self._in_traceback = False
        self._may_chain = 0
        self._first: tuple[int, str] | None = None
        self._recent: list[tuple[int, str]] = []

    @property
    def found(self) -> str | None:
        """The line that best says what went wrong, None where nothing looked like an error."""
        near_the_end = [text for at, text in self._recent if at > self._count - _WINDOW]
        if near_the_end:
            return near_the_end[0]
        return self._first[1] if self._first else None

    def feed(self, line: str) -> None:
        """Look at the next line."""
        self._count += 1
        text = _COLOUR.sub("", line) if "\x1b" in line else line
        if _TRACEBACK in text:
            self._in_traceback = True
        elif self._in_traceback:
            # Frames are indented; the first line that is not names the exception.
            if text.strip() and not text.startswith((" ", "\t", "  |", "  +")):
                self._in_traceback = False
                self._note(text, replaces=self._may_chain > 0)
                self._may_chain = 3
        elif text.startswith(_CHAINED):
            self._may_chain = 4
        elif self._may_chain:
            self._may_chain -= 1
        if not self._in_traceback and not self._may_chain and _ERROR.search(text[:_LENGTH]):
            self._note(text, replaces=False)

    def _note(self, text: str, *, replaces: bool) -> None:
        entry = (self._count, text.strip()[:_LENGTH])
        if replaces and self._recent:
            # "During handling of the above …": the last of a chain is what was raised.
            if self._first == self._recent[-1]:
                self._first = entry
            self._recent[-1] = entry
            return
        self._first = self._first or entry
        self._recent.append(entry)
        # The earliest one within reach must not be pushed out by those that follow from it.
        self._recent = [old for old in self._recent if old[0] > self._count - _WINDOW][:_KEPT]
