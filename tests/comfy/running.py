"""A ComfyUI with the extension in it, as the studio starts it: the double, or a real one."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from comfystudio.comfy import Health, Worker
from comfystudio.comfy.worker.place import EXTENSION, PACK, place
from comfystudio.errors import Unavailable
from tests.comfy.worker.fake_worker import FakeUpstream
from tests.contract.running import Running, launch
from tests.waiting import until

__all__ = ["Guarded", "guarded"]

SECRET = "of this start"


@dataclass
class Guarded:
    """The process, the way to it and how it said it is."""

    running: Running
    worker: Worker
    health: Health

    def at(self, kind: str, folder: str) -> Path:
        """An owner's folder."""
        return self.running.folder / kind / folder

    def files(self) -> list[str]:
        """Everything in its output, input, user and temp folders, as names below the folder."""
        kinds = ("output", "input", "user", "temp")
        folder = self.running.folder
        return sorted(str(path.relative_to(folder)) for kind in kinds for path in (folder / kind).rglob("*"))


def upstream_of(running: Running) -> FakeUpstream:
    """The way to it, with the secret."""
    return FakeUpstream(running.port, headers=(("X-ComfyStudio-Secret", SECRET),))


@contextlib.asynccontextmanager
async def guarded(checkout: Path, *, extension: Path = EXTENSION) -> AsyncIterator[Guarded]:
    """One that answers; killed afterwards."""
    with tempfile.TemporaryDirectory(prefix="comfystudio-") as name:
        folder = Path(name)
        (folder / "given").mkdir()
        paths = place(folder / "given", extension)
        packs = (PACK, "websocket_image_save.py")
        flags = ("--extra-model-paths-config", str(paths), "--whitelist-custom-nodes", *packs)
        running = launch(checkout, folder, *flags, env={"COMFYSTUDIO_SECRET": SECRET})
        worker = Worker(upstream_of(running))

        async def health() -> Health | None:
            assert running.process.poll() is None, running.err[-20:]
            try:
                return await worker.health()
            except Unavailable:
                return None

        try:
            yield Guarded(running, worker, await until(health, within=180))
        finally:
            await worker.close()
            running.close()
