"""A studio around a ComfyUI that does what the test says."""

from collections.abc import AsyncIterator

import pytest

from comfystudio.storage import Database
from tests.comfy.house import House, house
from tests.comfy.worker.fake_worker import FakeWorker, fake_worker


@pytest.fixture
async def comfy() -> AsyncIterator[FakeWorker]:
    """A process."""
    async with fake_worker() as found:
        yield found


@pytest.fixture
async def studio(database: Database) -> AsyncIterator[House]:
    """A portal without a process."""
    async with house(database) as found:
        yield found


@pytest.fixture
async def at_work(studio: House, comfy: FakeWorker) -> House:
    """A portal whose process has arrived."""
    assert await studio.workers.arrived(comfy.upstream, "p1", adopted=False) is None
    return studio
