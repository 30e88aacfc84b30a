"""The studio that most tests of the gateway talk to, on the loop that the portal runs on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop

from tests.gateway.studio import Studio, studio_of


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The uvloop of the running studio."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def studio(root: Path) -> AsyncIterator[Studio]:
    """A gateway on real ports with two tools."""
    async with studio_of(root) as found:
        yield found
