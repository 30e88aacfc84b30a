"""Real keepers for these tests."""

from collections.abc import AsyncIterator

import pytest

from comfystudio.keeper import Keepers
from comfystudio.workspace import Workspace
from tests.keeper.units import keepers_of


@pytest.fixture
async def keepers(workspace: Workspace) -> AsyncIterator[Keepers]:
    """Keepers in an empty workspace; whatever they run is ended afterwards."""
    async with keepers_of(workspace) as found:
        yield found
