"""Logs as pages read them: cleaned, masked, in parts that resume by offset, or whole as a file."""

import asyncio
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from comfystudio.keeper import Chunk, Log
from comfystudio.web import headers
from comfystudio.web.call import Call
from comfystudio.web.masking import clean, plain
from comfystudio.web.shapes import At, Query, Shape

__all__ = ["Download", "Line", "LogPart", "Part", "clear", "download", "lines_of", "part"]

Download = web.StreamResponse
AT_ONCE = 1000
Offset = Annotated[int, Field(ge=0, le=2**53)]


class Part(Query):
    """Which part of a log: from offset `start` on, or the last `tail` lines. Without either, the last 200."""

    start: Offset | None = None
    limit: Annotated[int, Field(ge=1, le=5000)] = AT_ONCE
    tail: Annotated[int, Field(ge=0, le=5000)] = 200


class Line(Shape):
    """One line. `stream`: o output, e error output, k the keeper's own words, ~ a line still being redrawn."""

    offset: int
    at: At
    stream: Literal["o", "e", "k", "~"]
    text: str


class LogPart(Shape):
    """Lines from offset `start` on; ask again from `next`. `first_error` may say what failed; null with `start`."""

    start: int
    next: int
    lines: list[Line]
    first_error: str | None


def lines_of(chunk: Chunk) -> list[Line]:
    """The lines of `chunk` fit for a page."""
    return [
        Line.model_construct(offset=line.offset, at=line.at, stream=line.stream, text=clean(line.text))
        for line in chunk.lines
    ]


def _part(chunk: Chunk, error: str | None) -> LogPart:
    return LogPart(
        start=chunk.start, next=chunk.next, lines=lines_of(chunk), first_error=clean(error) if error else None
    )


async def part(call: Call, name: str, log: Log, query: Part) -> LogPart:
    """Read the part of `log` that `query` asks for, away from the loop.

    The line that says what failed comes with the log's end only: finding it means reading the whole run, of which
    what was read before is remembered under `name`.
    """
    if query.start is not None:
        return await asyncio.to_thread(lambda: _part(log.read(query.start or 0, query.limit), None))
    kept = call.shared.shelf.kept(name, log)
    async with kept.turn:
        return await asyncio.to_thread(lambda: _part(kept.log.tail(query.tail), kept.log.first_error()))


async def clear(log: Log) -> None:
    """Show nothing of what was written until now."""
    await asyncio.to_thread(log.clear)


def _text(chunk: Chunk) -> bytes:
    return "".join(plain(line.text) + "\n" for line in chunk.lines).encode("utf-8", "replace")


async def download(call: Call, log: Log, name: str) -> Download:
    """Send all of `log` as it is now, in pieces."""
    end = await asyncio.to_thread(lambda: log.size)
    response = web.StreamResponse()
    response.content_type = "text/plain"
    response.charset = "utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.log"'
    headers.api(response)
    chunk = await asyncio.to_thread(log.read, 0, AT_ONCE)
    await response.prepare(call.request)
    while chunk.lines:
        await response.write(await asyncio.to_thread(_text, chunk))
        if chunk.next >= end:
            break
        chunk = await asyncio.to_thread(log.read, chunk.next, AT_ONCE)
    await response.write_eof()
    return response
