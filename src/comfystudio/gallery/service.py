"""What each person has made: lists, files, small pictures, archives and the trash. Nobody reaches another's."""

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comfystudio.errors import Invalid, Missing, StudioError
from comfystudio.events import Bus, person
from comfystudio.gallery.graphs import drawn_in, value_of
from comfystudio.gallery.index import LONGEST_SHOWN, Entry, Index, Page, Wanted, cut_page
from comfystudio.gallery.kinds import kind_of
from comfystudio.gallery.moving import told
from comfystudio.gallery.pixels import HEAD, pixels_of
from comfystudio.gallery.safe import Opened, open_file
from comfystudio.gallery.seams import Folders, Owner, Place, Record, Records
from comfystudio.gallery.trash import STAMP, Trash, thrown_at
from comfystudio.gallery.zipping import zipped
from comfystudio.pictures import Description, Pictures, Size

__all__ = ["Details", "Gallery"]

TOPIC = "outputs"
MOST_KEPT = 32
MOST_MEASURED = 100_000
# ComfyUI's drawings are shown as they are; no picture is made of them.
_NOT_DECODED = (".svg",)


@dataclass(frozen=True)
class Details:
    """One file with all that is known of it. `problem` says why a picture tells nothing of itself.

    `graph` (as it ran) and `workflow` (as it is edited) are what the file says, else what is on record.
    """

    entry: Entry
    description: Description | None
    problem: str | None
    record: Record | None
    graph: Any
    workflow: Any


@dataclass
class _Shelf:
    index: Index
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    pixels: dict[tuple[str, str], tuple[int, int] | None] = field(default_factory=dict)


