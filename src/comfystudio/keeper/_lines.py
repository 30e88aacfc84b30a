"""Lines out of a stream of bytes, however it was cut into pieces."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Splitter"]


class Splitter:
    """Splits at line feeds; a carriage return lets what follows replace what was there.

    A line is the last piece between carriage returns that is not empty: a progress bar comes out in its last
    state. `dropped` counts bytes beyond `limit` of a line, which are left out. `keep` says what stays of a
    piece that is replaced.
    """

    def __init__(self, limit: int, keep: "Callable[[bytes], bytes] | None" = None) -> None:
        self._limit = limit
        self._keep = keep
        self._open = bytearray()
        self._returned = False
        self.dropped = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes, each at most `limit` bytes."""
        *ends, rest = data.split(b"\n")
        lines = []
        for end in ends:
            self._extend(end)
            lines.append(bytes(self._open))
            self._open.clear()
            self._returned = False
        if rest:
            self._extend(rest)
        return lines

    def _extend(self, piece: bytes) -> None:
        """Add `piece`, which holds no line feed, to the open line."""
        for number, part in enumerate(piece.split(b"\r")):
            if number:
                self._returned = True
            if part:
                if self._returned:
                    self._open[:] = self._keep(bytes(self._open)) if self._keep else b""
                    self._returned = False
                self._append(part)

    def _append(self, part: bytes) -> None:
        room = self._limit - len(self._open)
        if len(part) > room:
            self.dropped += len(part) - room
            part = part[:room]
        self._open += part

    def skip(self, data: bytes) -> tuple[int, int]:
        """Let go of all lines that `data` completes; how many those were and their bytes. The rest is kept."""
        cut = data.rfind(b"\n") + 1
        if cut:
            self._open.clear()
            self._returned = False
        if cut < len(data):
            self._extend(data[cut:])
        return data.count(b"\n"), cut

    def open_line(self) -> bytes:
        """What the unfinished line shows now."""
        return bytes(self._open)
