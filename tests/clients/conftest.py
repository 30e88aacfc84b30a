"""A whole studio around the double, always, and around the real ComfyUI where COMFYUI_SOURCE names a checkout."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.house import House
from tests.contract.checkout import make_checkout
from tests.studio import passable_folder, studio_in

ARTISTS = ("Ana Horvat", "Борис Ω")
_REAL = (pytest.mark.real_comfyui, pytest.mark.timeout(400))


@pytest.fixture(scope="package", params=["double", pytest.param("real", marks=_REAL)])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """One studio for all clients; ComfyUI is ready."""
    with passable_folder() as folder:
        if request.param == "real":
            checkout = Path(os.environ["COMFYUI_SOURCE"])
        else:
            checkout = make_checkout(folder / "checkout", node_seconds=0.1)
        with studio_in(folder, comfyui_dir=str(checkout)) as studio:
            studio.start()
            studio.start_tool("comfy-ui", within=200)
            found = House(studio)
            found.move_in(*ARTISTS)
            yield found
