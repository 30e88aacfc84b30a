"""The studios that attacks are tried on: a gateway with doubles behind it, and a whole one in its own process."""

from collections.abc import Iterator

import pytest

from tests.gateway.conftest import pytest_asyncio_loop_factories, studio
from tests.security.whole import Whole, whole_studio

__all__ = ["pytest_asyncio_loop_factories", "studio", "whole"]


@pytest.fixture(scope="package")
def whole() -> Iterator[Whole]:
    """One whole studio for all attacks that leave it as it was."""
    with whole_studio() as found:
        yield found
