"""Pictures, as other rooms ask for them: small ones, changed ones, and what they tell of themselves."""

import asyncio
import json
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from comfystudio.errors import StudioError, Unavailable
from comfystudio.pictures.cache import BYTES, Cache, key_of
from comfystudio.pictures.limits import Limits
from comfystudio.pictures.pool import Pool

__all__ = ["SIZES", "Channel", "Description", "Format", "Pictures", "Size", "Source"]

Format = Literal["png", "webp", "jpeg"]
Channel = Literal["rgba", "rgb", "a"]
Size = Literal[256, 512, 1024]
SIZES: tuple[Size, ...] = (256, 512, 1024)
# An open file, or a picture's bytes.
Source = int | bytes
MOST_FAILURES = 4096


@dataclass(frozen=True)
class Description:
    """What a picture tells without its pixels.

    `prompt` and `workflow` are the JSON texts that ComfyUI wrote; `texts` are further ones, by keyword.
    """

    width: int
    height: int
    format: str
    frames: int
    prompt: str | None
    workflow: str | None
    texts: dict[str, str]


@contextmanager
def _handle(source: Source) -> Iterator[int]:
    if isinstance(source, int):
        yield source
        return
    handle = os.memfd_create("picture", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(handle), "wb") as file:
            file.write(source)
        os.lseek(handle, 0, os.SEEK_SET)
        yield handle
    finally:
        os.close(handle)


@dataclass
class _Making:
    """A thumbnail under way and how many wait for it."""

    task: asyncio.Task[bytes]
    waiting: int = 0


class Pictures:
    """Decodes in workers that have no rights; `folder` keeps the thumbnails, up to `most_bytes` of them.

    Raises `Invalid` for what is no picture, `TooLarge` for one that is or costs too much, `Unavailable` where no
    worker can be had. `uid` is the account that decodes, where the studio may choose it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        uid: int | None = None,
        limits: Limits | None = None,
        most_bytes: int = BYTES,
        workers: int | None = None,
        argv: Sequence[str] | None = None,
    ) -> None:
        self._cache = Cache(folder, most_bytes)
        self._pool = Pool(limits or Limits(), uid=uid, most=workers, argv=argv)
        self._making: dict[str, _Making] = {}
        self._failures: OrderedDict[str, StudioError] = OrderedDict()

    @property
    def pids(self) -> set[int]:
        """The workers that live."""
        return self._pool.pids

    async def close(self) -> None:
        """End the workers."""
        for making in tuple(self._making.values()):
            making.task.cancel()
        await self._pool.close()

    async def thumbnail(self, handle: int, size: Size, *, scope: str = "") -> bytes:
        """The open file as a WebP picture, upright, no side longer than `size`.

        Kept on disk under what the file is (inode, size, time of change) within `scope`, which says whose it is.
        What could not be decoded is not tried again until it changes.
        """
        found = os.fstat(handle)
        key = key_of(scope, found.st_ino, found.st_size, found.st_mtime_ns, size)
        kept = await asyncio.to_thread(self._cache.get, key)
        if kept is not None:
            return kept
        if key in self._failures:
            error = self._failures[key]
            raise type(error)(error.key, **error.fields)
        return await self._shared(key, handle, size)

    async def _shared(self, key: str, handle: int, size: int) -> bytes:
        """Several who want the same one wait for one job; when none of them waits any more it is called off."""
        making = self._making.get(key)
        if making is None:
            own = os.dup(handle)
            task = asyncio.create_task(self._make(key, own, size), name="thumbnail")
            task.add_done_callback(lambda _: self._made(key, own))
            making = self._making[key] = _Making(task)
        making.waiting += 1
        try:
            return await asyncio.shield(making.task)
        except asyncio.CancelledError:
            if making.task.cancelled():
                raise Unavailable("pictures.no_worker") from None
            raise
        finally:
            making.waiting -= 1
            if making.waiting == 0 and not making.task.done():
                making.task.cancel()
                if self._making.get(key) is making:
                    del self._making[key]

    def _made(self, key: str, own: int) -> None:
        os.close(own)
        making = self._making.get(key)
        if making is not None and making.task.done():
            del self._making[key]
            if not making.task.cancelled():
                making.task.exception()

    async def _make(self, key: str, handle: int, size: int) -> bytes:
        try:
            made = await self._pool.run({"what": "thumbnail", "size": size}, handle)
        except Unavailable:
            raise
        except StudioError as error:
            self._failures[key] = error
            if len(self._failures) > MOST_FAILURES:
                self._failures.popitem(last=False)
            raise
        await asyncio.to_thread(self._cache.put, key, made)
        return made

    async def convert(
        self,
        source: Source,
        *,
        format: Format,  # noqa: A002 the word for it
        quality: int = 90,
        channel: Channel = "rgba",
    ) -> bytes:
        """The picture anew, in full size: as another format, or one of its channels. `quality` from 1 to 100."""
        job = {"what": "convert", "kind": format, "quality": min(100, max(1, quality)), "channel": channel}
        with _handle(source) as handle:
            return await self._pool.run(job, handle)

    async def describe(self, source: Source) -> Description:
        """Size, frames and the workflow in the file."""
        with _handle(source) as handle:
            found = json.loads(await self._pool.run({"what": "describe"}, handle))
        return Description(**found)
