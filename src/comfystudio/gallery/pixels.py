"""How many pixels a picture has, read from the first bytes of its file; nothing is decoded.

Lists need it for every file, and a page that lays pictures out cannot wait for each one to be looked at closely.
"""

import struct

__all__ = ["HEAD", "pixels_of"]

# Enough for every format but JPEG files with long preambles, whose size then stays unknown.
HEAD = 4096
LARGEST = 1_000_000
# Markers of a JPEG frame, which say its size; those in between mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(head[at + 2 : at + 4], "big")
        if marker in _FRAMES and at + 9 <= len(head):
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        # It may say that the picture lies on its side: left to those who look closely.
        if length < 2 or (marker == 0xE1 and head[at + 4 : at + 8] == b"Exif"):
            return None
        at += 2 + length
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X" and len(head) >= 30:
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L" and len(head) >= 25 and head[20] == 0x2F:
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(head) >= 30 and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _found(head: bytes) -> tuple[int, int] | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and len(head) >= 24:
        width, height = struct.unpack_from(">II", head, 16)
        return width, height
    if head.startswith((b"GIF87a", b"GIF89a")) and len(head) >= 10:
        width, height = struct.unpack_from("<HH", head, 6)
        return width, height
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head)
    return _jpeg(head) if head.startswith(b"\xff\xd8") else None


def pixels_of(head: bytes) -> tuple[int, int] | None:
    """Width and height of the picture that begins with `head`; None where that does not tell."""
    found = _found(head)
    return found if found is not None and all(0 < side <= LARGEST for side in found) else None
