"""What the caller made in ComfyUI. Everybody sees their own, admins too; the command line names a person."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

from comfystudio import http_files
from comfystudio.gallery import FILE_POLICY, Entry, Kind, Opened, Place, Record, Wanted, attachment, headers_of
from comfystudio.people import Person
from comfystudio.pictures import Size
from comfystudio.web import headers
from comfystudio.web.call import Call
from comfystudio.web.rights import held
from comfystudio.web.routing import Media, Need, route
from comfystudio.web.shapes import At, Query, Shape
from comfystudio.web.whose import owner_of

__all__ = ["OutputShown", "Whose", "owner_of", "shown"]

PATH = "/api/v1/outputs"
FOR_EVER = "private, max-age=31536000, immutable"
Path = Annotated[str, Field(max_length=4096)]
MOST_AT_ONCE = 20_000


class Whose(Query):
    """For the command line: whose files are meant, by name."""

    as_: Annotated[str | None, Field(alias="as", max_length=200)] = None


class Filter(Whose):
    """Which files: `text` stands in the path; `from` and `to` are seconds since the epoch, `to` itself left out."""

    text: Annotated[str, Field(max_length=100)] = ""
    kind: Kind | None = None
    from_: Annotated[At | None, Field(alias="from")] = None
    to: At | None = None

    @property
    def wanted(self) -> Wanted:
        """As the gallery understands it."""
        return Wanted(self.text, self.from_, self.to, self.kind)


class Part(Filter):
    """Which part of the list: up to `limit` files, those after the place that `before` names."""

    before: Annotated[str | None, Field(max_length=340)] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class Named(Whose):
    """One file, by its path."""

    path: Annotated[str, Field(max_length=320)]


class Asked(Named):
    """One file. `v` is the version that is expected: with the right one the answer never changes."""

    v: Annotated[str, Field(pattern="^[0-9a-f-]{0,40}$")] = ""
    place: Place = "output"


class AskedFile(Asked):
    """One file, as a page shows it, or with `download` to be saved."""

    download: Literal["0", "1"] = "0"


class AskedSmall(Asked):
    """One file as a small picture: no side longer than `size`."""

    size: Literal["256", "512", "1024"] = "256"


class OutputShown(Shape):
    """A file. `at` is when it was made; `version` changes with its content; pixels are null where unknown."""

    path: str
    name: str
    folder: str
    kind: Kind
    size: int
    at: At
    width: int | None
    height: int | None
    version: str


class OutputPage(Shape):
    """The newest first; `next` is where the list goes on. `total` and `bytes` count all that are wanted."""

    outputs: list[OutputShown]
    next: str | None
    total: int
    bytes: int


class MadeBy(Shape):
    """The prompt on record that made a file."""

    id: str
    number: int
    state: str
    summary: str
    created_at: At
    started_at: At | None
    ended_at: At | None


class OutputDetail(OutputShown):
    """A file with what it tells of itself.

    `graph` is the workflow as it ran, `workflow` as it is edited; `metadata` are further texts in the file; `problem`
    says why a picture tells nothing.
    """

    frames: int | None
    metadata: dict[str, str]
    prompt: MadeBy | None
    graph: Any
    workflow: Any
    problem: str | None


class Chosen(Shape):
    """Paths of files, or null for all."""

    paths: Annotated[list[Path], Field(max_length=MOST_AT_ONCE)] | None = None


class Archive(Shape):
    """The word under which the archive is fetched within ten minutes, and what will be in it."""

    id: str
    files: int
    bytes: int


class Fetched(Whose):
    """Which archive."""

    id: Annotated[str, Field(max_length=100)]


def shown(entry: Entry, pixels: tuple[int, int] | None) -> OutputShown:
    """`entry` for the page."""
    width, height = pixels or (None, None)
    return OutputShown.model_construct(
        path=entry.path,
        name=entry.name,
        folder=entry.path.rpartition("/")[0],
        kind=entry.kind,
        size=entry.size,
        at=entry.mtime / 1e9,
        width=width,
        height=height,
        version=entry.version,
    )


async def all_shown(call: Call, owner: Person, place: Place, entries: Sequence[Entry]) -> list[OutputShown]:
    """`entries` for the page, with their pixels."""
    pixels = await call.services.gallery.pixels(owner, place, entries)
    return [shown(entry, each) for entry, each in zip(entries, pixels, strict=True)]


@route("GET", PATH, need=Need.SIGNED_IN, about="The caller's files, the newest first.", raises=(404, 503))
async def everything(call: Call, query: Part) -> OutputPage:
    """List files."""
    owner = owner_of(call, query.as_)
    page = await call.services.gallery.page(owner, "output", query.wanted, query.before, query.limit)
    outputs = await all_shown(call, owner, "output", page.entries)
    return OutputPage.model_construct(outputs=outputs, next=page.cursor, total=page.total, bytes=page.size)


def _made_by(record: Record | None) -> MadeBy | None:
    if record is None:
        return None
    return MadeBy(**{name: getattr(record, name) for name in MadeBy.model_fields})


@route(
    "GET",
    PATH + "/one",
    need=Need.SIGNED_IN,
    about="One file with its size, and the workflow and the prompt that made it.",
    raises=(404, 503),
)
async def one(call: Call, query: Named) -> OutputDetail:
    """Look at a file."""
    found = await call.services.gallery.details(owner_of(call, query.as_), query.path)
    told = found.description
    plain = shown(found.entry, (told.width, told.height) if told else None)
    return OutputDetail(
        **plain.model_dump(),
        frames=told.frames if told else None,
        metadata=told.texts if told else {},
        prompt=_made_by(found.record),
        graph=found.graph,
        workflow=found.workflow,
        problem=found.problem,
    )


def _cache(file: Opened, version: str) -> str:
    return FOR_EVER if version == file.version else "private, no-cache"


@route(
    "GET",
    PATH + "/file",
    need=Need.SIGNED_IN,
    about="The file itself, or a range of it. What could run in a browser is handed out as a download.",
    raises=(206, 304, 404, 416, 503),
    media=Media.FILE,
)
async def file(call: Call, query: AskedFile) -> web.StreamResponse:
    """Send a file."""
    with await call.services.gallery.open(owner_of(call, query.as_), query.place, query.path) as opened:
        told = await asyncio.to_thread(headers_of, opened)
        if query.download == "1":
            told["Content-Disposition"] = attachment(opened.name)
        with held(call):
            return await http_files.send(call.request, opened, told, cache=_cache(opened, query.v))


@route(
    "GET",
    PATH + "/thumbnail",
    need=Need.SIGNED_IN,
    about="A picture made small, as WebP. There is none of videos, sounds and drawings.",
    raises=(304, 404, 413, 503),
    media=Media.FILE,
)
async def thumbnail(call: Call, query: AskedSmall) -> web.StreamResponse:
    """Send a small picture."""
    owner, gallery = owner_of(call, query.as_), call.services.gallery
    sizes: dict[str, Size] = {"256": 256, "512": 512, "1024": 1024}
    with await gallery.open(owner, query.place, query.path) as opened:
        tag = f'"{opened.version}-{query.size}"'
        told = {"ETag": tag, "Cache-Control": _cache(opened, query.v), "Content-Security-Policy": FILE_POLICY}
        if tag in call.request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=told)
        made = await gallery.thumbnail(owner, opened, sizes[query.size])
    return web.Response(body=made, content_type="image/webp", headers=told)


@route(
    "POST",
    PATH + "/zip",
    need=Need.SIGNED_IN,
    about="Ask for a ZIP archive of files, or of all. It is fetched with GET under the id in the answer.",
    raises=(404, 503),
)
async def archive(call: Call, body: Chosen, query: Filter) -> Archive:
    """Ask for an archive."""
    owner = owner_of(call, query.as_)
    entries = await call.services.gallery.chosen(owner, body.paths, query.wanted)
    word = call.shared.archives.wish(owner.id, [entry.path for entry in entries])
    return Archive(id=word, files=len(entries), bytes=sum(entry.size for entry in entries))


@route(
    "GET",
    PATH + "/zip",
    need=Need.SIGNED_IN,
    about="The archive that was asked for, as it is packed.",
    raises=(404, 429),
    media=Media.FILE,
)
async def fetch(call: Call, query: Fetched) -> web.StreamResponse:
    """Send an archive."""
    owner = owner_of(call, query.as_)
    paths = call.shared.archives.paths(owner.id, query.id)
    with call.shared.archives.fetching(owner.id):
        return await _packed(call, owner, paths)


async def _packed(call: Call, owner: Person, paths: Sequence[str]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Disposition": attachment(f"{owner.name}.zip")})
    response.content_type = "application/zip"
    headers.api(response)
    await response.prepare(call.request)
    if call.request.method != "HEAD":
        with held(call):
            async with aclosing(call.services.gallery.archive(owner, paths)) as pieces:
                async for piece in pieces:
                    await response.write(piece)
    await response.write_eof()
    return response
