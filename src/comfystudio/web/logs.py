"""Logs as pages read them: cleaned, masked, in parts that resume by offset, or whole as a file."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field, model_validator

from comfystudio.keeper import Chunk, Log
from comfystudio.keeper.masking import clean, plain
from comfystudio.people import Caller
from comfystudio.web import headers
from comfystudio.web.call import Call
from comfystudio.web.rights import held
from comfystudio.web.shapes import At, Query, Shape

__all__ = [
    "Download",
    "ErrorLine",
    "Line",
    "LogName",
    "LogPart",
    "Offset",
    "Part",
    "Stream",
    "clear",
    "download",
    "part",
]

Download = web.StreamResponse
AT_ONCE = 1000
Offset = Annotated[int, Field(ge=0, le=2**53)]
LogName = Annotated[str, Field(pattern=r"^(tool:[a-z][a-z0-9-]{0,39}(:[0-9]{1,15})?|job:[0-9]{1,15})$")]
Stream = Literal["o", "e", "k", "~"]


class Part(Query):
    """Which part of a log: `limit` lines from offset `start` on, before an offset, or around one; or the last `tail`.

    Without any of them, the last 200.
    """

    start: Offset | None = None
    before: Offset | None = None
    around: Offset | None = None
    limit: Annotated[int, Field(ge=1, le=5000)] = AT_ONCE
    tail: Annotated[int, Field(ge=0, le=5000)] = 200

    @model_validator(mode="after")
    def _one_place(self) -> "Part":
        if sum(each is not None for each in (self.start, self.before, self.around)) > 1:
            raise ValueError("only one of start, before and around")
        return self


class Line(Shape):
    """One line. `stream`: o output, e error output, k the keeper's own words, ~ a line still being redrawn."""

    offset: int
    at: At
    stream: Stream
    text: str


class ErrorLine(Shape):
    """The line that says what went wrong in the latest run; where and when, null where nobody noted that."""

    text: str
    offset: int | None
    at: At | None


class LogPart(Shape):
    """Lines from offset `start` on. Later ones: ask from `next`; earlier ones: ask before `start`.

    There are later ones where `next` is below `end`, earlier ones where `start` is above `oldest`. A part may hold
    fewer lines than were asked for, even none, where it lies in much that was drawn over.
    """

    start: int
    next: int
    oldest: int
    end: int
    lines: list[Line]
    first_error: ErrorLine | None


def lines_of(chunk: Chunk) -> list[Line]:
    """The lines of `chunk` fit for a page."""
    return [
        Line.model_construct(offset=line.offset, at=line.at, stream=line.stream, text=clean(line.text))
        for line in chunk.lines
    ]


def _asked(log: Log, query: Part) -> Chunk:
    if query.start is not None:
        return log.read(query.start, query.limit)
    if query.before is not None:
        return log.before(query.before, query.limit)
    if query.around is not None:
        return log.around(query.around, query.limit)
    return log.tail(query.tail)


def _part(log: Log, query: Part) -> LogPart:
    chunk = _asked(log, query)
    error = log.first_error()
    return LogPart(
        start=chunk.start,
        next=chunk.next,
        oldest=log.oldest,
        end=max(log.size, chunk.next),
        lines=lines_of(chunk),
        first_error=ErrorLine(text=clean(error.text), offset=error.offset, at=error.at) if error else None,
    )


async def part(log: Log, query: Part) -> LogPart:
    """Read the part of `log` that `query` asks for, away from the loop."""
    return await asyncio.to_thread(_part, log, query)


async def clear(log: Log) -> None:
    """Show nothing of what was written until now."""
    await asyncio.to_thread(log.clear)


def _text(chunk: Chunk) -> bytes:
    return "".join(plain(line.text) + "\n" for line in chunk.lines).encode("utf-8", "replace")


async def download(call: Call, log: Log, name: str, may: Callable[[Caller], bool] = lambda _: True) -> Download:
    """Send all of `log` as it is now, in pieces, for as long as the caller may have it, and `may` says so."""
    end = await asyncio.to_thread(lambda: log.size)
    response = web.StreamResponse()
    response.content_type = "text/plain"
    response.charset = "utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.log"'
    headers.api(response)
    chunk = await asyncio.to_thread(log.read, 0, AT_ONCE)
    await response.prepare(call.request)
    # Whoever goes, or has to, gets no more of it.
    with held(call, may), suppress(ConnectionError):
        while chunk.lines:
            await response.write(await asyncio.to_thread(_text, chunk))
            if chunk.next >= end:
                break
            chunk = await asyncio.to_thread(log.read, chunk.next, AT_ONCE)
        await response.write_eof()
    return response