class Gallery:
    """Everybody's outputs and trash. `changed` has to be called when a prompt of somebody's is over."""

    def __init__(
        self,
        folders: Folders,
        bus: Bus,
        pictures: Pictures,
        records: Records,
        *,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._folders = folders
        self._bus = bus
        self._pictures = pictures
        self._records = records
        self._now_ns = now_ns
        self._kept: OrderedDict[tuple[Place, Path], _Shelf] = OrderedDict()

    def root(self, owner: Owner, place: Place) -> Path:
        """Where `owner`'s files lie; `Missing` for somebody who has no folder, such as the command line."""
        if not owner.folder:
            raise Missing("gallery.no_such_file")
        return self._folders.comfy(place, owner.folder)

    def changed(self, owner: Owner) -> None:
        """Files of `owner` came or went: their pages ask anew, and the next list looks at everything again."""
        kept = self._kept.get(("output", self.root(owner, "output")))
        if kept is not None:
            kept.index.forget()
        self._bus.publish(TOPIC, "outputs.changed", {}, to=person(owner.id))

    # Looking

    def _shelf(self, owner: Owner, place: Place) -> _Shelf:
        root = self.root(owner, place)
        shelf = self._kept.get((place, root))
        if shelf is None:
            shelf = self._kept[place, root] = _Shelf(
                Index(root) if place == "output" else Index(root, thrown_at, LONGEST_SHOWN + STAMP)
            )
        self._kept.move_to_end((place, root))
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return shelf

    async def _entries(self, owner: Owner, place: Place) -> Sequence[Entry]:
        shelf = self._shelf(owner, place)
        async with shelf.turn:
            return await asyncio.to_thread(_looked, shelf.index)

    async def page(self, owner: Owner, place: Place, wanted: Wanted, cursor: str | None, limit: int) -> Page:
        """Up to `limit` of the wanted files after `cursor`, the newest first."""
        entries = await self._entries(owner, place)
        return await asyncio.to_thread(lambda: cut_page(wanted.chosen(entries), cursor, limit))

    async def pixels(self, owner: Owner, place: Place, entries: Sequence[Entry]) -> list[tuple[int, int] | None]:
        """Width and height of each of `entries`, None where its first bytes do not tell them."""
        shelf = self._shelf(owner, place)
        known = shelf.pixels
        new = [entry for entry in entries if (entry.path, entry.version) not in known and entry.kind == "image"]
        if new:
            found = await asyncio.to_thread(_measured, shelf.index.root, new)
            if len(known) > MOST_MEASURED:
                known.clear()
            known |= found
        return [known.get((entry.path, entry.version)) for entry in entries]

    async def open(self, owner: Owner, place: Place, path: str) -> Opened:
        """The open file; whoever asks closes it. `Missing` where there is none."""
        return await asyncio.to_thread(open_file, self.root(owner, place), path)

    async def thumbnail(self, owner: Owner, file: Opened, size: Size) -> bytes:
        """An open file of `owner`'s as a small WebP picture; `Missing` for what is no picture."""
        if not _decoded(file.name):
            raise Missing("gallery.no_thumbnail")
        return await self._pictures.thumbnail(file.handle, size, scope=str(owner.id))

    async def details(self, owner: Owner, path: str) -> Details:
        """All that is known of the file at `path`."""
        description, problem = None, None
        with await self.open(owner, "output", path) as file:
            entry = Entry(path, file.size, file.mtime, file.mtime)
            if _decoded(file.name):
                try:
                    description = await self._pictures.describe(file.handle)
                except StudioError as error:
                    problem = error.sentence
        record = await self._records.of_output(owner.id, "output", path)
        graph = description.prompt if description else None
        workflow = description.workflow if description else None
        if record is not None and not (graph or workflow):
            kept = await self._records.one(owner.id, record.id)
            if kept is not None:
                return Details(
                    entry, description, problem, record, value_of(kept.body.graph), drawn_in(kept.body.extra)
                )
        return Details(entry, description, problem, record, value_of(graph), value_of(workflow))

    async def chosen(self, owner: Owner, paths: Sequence[str] | None, wanted: Wanted) -> Sequence[Entry]:
        """The files at `paths`, or all that are wanted, for an archive; `Invalid` where that is nothing."""
        entries = wanted.chosen(await self._entries(owner, "output"))
        if paths is not None:
            named = set(paths)
            entries = [entry for entry in entries if entry.path in named]
        if not entries:
            raise Invalid("gallery.nothing_chosen")
        return entries

    def archive(self, owner: Owner, paths: Sequence[str]) -> AsyncGenerator[bytes, None]:
        """The files at `paths` as a ZIP archive, in pieces."""
        return zipped(self.root(owner, "output"), paths)

    # The trash

    def _trash(self, owner: Owner) -> Trash:
        return Trash(self.root(owner, "output"), self.root(owner, "trash"))

    async def throw_away(self, owner: Owner, paths: Sequence[str]) -> list[str]:
        """Move files to the trash; where they are there. What is gone already is left out."""
        try:
            return await asyncio.to_thread(self._trash(owner).put, paths, self._now_ns())
        finally:
            self.changed(owner)

    async def restore(self, owner: Owner, paths: Sequence[str]) -> list[str]:
        """Move files back from the trash; where they are now."""
        try:
            return await asyncio.to_thread(self._trash(owner).restore, paths)
        finally:
            self.changed(owner)

    async def purge(self, owner: Owner, paths: Sequence[str] | None) -> int:
        """Delete what lies in the trash for good, all of it without `paths`; how many files that were."""
        try:
            if paths is None:
                paths = [entry.path for entry in await self._entries(owner, "trash")]
            return await asyncio.to_thread(self._trash(owner).purge, paths)
        finally:
            self.changed(owner)

    async def purge_before(self, owner: Owner, moment_ns: int) -> int:
        """Delete for good what `owner` threw away before that moment; how many times that was."""
        count = await asyncio.to_thread(self._trash(owner).purge_before, moment_ns)
        if count:
            self.changed(owner)
        return count


def _looked(index: Index) -> Sequence[Entry]:
    with told():
        return index.entries()


def _measured(root: Path, entries: Sequence[Entry]) -> dict[tuple[str, str], tuple[int, int] | None]:
    found = {}
    for entry in entries:
        with suppress(Missing), open_file(root, entry.path) as file:
            found[entry.path, file.version] = pixels_of(os.pread(file.handle, HEAD, 0))
    return found


def _decoded(name: str) -> bool:
    return kind_of(name) == "image" and not name.lower().endswith(_NOT_DECODED)
