"""The two artists and what the first one has: everything that the second must not reach."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from comfystudio.comfy.check import graphs
from comfystudio.comfy.check.artist import Artist, first_image
from comfystudio.comfy.check.disk import Disk, Kind
from comfystudio.comfy.check.ear import Ear
from comfystudio.comfy.owners import Owner
from comfystudio.comfy.worker import Worker
from comfystudio.errors import StudioError, Unavailable

__all__ = ["FOLDERS", "Stage", "TooQuick", "staged"]

# No person's folder begins with a dot.
FOLDERS = (".check-1", ".check-2")
STEPS = 24
LAST_SECONDS = 10.0
MOST_STEPS = 400


class TooQuick(Exception):
    """The prompt that was to run meanwhile has ended."""


@dataclass
class Stage:
    """`canary` is in every name and text that belongs to `owner`; `other` is who must not find it.

    `image`, `saved` and `shown` are the names of the owner's upload, output and preview.
    """

    worker: Worker
    ear: Ear
    disk: Disk
    owner: Artist
    other: Artist
    nodes: frozenset[str]
    canary: str
    color: int
    image: str = ""
    saved: str = ""
    shown: str = ""
    running: str = ""
    waiting: str = ""
    steps: int = STEPS

    def leaks(self, content: bytes) -> bool:
        """Whether something of the owner is in what the other was given."""
        return any(each.encode() in content for each in (self.canary, *self.owner.prompts) if each)

    def fresh(self) -> int:
        """A color that no workflow had, so that nothing of it is in ComfyUI's cache."""
        self.color += 1
        return self.color

    async def owned(self) -> dict[str, str]:
        """Every file of the owner as it is now."""
        return await asyncio.to_thread(self.disk.all, self.owner.owner.folder)

    async def link(self, kind: Kind, name: str, to: Kind, within: str = "") -> None:
        """Plant in the other's folder a link to the owner's folder of kind `to`, or to something `within`."""
        target = self.disk.path(to, self.owner.owner.folder) / within
        await asyncio.to_thread(self.disk.link, kind, self.other.owner.folder, name, target)

    async def furnish(self) -> None:
        """Give both what artists have."""
        self.image = f"{self.canary}.png"
        await _taken(self.owner.upload(self.image, graphs.picture(self.color)))
        await _taken(self.other.upload("own.png", graphs.picture(1)))
        self.saved = first_image(await self.owner.run(graphs.saving(self.canary, self.color)))
        self.shown = first_image(await self.owner.run(graphs.previewing(self.color)))
        await self.other.run(graphs.saving("own", self.fresh()))
        await _taken(self.owner.send("POST", f"/userdata/{self.canary}.json", {"canary": self.canary}))
        await _taken(self.owner.send("POST", "/settings", {"Check.Canary": self.canary}))
        await _taken(self.other.send("POST", "/userdata/own.json", {}))

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """While the block runs, one prompt of the owner runs and one waits. TooQuick where the first has ended."""
        self.running = await self.owner.queue(graphs.long(self.steps, self.fresh()))
        self.waiting = await self.owner.queue(graphs.saving(self.canary, self.fresh()))
        await self.owner.begun(self.running)
        try:
            yield
            if self.ear.ended(self.running):
                raise TooQuick
        finally:
            stopped = await self.worker.cancel([self.running, self.waiting], running=True)
            for each in stopped.interrupted:
                await self.owner.over(each)
            self.steps = min(2 * self.steps, MOST_STEPS)


async def _taken(asked: object) -> None:
    answer = await asked  # type: ignore[misc]
    if not answer.good:
        raise Unavailable("comfy.check_not_furnished", problem=answer.content[:200].decode(errors="replace"))


@asynccontextmanager
async def staged(worker: Worker, ear: Ear, disk: Disk) -> AsyncIterator[Stage]:
    """Both artists with nothing; nothing of them is left afterwards."""
    await _clear(disk)
    first, second = (Artist(worker, ear, Owner(-1 - at, folder)) for at, folder in enumerate(FOLDERS))
    nodes = frozenset((await first.get("/object_info")).json or ())
    canary, color = f"canary{secrets.token_hex(8)}", secrets.randbelow(1 << 23)
    try:
        yield Stage(worker, ear, disk, first, second, nodes, canary, color)
    finally:
        with suppress(StudioError, TimeoutError):
            await _forget(worker, ear, first.prompts + second.prompts)
        await _clear(disk)


async def _forget(worker: Worker, ear: Ear, ids: list[str]) -> None:
    """Nothing of the prompts goes on, and ComfyUI's own history does not show them."""
    stopped = await worker.cancel(ids, running=True)
    for each in stopped.interrupted:
        async with asyncio.timeout(LAST_SECONDS):
            await ear.end(each)
    await worker.ask("POST", "/history", body=json.dumps({"delete": ids}).encode())


async def _clear(disk: Disk) -> None:
    for folder in FOLDERS:
        await asyncio.to_thread(disk.remove, folder)
