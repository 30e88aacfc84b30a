"""The studio's own extension in each side of the contract: its hooks find what they are for."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from comfystudio.comfy.worker.place import PACK, place
from tests.contract.running import Running, launch

_SECRET = {"X-ComfyStudio-Secret": "of this start"}


@pytest.fixture(scope="module")
def guarded(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """A server with the extension and nobody else's packs."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "placed").mkdir()
    paths = place(folder / "placed")
    flags = ("--extra-model-paths-config", str(paths), "--whitelist-custom-nodes", PACK)
    running = launch(checkout, folder, *flags, env={"COMFYSTUDIO_SECRET": "of this start"})
    yield running.wait_ready()
    running.close()


@pytest.fixture
async def asked(guarded: Running) -> AsyncIterator[aiohttp.ClientSession]:
    """A session of somebody who does not know the secret yet."""
    async with aiohttp.ClientSession(guarded.url) as session:
        yield session


async def test_every_hook_is_there(asked: aiohttp.ClientSession, guarded: Running) -> None:
    """The extension loads through --extra-model-paths-config, finds all that it hooks, and says so."""
    async with asked.get("/comfystudio/health", headers=_SECRET) as answer:
        health = await answer.json()
    assert (health["ok"], health["missing"]) == (True, [])
    assert health["comfyui"] in health["tested"]
    assert "POST /prompt" in health["routes"]


async def test_nobody_without_the_secret_gets_in(asked: aiohttp.ClientSession) -> None:
    """Without the secret of this start every address is 403, the page and a socket too."""
    for path in ("/", "/prompt", "/ws", "/comfystudio/health"):
        async with asked.get(path) as answer:
            assert answer.status == 403
