"""All sides of the contract: the double as both versions, and the real server that COMFYUI_SOURCE names."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contract.checkout import make_checkout
from tests.contract.client import Client
from tests.contract.running import Running, launch

_REAL = (pytest.mark.real_comfyui, pytest.mark.timeout(300))


@pytest.fixture(scope="session", params=["0.3.64", "0.28.0", pytest.param("real", marks=_REAL)])
def checkout(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout to start: built here for a version, or the one that COMFYUI_SOURCE names."""
    if request.param != "real":
        return make_checkout(tmp_path_factory.mktemp("checkout"), version=request.param)
    named = os.environ.get("COMFYUI_SOURCE")
    assert named, "Set COMFYUI_SOURCE to a ComfyUI checkout that has its venv (make test-real)"
    assert (Path(named) / "venv" / "bin" / "python").exists(), f"{named} has no venv/bin/python"
    return Path(named).absolute()


@pytest.fixture(scope="session")
def running(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that is ready; all tests of one side share it."""
    found = launch(checkout, tmp_path_factory.mktemp("running"))
    try:
        yield found.wait_ready()
    finally:
        found.close()


@pytest.fixture
async def client(running: Running) -> AsyncIterator[Client]:
    """A client with an id of its own, to whom nobody else's events go."""
    async with Client(running) as found:
        yield found
