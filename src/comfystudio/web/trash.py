"""The caller's trash: what they threw away can be brought back for a while, or deleted for good at once."""

from typing import Annotated

from pydantic import Field

from comfystudio.gallery import Entry, Wanted
from comfystudio.web.call import Call
from comfystudio.web.outputs import MOST_AT_ONCE, PATH, OutputShown, Path, Whose, owner_of, shown
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Shape

__all__ = ["TrashedShown"]


class TrashedShown(OutputShown):
    """A file in the trash. `id` names it there; `path` is where it was."""

    id: str
    deleted_at: At


class TrashList(Shape):
    """What was thrown away last comes first; `next` is where the list goes on. `days` says how long it is kept."""

    trash: list[TrashedShown]
    next: str | None
    total: int
    bytes: int
    days: int


class Part(Whose):
    """Which part of the list: up to `limit` files, those after the place that `before` names."""

    before: Annotated[str | None, Field(max_length=340)] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


class Thrown(Shape):
    """Paths of files that are to go."""

    paths: Annotated[list[Path], Field(max_length=MOST_AT_ONCE)]


class Gone(Shape):
    """Where a file was and what it is called in the trash."""

    path: str
    id: str


class Moved(Shape):
    """What went to the trash; files that were gone already are not in it."""

    moved: list[Gone]


class Meant(Shape):
    """Which files in the trash."""

    ids: Annotated[list[Path], Field(max_length=MOST_AT_ONCE)]


class MeantOrAll(Shape):
    """Which files in the trash; null for all."""

    ids: Annotated[list[Path], Field(max_length=MOST_AT_ONCE)] | None


class Back(Shape):
    """Where the files are now. Where another one had taken the name, this one has a number."""

    paths: list[str]


class Purged(Shape):
    """How many files are gone for good."""

    files: int


def _trashed(entry: Entry, pixels: tuple[int, int] | None) -> TrashedShown:
    path = entry.path.partition("/")[2]
    plain = shown(Entry(path, entry.size, entry.mtime, entry.at), pixels)
    return TrashedShown.model_construct(**plain.model_dump(), id=entry.path, deleted_at=entry.at / 1e9)


@route("GET", PATH + "/trash", need=Need.SIGNED_IN, about="What the caller threw away.", raises=(404, 503))
async def everything(call: Call, query: Part) -> TrashList:
    """List the trash."""
    owner, gallery = owner_of(call, query.as_), call.services.gallery
    page = await gallery.page(owner, "trash", Wanted(), query.before, query.limit)
    pixels = await gallery.pixels(owner, "trash", page.entries)
    return TrashList.model_construct(
        trash=[_trashed(entry, each) for entry, each in zip(page.entries, pixels, strict=True)],
        next=page.cursor,
        total=page.total,
        bytes=page.size,
        days=call.services.settings.trash_days,
    )


@route("POST", PATH + "/trash", need=Need.SIGNED_IN, about="Move files to the trash.", raises=(404, 503))
async def throw_away(call: Call, body: Thrown, query: Whose) -> Moved:
    """Throw files away."""
    ids = await call.services.gallery.throw_away(owner_of(call, query.as_), body.paths)
    return Moved(moved=[Gone(path=each.partition("/")[2], id=each) for each in ids])


@route("POST", PATH + "/restore", need=Need.SIGNED_IN, about="Bring files back from the trash.", raises=(404, 503))
async def restore(call: Call, body: Meant, query: Whose) -> Back:
    """Bring files back."""
    return Back(paths=await call.services.gallery.restore(owner_of(call, query.as_), body.ids))


@route(
    "POST",
    PATH + "/purge",
    need=Need.SIGNED_IN,
    about="Delete files in the trash for good. There is no way back.",
    raises=(404, 503),
)
async def purge(call: Call, body: MeantOrAll, query: Whose) -> Purged:
    """Delete for good."""
    return Purged(files=await call.services.gallery.purge(owner_of(call, query.as_), body.ids))
