"""The check on a whole ComfyUI: nothing is open, nothing is left, every protection taken out is missed."""

import os
from pathlib import Path

import pytest

from comfystudio.comfy.check import check
from tests.comfy.check.broken import BROKEN, Broken, without
from tests.comfy.running import guarded
from tests.contract.checkout import make_checkout

REAL = pytest.param("real", marks=[pytest.mark.real_comfyui, pytest.mark.timeout(300)])
NODE_SECONDS = 0.01


def checkout_of(version: str, folder: Path) -> Path:
    """A double of that version, or the checkout that COMFYUI_SOURCE names."""
    if version == "real":
        return Path(os.environ["COMFYUI_SOURCE"]).absolute()
    return make_checkout(folder / "checkout", version=version, boot_seconds=0, node_seconds=NODE_SECONDS)


@pytest.mark.parametrize("version", ["0.3.64", "0.28.0", REAL])
async def test_everything_is_closed_and_nothing_is_left(version: str, root: Path) -> None:
    """Every way is closed, twice in a row and quickly; files, prompts and history are as before."""
    async with guarded(checkout_of(version, root)) as comfy:
        before = comfy.files()
        for _ in range(2):
            found = await check(comfy.worker, comfy.health, comfy.at)
            assert [each for each in found.findings if not each.passed] == []
            assert found.passed
        assert found.took < (2 if version == "real" else 20)
        assert set(comfy.files()) - set(before) <= {"input/3d", "temp"}
        standing = await comfy.worker.prompts()
        assert (standing.running, standing.pending) == ({}, {})
        assert await comfy.worker.ask("GET", "/history") == (200, b"{}")


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: each.name)
@pytest.mark.parametrize("version", ["0.3.64", REAL])
async def test_a_missing_protection_is_noticed(version: str, broken: Broken, root: Path) -> None:
    """The extension without some of its parts: each way that they closed is named, in words for an admin."""
    async with guarded(checkout_of(version, root), extension=without(broken, root)) as comfy:
        found = await check(comfy.worker, comfy.health, comfy.at)
        assert {each.way for each in found.findings if not each.passed} >= broken.ways, found.findings
        assert found.sentence
