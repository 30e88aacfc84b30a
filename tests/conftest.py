"""What every test may ask for."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from comfystudio.storage import Database
from comfystudio.workspace import Workspace, prepare


@pytest.fixture
def root() -> Iterator[Path]:
    """An empty folder that other accounts may pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="comfystudio-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def workspace(root: Path) -> Iterator[Workspace]:
    """A prepared workspace; its sockets' folder goes with it."""
    found = prepare(root / "workspace")
    yield found
    shutil.rmtree(found.runtime, ignore_errors=True)


@pytest.fixture
async def database(workspace: Workspace) -> AsyncIterator[Database]:
    """An open database at the newest schema."""
    found = Database(workspace.database)
    await found.open()
    yield found
    await found.close()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings in the developer's environment do not reach the tests."""
    for name in list(os.environ):
        if name.startswith("COMFYSTUDIO_") or name in {"REPO_DIR", "RUNPOD_POD_ID"}:
            monkeypatch.delenv(name)
