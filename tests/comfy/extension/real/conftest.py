"""Real processes, each started once for all tests that ask for it."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.comfy.extension.real.comfy import Portal, Real, portal, start

_LEFT_OUT = {"venv", "models", "output", "input", "user", "temp", "tests", "tests-unit", ".git", "__pycache__"}


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The checkout that COMFYUI_SOURCE names."""
    return Path(os.environ["COMFYUI_SOURCE"])


@pytest.fixture(scope="session")
def real(checkout: Path) -> Iterator[Real]:
    """ComfyUI with the extension."""
    with start(checkout) as found:
        yield found


@pytest.fixture(scope="session")
def bare(checkout: Path) -> Iterator[Real]:
    """ComfyUI as it is, with the tests' nodes."""
    with start(checkout, extension=False) as found:
        yield found


@pytest.fixture(scope="session")
def renamed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    """ComfyUI with the extension, from a copy in which one hook has another name."""
    copy = tmp_path_factory.mktemp("renamed") / "ComfyUI"
    copy.mkdir()
    for entry in checkout.iterdir():
        if entry.name not in _LEFT_OUT:
            if entry.is_dir():
                shutil.copytree(
                    entry, copy / entry.name, ignore=shutil.ignore_patterns("__pycache__", "*.safetensors")
                )
            else:
                shutil.copy(entry, copy / entry.name)
    (copy / "venv").symlink_to(checkout / "venv")
    (copy / "models").symlink_to(checkout / "models")
    caching = copy / "comfy_execution" / "caching.py"
    caching.write_text(caching.read_text().replace("get_immediate_node_signature", "get_own_node_signature"))
    with start(copy) as found:
        yield found


@pytest.fixture
async def studio(real: Real) -> AsyncIterator[Portal]:
    """The portal at the real ComfyUI."""
    async with portal(real) as found:
        yield found
