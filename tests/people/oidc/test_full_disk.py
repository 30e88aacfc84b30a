"""A full disk: known accounts come in, and nothing is bound that is not kept."""

from collections.abc import AsyncIterator

import pytest

from comfystudio.people.oidc import OidcSignIn
from comfystudio.storage import StorageFull
from comfystudio.workspace import Workspace
from tests.people.oidc.provider import ProviderDouble
from tests.people.oidc.test_sign_in import journey
from tests.people.test_full_disk import FillingDisk


@pytest.fixture
async def database(workspace: Workspace) -> AsyncIterator[FillingDisk]:
    """The room's database, on a disk that can be full."""
    found = FillingDisk(workspace.database)
    await found.open()
    yield found
    found.full = False
    await found.close()


async def test_who_is_known_comes_in_and_who_is_new_waits(
    oidc: OidcSignIn, provider: ProviderDouble, database: FillingDisk
) -> None:
    """On a full disk a bound account signs in; a new one is told to wait rather than let in unbound."""
    assert await journey(oidc, provider)
    database.full = True
    assert await journey(oidc, provider)
    provider.account = {"sub": "0002", "preferred_username": "Karlo Vukovic"}
    with pytest.raises(StorageFull):
        await journey(oidc, provider)
    database.full = False
    assert (await journey(oidc, provider))[0].name == "Karlo Vukovic"
