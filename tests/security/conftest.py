"""The studio that attacks are tried on."""

from tests.gateway.conftest import studio

__all__ = ["studio"]
