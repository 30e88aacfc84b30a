"""Sending an open file over HTTP: conditions, one range, pieces read away from the loop.

Both the portal's own API and the tools' origins send files, so this stands below both.
"""

import asyncio
import email.utils
import os
import re
from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

__all__ = ["File", "Unsatisfiable", "cut", "send"]

PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*\Z", re.IGNORECASE)


class File(Protocol):
    """An open file, and what tells whether a client has it already."""

    @property
    def handle(self) -> int:
        """A file descriptor."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def mtime(self) -> int:
        """Nanoseconds since the epoch."""

    @property
    def etag(self) -> str:
        """A strong entity tag, quotes included."""


class Unsatisfiable(Exception):
    """The range that is asked for lies outside the file, or several are asked for at once."""


def cut(asked: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and how many, for a Range header; None for the whole file.

    A header that is no byte range counts as absent. Several ranges at once are `Unsatisfiable`: no browser asks
    for them, and thousands of them are an attack.
    """
    if asked is None or not asked.lower().startswith("bytes="):
        return None
    if "," in asked:
        raise Unsatisfiable
    found = _RANGE.match(asked)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        first = size - length
    else:
        first = int(found[1])
        last = min(int(found[2]), size - 1) if found[2] else size - 1
        if found[2] and int(found[2]) < first:
            return None
        length = last - first + 1
    if length <= 0 or first >= size:
        raise Unsatisfiable
    return first, length


def _when(text: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError):
        return None


def _tags(text: str) -> set[str]:
    return {each.strip().removeprefix("W/") for each in text.split(",")}


def _unchanged(headers: Mapping[str, str], file: File) -> bool:
    """Whether the client has this very content already."""
    known = headers.get("If-None-Match")
    if known is not None:
        return known.strip() == "*" or file.etag in _tags(known)
    since = _when(headers.get("If-Modified-Since"))
    return since is not None and file.mtime // 1_000_000_000 <= since


def _range_holds(headers: Mapping[str, str], file: File) -> bool:
    """Whether the range is of the content that the client has the rest of."""
    condition = headers.get("If-Range")
    if condition is None:
        return True
    if '"' in condition:
        return condition.strip() == file.etag
    when = _when(condition)
    return when is not None and file.mtime // 1_000_000_000 == when


def _response(request: web.BaseRequest, file: File) -> tuple[web.StreamResponse, int, int]:
    """The answer without its headers of content, and which bytes follow: the first and how many."""
    if _unchanged(request.headers, file):
        return web.Response(status=304), 0, 0
    try:
        part = cut(request.headers.get("Range"), file.size) if _range_holds(request.headers, file) else None
    except Unsatisfiable:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{file.size}"}), 0, 0
    if part is None:
        response, first, length = web.StreamResponse(), 0, file.size
    else:
        first, length = part
        response = web.StreamResponse(status=206)
        response.headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{file.size}"
    response.content_length = length
    return response, first, length


async def send(
    request: web.BaseRequest, file: File, headers: Mapping[str, str], *, cache: str = "private, no-cache"
) -> web.StreamResponse:
    """Answer `request` with `file` under `headers`: 200, 206, 304 or 416. The file stays open; the caller closes it.

    A file that became shorter meanwhile ends the connection: the client must not take a part for the whole.
    """
    response, first, length = _response(request, file)
    response.headers.update(headers if response.status in {200, 206} else {})
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = cache
    response.headers["ETag"] = file.etag
    response.headers["Last-Modified"] = email.utils.formatdate(file.mtime // 1_000_000_000, usegmt=True)
    await response.prepare(request)
    if request.method != "HEAD":
        await _pour(request, response, file.handle, first, length)
    await response.write_eof()
    return response


async def _pour(request: web.BaseRequest, response: web.StreamResponse, handle: int, first: int, length: int) -> None:
    end = first + length
    while first < end:
        piece = await asyncio.to_thread(os.pread, handle, min(PIECE, end - first), first)
        if not piece:
            if request.transport is not None:
                request.transport.abort()
            return
        await response.write(piece)
        first += len(piece)
