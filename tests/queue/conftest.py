"""A record of prompts on a real database."""

from collections.abc import AsyncIterator

import pytest

from comfystudio.events import Bus
from comfystudio.queue import Prompts
from comfystudio.storage import Database
from tests.queue.house import add_owners, record


@pytest.fixture
def bus() -> Bus:
    """The bus that the record publishes to."""
    return Bus()


@pytest.fixture
async def prompts(database: Database, bus: Bus) -> AsyncIterator[Prompts]:
    """An open record for fifteen owners."""
    await add_owners(database)
    async with record(database, bus) as found:
        yield found
