"""Eight-bit RGB pictures: made, written as PNG with text in them, and read back. No Pillow needed."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Picture", "UnidentifiedImageError", "chunks", "decode", "encode", "text_of"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class UnidentifiedImageError(ValueError):
    """The file is no PNG of the one kind that the double reads."""


@dataclass(frozen=True)
class Picture:
    """`rgb` holds width x height pixels, three bytes each, row by row."""

    width: int
    height: int
    rgb: bytes


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def encode(picture: Picture, text: dict[str, str]) -> bytes:
    """The picture as a PNG file with `text` as its metadata (ASCII, as JSON dumps are)."""
    stride = picture.width * 3
    rows = b"".join(
        b"\0" + picture.rgb[start : start + stride] for start in range(0, len(picture.rgb), stride)
    )  # every row says filter 0: stored as it is
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    words = b"".join(_chunk(b"tEXt", key.encode() + b"\0" + value.encode()) for key, value in text.items())
    pixels = _chunk(b"IDAT", zlib.compress(rows, 4))
    return _SIGNATURE + _chunk(b"IHDR", header) + words + pixels + _chunk(b"IEND", b"")


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each chunk of a PNG file; UnidentifiedImageError when it is none."""
    if not data.startswith(_SIGNATURE):
        raise UnidentifiedImageError
    place = len(_SIGNATURE)
    while place + 8 <= len(data):
        length = int.from_bytes(data[place : place + 4])
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length


def text_of(data: bytes) -> dict[str, str]:
    """The metadata of a PNG file."""
    pairs = (body.partition(b"\0") for kind, body in chunks(data) if kind == b"tEXt")
    return {key.decode(): value.decode("latin-1") for key, _, value in pairs}


def _paeth(left: int, up: int, corner: int) -> int:
    """The neighbour that is nearest to left + up - corner; the earlier one when two are as near."""
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))


def _unfilter(kind: int, row: bytearray, above: bytes) -> None:
    """Undo a row's filter in place; a pixel has three bytes, and left of the first there are zeros."""
    for place in range(len(row) if kind else 0):
        left, corner = (row[place - 3], above[place - 3]) if place >= 3 else (0, 0)
        up = above[place]
        add = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]
        row[place] = (row[place] + add) & 0xFF


def decode(data: bytes) -> Picture:
    """Read an 8-bit RGB file that is not interlaced; UnidentifiedImageError for anything else."""
    parts = list(chunks(data))
    if not parts or parts[0][0] != b"IHDR":
        raise UnidentifiedImageError
    width, height, *kind = struct.unpack(">IIBBBBB", parts[0][1])
    if kind != [8, 2, 0, 0, 0]:
        raise UnidentifiedImageError
    rows = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
    stride = width * 3 + 1
    if len(rows) != stride * height or max(rows[::stride]) > 4:
        raise UnidentifiedImageError
    done, above = bytearray(), bytes(stride - 1)
    for start in range(0, len(rows), stride):
        row = bytearray(rows[start + 1 : start + stride])
        _unfilter(rows[start], row, above)
        done += row
        above = bytes(row)
    return Picture(width, height, bytes(done))
