"""Reading along in a stream of WebSocket frames: where they begin, how long a message grows, who breaks the rules.

Nothing is decoded and nothing held back; what a relay needs to know is where it may put in a frame of its own.
"""

import secrets

__all__ = ["Meter", "close_frame"]

CLOSE, PING, PONG = 8, 9, 10
PROTOCOL_ERROR = 1002
TOO_BIG = 1009
_DATA = frozenset({0, 1, 2})
_CONTROL = frozenset({CLOSE, PING, PONG})


class Meter:
    """Follows one direction. `masked`: frames come from the client and must be masked. `limit`: of a message, bytes.

    `closed` tells that a close frame went by, `fault` holds the close code that the sender has earned.
    """

    def __init__(self, *, masked: bool, limit: int) -> None:
        self._masked = masked
        self._limit = limit
        self._left = 0
        self._head = b""
        self._message = 0
        self.closed = False
        self.fault = 0

    @property
    def between(self) -> bool:
        """Whether another frame may begin here."""
        return not self._left and not self._head

    def feed(self, data: bytes) -> int:
        """Read along. Returns how many of the bytes may pass: all of them, or those before the frame with a fault."""
        left = self._left
        if left >= len(data):
            self._left = left - len(data)
            return len(data)
        at, size = left, len(data)
        held = len(self._head)
        if held:
            # A head that was cut into pieces: the piece before has passed already.
            data, self._head = self._head + data, b""
            size += held
        while at < size:
            length = self._begin(data, at)
            if self.fault:
                # Part of a head may have passed: nothing can be put in behind that.
                self._left = 1 if at < held else 0
                return max(0, at - held)
            if length < 0:
                self._head = data[at:]
                self._left = 0
                return size - held
            at += length
        self._left = at - size
        return size - held

    def _begin(self, data: bytes, at: int) -> int:
        """The length of the frame that begins at `at`, head included; -1 where its head is not all there."""
        size = len(data) - at
        if size < 2:
            return -1
        first, second = data[at], data[at + 1]
        length, head = second & 127, 2
        if length > 125:
            head = 4 if length == 126 else 10
            if size < head:
                return -1
            length = int.from_bytes(data[at + 2 : at + head], "big")
        opcode = first & 15
        if bool(second & 128) is not self._masked or (opcode not in _DATA and opcode not in _CONTROL):
            self.fault = PROTOCOL_ERROR
        elif opcode in _CONTROL:
            if length > 125 or not first & 128:
                self.fault = PROTOCOL_ERROR
            self.closed = self.closed or opcode == CLOSE
        else:
            self._message = length if opcode else self._message + length
            if self._message >= self._limit:
                self.fault = TOO_BIG
        return head + length + (4 if self._masked else 0)


def close_frame(code: int, *, masked: bool) -> bytes:
    """A close frame with `code`."""
    content = code.to_bytes(2, "big")
    if not masked:
        return bytes((0x80 | CLOSE, 2)) + content
    mask = secrets.token_bytes(4)
    return (
        bytes((0x80 | CLOSE, 0x82)) + mask + bytes(letter ^ key for letter, key in zip(content, mask, strict=False))
    )
