"""The studio that most tests of the gateway talk to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.studio import Studio, studio_of


@pytest.fixture
async def studio(root: Path) -> AsyncIterator[Studio]:
    """A gateway on real ports with two tools."""
    async with studio_of(root) as found:
        yield found
