"""The studio behind the portal, for every test that wants one."""

from collections.abc import AsyncIterator

import pytest

from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.web.house import House, opened


@pytest.fixture
async def house(workspace: Workspace, database: Database) -> AsyncIterator[House]:
    """A whole studio with a listener on loopback and a control socket."""
    async with opened(workspace, database) as found:
        yield found
