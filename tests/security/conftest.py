"""The studio that attacks are tried on, on the loop that the portal runs on."""

from tests.gateway.conftest import pytest_asyncio_loop_factories, studio

__all__ = ["pytest_asyncio_loop_factories", "studio"]
