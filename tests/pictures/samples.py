"""Small pictures of every sort, made as they are needed."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

__all__ = ["bomb", "corners", "encoded", "png_with"]


def corners(width: int = 120, height: int = 80) -> Image.Image:
    """A grey picture whose left upper quarter is red and whose right upper one is green."""
    image = Image.new("RGB", (width, height), "grey")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("lime", (width // 2, 0, width, height // 2))
    return image


def encoded(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    """The file."""
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_with(*chunks: tuple[bytes, bytes], behind: tuple[tuple[bytes, bytes], ...] = ()) -> bytes:
    """A picture of one pixel with further chunks, before and behind the pixels."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(b"\0\0"))
    before, after = (b"".join(_chunk(*each) for each in group) for group in (chunks, behind))
    return b"\x89PNG\r\n\x1a\n" + head + before + pixels + after + _chunk(b"IEND", b"")


def bomb(side: int) -> bytes:
    """A few bytes that claim to be a square picture of `side` pixels."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9)) + _chunk(b"IEND", b"")
