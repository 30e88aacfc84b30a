"""The trash of one person: files moved out of their outputs, kept under the moment they were thrown away.

`<trash>/<milliseconds since the epoch>/<path below the outputs>`: nothing else has to be written down, so what lies
there is all there is to know. Every method blocks.
"""

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from comfystudio.errors import Missing
from comfystudio.gallery.moving import made_folder, move, move_beside, tidy, told
from comfystudio.gallery.safe import folder_of, missing, open_folder, parts_of

__all__ = ["STAMP", "Trash", "thrown_at"]

MS = 1_000_000
# How many letters the moment takes at most in a path, with its slash.
STAMP = 16


def thrown_at(path: str, _mtime: int = 0) -> int:
    """When what lies at `path` in the trash came there, in nanoseconds since the epoch; 0 for what is not ours."""
    batch = path.partition("/")[0]
    return int(batch) * MS if batch.isascii() and batch.isdigit() and len(batch) < STAMP else 0


def _there(parts: tuple[str, ...]) -> tuple[str, ...]:
    if len(parts) < 2 or not thrown_at(parts[0]):
        raise missing()
    return parts


class Trash:
    """What was thrown away from `outputs` into `root`, the same person's trash."""

    def __init__(self, outputs: Path, root: Path) -> None:
        self._outputs = outputs
        self._root = root

    def put(self, paths: Sequence[str], now_ns: int) -> list[str]:
        """Move files there; the paths that they have in the trash. What is gone already is left out."""
        moved = []
        with self._batch(now_ns // MS) as (batch, handle):
            for path in paths:
                with suppress(Missing):
                    *folders, name = parts_of(path)
                    self._put(tuple(folders), name, handle)
                    moved.append(f"{batch}/{path}")
        return moved

    @contextmanager
    def _batch(self, ms: int) -> Iterator[tuple[str, int]]:
        """A new folder in the trash, of which nobody else has the name; removed where nothing came into it."""
        with made_folder(self._root, (), private=True) as root, told():
            while True:
                try:
                    os.mkdir(str(ms), 0o700, dir_fd=root)
                    break
                except FileExistsError:
                    ms += 1
            try:
                with folder_of(self._root, (str(ms),)) as handle:
                    yield str(ms), handle
            finally:
                tidy(root, (str(ms),))

    def _put(self, folders: tuple[str, ...], name: str, batch: int) -> None:
        with folder_of(self._outputs, folders) as source, told():
            if not stat.S_ISREG(os.stat(name, dir_fd=source, follow_symlinks=False).st_mode):
                raise missing()
            with _inside(batch, folders) as target:
                move(source, name, target, name)

    def restore(self, paths: Sequence[str]) -> list[str]:
        """Move files back; the paths that they have now. Where something else is there, "name (2)" is beside it."""
        back = []
        for path in paths:
            with suppress(Missing):
                batch, *folders, name = _there(parts_of(path))
                with folder_of(self._root, (batch, *folders)) as source:
                    with made_folder(self._outputs, tuple(folders), private=False) as target:
                        new = move_beside(source, name, target)
                    back.append("/".join((*folders, new)))
                self._tidy((batch, *folders))
        return back

    def purge(self, paths: Sequence[str]) -> int:
        """Delete files for good; how many there were."""
        count = 0
        for path in paths:
            with suppress(Missing):
                *folders, name = _there(parts_of(path))
                with folder_of(self._root, tuple(folders)) as source, told():
                    os.unlink(name, dir_fd=source)
                count += 1
                self._tidy(tuple(folders))
        return count

    def purge_before(self, moment_ns: int) -> int:
        """Delete for good what was thrown away before that moment; how many batches that were."""
        try:
            root = open_folder(self._root)
        except Missing:
            return 0
        try:
            with told():
                old = [name for name in os.listdir(root) if 0 < thrown_at(name) < moment_ns]  # noqa: PTH208 a handle
                for name in old:
                    shutil.rmtree(name, dir_fd=root)
        finally:
            os.close(root)
        return len(old)

    def _tidy(self, names: tuple[str, ...]) -> None:
        with suppress(Missing), folder_of(self._root, ()) as root:
            tidy(root, names)


@contextmanager
def _inside(handle: int, names: tuple[str, ...]) -> Iterator[int]:
    """A handle of the folders `names` in a batch, made where they are missing; nobody but the studio writes there."""
    inner = os.dup(handle)
    try:
        for name in names:
            with suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=inner)
            further = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=inner)
            os.close(inner)
            inner = further
        yield inner
    finally:
        os.close(inner)
