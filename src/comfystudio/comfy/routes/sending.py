"""A file on its way to a browser: whole, in the part that was asked for, or not at all where it is there already."""

import asyncio
import os
from email.utils import formatdate

from aiohttp import web

from comfystudio.comfy.routes.replies import empty
from comfystudio.comfy.routes.seams import Visit
from comfystudio.gallery import Opened, headers_of

__all__ = ["send"]

PART = 1024 * 1024
# Names are used again: a browser may keep a file, but asks each time whether it is still the same.
_KEEP = ("Cache-Control", "private, no-cache")


async def send(visit: Visit, file: Opened) -> web.StreamResponse:
    """Send `file`, which the caller closes."""
    request = visit.request
    headers = await asyncio.to_thread(headers_of, file)
    dated = formatdate(file.mtime / 1e9, usegmt=True)
    headers |= {"ETag": file.etag, "Last-Modified": dated, "Accept-Ranges": "bytes", **dict([_KEEP])}
    if _known(request, file.etag, dated):
        return web.Response(status=304, headers={name: headers[name] for name in ("ETag", "Last-Modified", _KEEP[0])})
    try:
        part = _part(request, file.size, file.etag, dated)
    except ValueError:
        refused = empty(416)
        refused.headers["Content-Range"] = f"bytes */{file.size}"
        return refused
    response = web.StreamResponse(status=200 if part is None else 206, headers=headers)
    start, stop = part or (0, file.size)
    if part is not None:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
    response.content_length = stop - start
    transport = request.transport
    with visit.held(transport.abort if transport else _nothing):
        await response.prepare(request)
        if request.method != "HEAD":
            await _pour(response, file, start, stop)
        await response.write_eof()
    return response


async def _pour(response: web.StreamResponse, file: Opened, start: int, stop: int) -> None:
    while start < stop:
        content = await asyncio.to_thread(os.pread, file.handle, min(PART, stop - start), start)
        if not content:
            # It has become shorter: the client is to notice, so its connection breaks off.
            raise ConnectionResetError
        await response.write(content)
        start += len(content)


def _known(request: web.Request, etag: str, dated: str) -> bool:
    """Whether the browser says that it has just this."""
    said = request.headers.get("If-None-Match")
    if said is not None:
        return said.strip() == "*" or etag in {each.strip().removeprefix("W/") for each in said.split(",")}
    return request.headers.get("If-Modified-Since") == dated


def _part(request: web.Request, size: int, etag: str, dated: str) -> tuple[int, int] | None:
    """First byte and the one after the last; None for the whole. ValueError where there is no such part."""
    said = request.headers.get("Range")
    if said is None or "," in said or request.headers.get("If-Range", etag) not in {etag, dated}:
        return None
    unit, _, span = said.partition("=")
    first, dash, last = span.strip().partition("-")
    if unit.strip().lower() != "bytes" or not dash or not (first + last).isdigit() or len(span) > 40:
        return None
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
    if start >= stop:
        raise ValueError(said)
    return start, stop


def _nothing() -> None:
    pass
