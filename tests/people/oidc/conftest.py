"""The roster of four behind a provider on loopback."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from comfystudio.people import PeopleRoom
from comfystudio.people.oidc import OidcSignIn, ProviderSettings
from comfystudio.storage import Database
from tests.people.conftest import TurnedClock
from tests.people.oidc.provider import CLIENT, SECRET, ProviderDouble, served

REDIRECT = "http://localhost:8080/signin/return"
SILENCE = 0.3
Makes = Callable[..., OidcSignIn]


@pytest.fixture
async def provider() -> AsyncIterator[ProviderDouble]:
    """The provider."""
    async with served() as found:
        yield found


@pytest.fixture
def makes(provider: ProviderDouble, room: PeopleRoom, database: Database, clock: TurnedClock, root: Path) -> Makes:
    """Makes the service with settings of the test's choice."""
    secret = root / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    usual = ProviderSettings(
        issuer=provider.issuer, client_id=CLIENT, name="Harbour", claim="preferred_username", secret_file=secret
    )

    def make(seconds: float = 10.0, wall: Callable[[], float] = time.time, **changed: object) -> OidcSignIn:
        return OidcSignIn(
            replace(usual, **changed),  # type: ignore[arg-type]
            database=database,
            people=room.people,
            audit=room.audit,
            time=room.time,
            seconds=seconds,
            wall=wall,
        )

    return make


@pytest.fixture
def oidc(makes: Makes) -> OidcSignIn:
    """The service as most would set it."""
    return makes()
