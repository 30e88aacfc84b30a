"""The live side of an interactive terminal: what people type goes in, what is drawn comes out as it was drawn.

The last part of what was drawn is kept for whoever attaches later. A reader that is slower than the program misses
what lies between, is told how much that was, and never holds the program up.
"""

import fcntl
import os
import select
import struct
import termios

__all__ = ["Console", "Tap"]

KEPT = 256 * 1024
PIECE = 32 * 1024
# What may wait while the program reads no input; beyond it, whoever types has to wait.
WAITING = 64 * 1024
LARGEST = 1000
LINE_WITHIN = 4096
OUTPUT, SKIPPED = b"o", b"s"
# Ends an escape sequence that was cut in two, and its colours.
FRESH = b"\x18\x1b[m\r\n"


def _frame(kind: bytes, data: bytes) -> bytes:
    """One message to a reader: what it is, its length in four bytes, itself."""
    return kind + struct.pack(">I", len(data)) + data


class Console:
    """The terminal behind `handle`, which is in `poll`."""

    def __init__(self, handle: int, poll: select.epoll) -> None:
        self._handle = handle
        self._poll = poll
        self._drawn = bytearray()
        self._start = 0
        self._typed = bytearray()

    @property
    def full(self) -> bool:
        """Whether so much input waits that no more should be read."""
        return len(self._typed) > WAITING

    def feed(self, data: bytes) -> None:
        """Keep what was drawn."""
        self._drawn += data
        if len(self._drawn) > 2 * KEPT:
            cut = len(self._drawn) - KEPT
            del self._drawn[:cut]
            self._start += cut

    def tap(self) -> "Tap":
        """A reader that begins with what is kept, at the beginning of a line."""
        begin = max(0, len(self._drawn) - KEPT)
        if self._start + begin:
            begin = self._drawn.find(b"\n", begin, begin + LINE_WITHIN) + 1 or begin
        return Tap(self, self._start + begin)

    def piece(self, position: int) -> tuple[int, bytes]:
        """The next piece at or after `position`, and where it begins."""
        begin = max(position, self._start)
        return begin, bytes(self._drawn[begin - self._start : begin - self._start + PIECE])

    def write(self, data: bytes) -> None:
        """Hand over what was typed as fast as the program reads it."""
        if self._handle >= 0:
            self._typed += data
            self.drain()

    def drain(self) -> None:
        """Go on handing over what waits."""
        if self._handle < 0:
            return
        while self._typed:
            try:
                written = os.write(self._handle, self._typed[:LINE_WITHIN])
            except BlockingIOError:
                break
            except OSError:
                self._typed.clear()  # nobody is there to read it any more
                break
            del self._typed[:written]
        self._poll.modify(self._handle, select.EPOLLIN | (select.EPOLLOUT if self._typed else 0))

    def resize(self, columns: int, rows: int) -> None:
        """Tell the programs how large their screen is."""
        if self._handle >= 0:
            fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def take(self, asked: "dict[str, object]") -> bool:
        """Do what somebody attached asks for; False for what makes no sense."""
        columns, rows, data = asked.get("columns"), asked.get("rows"), asked.get("data")
        if asked.get("op") == "input" and isinstance(data, str):
            try:
                self.write(bytes.fromhex(data))
            except ValueError:
                return False
            return True
        if not (type(columns) is int and type(rows) is int and 0 < columns <= LARGEST and 0 < rows <= LARGEST):
            return False
        self.resize(columns, rows)
        return True

    def close(self) -> None:
        """The terminal is gone."""
        self._handle = -1
        self._typed.clear()


class Tap:
    """One reader of a console."""

    def __init__(self, console: Console, position: int) -> None:
        self._console = console
        self._position = position

    def next(self) -> bytes:
        """The next message for this reader, empty where there is none yet."""
        begin, data = self._console.piece(self._position)
        missed, self._position = begin - self._position, begin + len(data)
        if missed:
            return _frame(SKIPPED, b"%d" % missed) + _frame(OUTPUT, FRESH + data)
        return _frame(OUTPUT, data) if data else b""
