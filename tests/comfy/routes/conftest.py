"""A gateway with ComfyUI's front."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import uvloop

from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.comfy.routes.house import Routes, routes_of


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The uvloop of the running studio."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def routes(workspace: Workspace, database: Database) -> AsyncIterator[Routes]:
    """One whose ComfyUI is ready."""
    async with routes_of(workspace, database) as found:
        yield found


@pytest.fixture
async def unready(workspace: Workspace, database: Database) -> AsyncIterator[Routes]:
    """One whose ComfyUI is not running."""
    async with routes_of(workspace, database, ready=False) as found:
        yield found
