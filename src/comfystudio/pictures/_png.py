"""Texts in a PNG file, found by walking its chunks; no pixel is decoded. Runs in the worker only."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["texts_of"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 1_000_000
_HEAD = struct.Struct(">I4s")
# comf: what ComfyUI puts behind the pixels of animated files.
_TEXT = {b"tEXt", b"zTXt", b"iTXt", b"comf"}


def _chunks(file: BinaryIO, longest: int) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each text chunk that is no longer than `longest`; ends where the file breaks off."""
    if file.read(len(SIGNATURE)) != SIGNATURE:
        return
    for _ in range(MOST_CHUNKS):
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        length, kind = _HEAD.unpack(head)
        if kind == b"IEND":
            return
        if kind in _TEXT and length <= longest:
            content = file.read(length)
            if len(content) < length:
                return
            yield kind, content
            file.seek(4, 1)
        else:
            file.seek(length + 4, 1)


def _inflated(content: bytes, longest: int) -> bytes | None:
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(content, longest + 1)
    except zlib.error:
        return None
    return found if len(found) <= longest else None


def _text(kind: bytes, rest: bytes, longest: int) -> str | None:
    """The text behind a chunk's keyword and its NUL."""
    if kind == b"tEXt":
        return rest.decode("latin-1")
    if kind == b"comf":
        return rest.decode("utf-8", "replace")
    if kind == b"zTXt":
        found = _inflated(rest[1:], longest) if rest[:1] == b"\0" else None
        return None if found is None else found.decode("latin-1")
    if len(rest) < 2 or rest[0] > 1:
        return None
    _language, _, after = rest[2:].partition(b"\0")
    _translated, _, text = after.partition(b"\0")
    if rest[0] == 1:
        inflated = _inflated(text, longest)
        return None if inflated is None else inflated.decode("utf-8", "replace")
    return text.decode("utf-8", "replace")


def texts_of(file: BinaryIO, longest: int, most: int) -> dict[str, str]:
    """The texts of the PNG `file` by keyword: the first of each, none longer than `longest`, `most` of them."""
    found: dict[str, str] = {}
    for kind, content in _chunks(file, longest):
        key, nul, rest = content.partition(b"\0")
        word = key.decode("latin-1")
        # What the file format says of itself is no text that somebody wrote.
        if not nul or not 0 < len(word) < 80 or word in found or word.startswith("XML:"):
            continue
        text = _text(kind, rest, longest)
        if text is not None and len(text) <= longest:
            found[word] = text
        if len(found) >= most:
            break
    return found
