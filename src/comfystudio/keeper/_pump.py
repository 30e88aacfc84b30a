"""From the tool's bytes to records: lines, bars drawn over themselves, and how much of it all is kept."""

import time
from collections import deque

from comfystudio.keeper._errors import ErrorFinder, Found
from comfystudio.keeper._lines import Splitter
from comfystudio.keeper._records import LINE_LIMIT, clean, encode
from comfystudio.keeper._screen import Region, upward
from comfystudio.keeper._writer import LogWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Budget", "Findings", "Pump"]

REDRAW_EVERY = 0.25
# A flood is read as fast as it comes, so that the tool never waits, and kept only this fast: bytes a second,
# with a store for bursts. A record costs more than its text.
RATE = 4 * 1024 * 1024
BURST = 16 * 1024 * 1024
RECORD_COST = 64
LAST_LINES = 20
LAST_LENGTH = 300


class Budget:
    """A store of `burst` bytes that fills by `rate` a second; one a stream, so that errors get past a flood."""

    def __init__(self, rate: int = RATE, burst: int = BURST) -> None:
        self._rate = rate
        self._burst = self._left = float(burst)
        self._at = time.monotonic()

    def spend(self, cost: int) -> None:
        """Take `cost` bytes out; it may go below nothing once."""
        self._left -= cost

    def empty(self) -> bool:
        """Whether nothing is left now."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        return self._left <= 0


class Findings:
    """What is to be remembered about the output of `run`."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._told: tuple[Found | None, Found | None] = (None, None)
        self.errors = ErrorFinder()
        self.last: deque[str] = deque(maxlen=LAST_LINES)

    def see(self, text: str, offset: int, at: float) -> None:
        """Look at one finished line, which stands at `offset` of the log."""
        self.errors.feed(text, offset, at)
        self.last.append(text[:LAST_LENGTH])

    def news(self) -> "dict[str, Any] | None":
        """The lines that look like what went wrong, the best first, where they are others than were told last."""
        found = self.errors.best, self.errors.latest
        if found[0] is self._told[0] and found[1] is self._told[1]:
            return None
        self._told = found
        return {"run": self._run, "errors": [each.record() for each in found if each is not None]}


class Pump:
    """Turns one stream of output (`o` or `e`) into records; `terminal` where it is drawn on rather than written."""

    def __init__(self, stream: str, writer: LogWriter, findings: Findings, *, terminal: bool = False) -> None:
        self._stream = stream
        self._writer = writer
        self._findings = findings
        self._budget = Budget()
        self._lines = Splitter(LINE_LIMIT, upward if terminal else None)
        self._region = Region() if terminal else None
        self._skipped = b""
        self._skipped_lines = 0
        self._drawn = ""
        self._redraw_at: float | None = None

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        if self._budget.empty():
            self._leave_out()
            self._skipped_lines, cut = self._lines.skip(data)
            self._skipped = data[:cut]
        else:
            self._leave_out()
            self._keep(data)
        if self._lines.dropped:
            self._writer.drop("keeper.log_dropped_long", 0, self._lines.dropped)
            self._lines.dropped = 0
        if self._redraw_at is None and self._shown() != self._drawn:
            self._redraw_at = time.monotonic() + REDRAW_EVERY

    def _leave_out(self, shown: int = 0) -> None:
        """Count what was skipped last as left out, but for `shown` lines of it."""
        if self._skipped:
            self._writer.drop("keeper.log_dropped_flood", self._skipped_lines - shown, len(self._skipped))
            self._skipped = b""

    def _keep(self, data: bytes) -> None:
        lines = self._lines.feed(data)
        self._budget.spend(len(data) + RECORD_COST * len(lines))
        texts = [clean(line) for line in lines]
        if self._region is not None:
            now = time.monotonic()
            placed = [self._region.take(*pair, now) for pair in zip(lines, texts, strict=True)]
            texts = [text for final in placed for text in final]
        self._record(texts)

    def _record(self, texts: list[str]) -> None:
        if texts:
            now = time.time()
            self._drawn = ""
            records = [encode(now, self._stream, text) for text in texts]
            offset = self._writer.put(records)
            for text, record in zip(texts, records, strict=True):
                self._findings.see(text, offset, now)
                offset += len(record)
            news = self._findings.news()
            if news is not None:
                self._writer.note(news)

    def _shown(self) -> str:
        """What stands in the unfinished line, or in the row drawn last."""
        text = clean(self._lines.open_line())
        return text or (self._region.latest() if self._region else "")

    def due(self) -> float | None:
        """When `redraw` wants to be called, on the monotonic clock."""
        held = self._region.due() if self._region else None
        if held is None or self._redraw_at is None:
            return self._redraw_at if held is None else held
        return min(held, self._redraw_at)

    def redraw(self) -> None:
        """Record what is being drawn, so that bars and questions are seen as they stand."""
        now = time.monotonic()
        if self._region and (held := self._region.due()) is not None and now >= held:
            self._record(self._region.release())
        if self._redraw_at is None or now < self._redraw_at:
            return
        self._redraw_at = None
        shown = self._shown()
        if shown and shown != self._drawn:
            self._drawn = shown
            self._budget.spend(len(shown) + RECORD_COST)
            self._writer.put([encode(time.time(), "~", shown)])

    def finish(self) -> None:
        """The stream has ended: what is unfinished becomes a line, and of a flood the last lines are kept."""
        self._redraw_at = None
        # A tool that dies shouting says why in its last words. The first of these lines may lack its beginning.
        last = self._skipped.split(b"\n")[1:-1][-LAST_LINES:]
        self._leave_out(len(last))
        self._record([clean(line[:LINE_LIMIT]) for line in last])
        if self._lines.open_line():
            self._keep(b"\n")
        if self._region:
            self._record(self._region.release())
