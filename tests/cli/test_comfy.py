"""`comfystudio comfy …` on a whole studio with a ComfyUI in it."""

import json
from collections.abc import Iterator

import pytest

from tests.contract.checkout import make_checkout
from tests.studio import RunningStudio, passable_folder, studio_in


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A running studio whose ComfyUI is the double."""
    with passable_folder() as folder:
        checkout = make_checkout(folder / "checkout", boot_seconds=0, node_seconds=0.01)
        with studio_in(folder, comfyui_dir=str(checkout)) as found:
            yield found.start()


def test_artists_are_proved_apart_and_it_shows(studio: RunningStudio) -> None:
    """Nothing runs: said. Started: checked by itself, every way closed; asked again, a table and exit code 0."""
    assert studio.cli("comfy", "check", check=False).startswith("1\nComfyUI is not running")
    studio.start_tool("comfy-ui", within=60)
    before = studio.call("GET", "/comfyui/check")
    assert before["refusal"] is None
    assert before["check"]["passed"]
    assert before["check"]["comfyui"] == "0.3.64"
    table = studio.cli("comfy", "check")
    assert "✓  view" in table
    assert "✗" not in table
    assert f"All {len(before['check']['ways'])} ways are closed." in table
    after = json.loads(studio.cli("comfy", "check", "--json"))["check"]
    assert after["checked_at"] > before["check"]["checked_at"]
    assert [each for each in studio.workspace.rglob("*") if each.name.startswith(".check-")] == []


def test_a_process_that_passed_is_taken_over_unchecked(studio: RunningStudio) -> None:
    """The portal is killed and comes back: the same ComfyUI, the same check, artists may enter."""
    before, pid = studio.call("GET", "/comfyui/check"), studio.pid
    studio.kill()
    studio.start()
    assert studio.pid != pid
    assert studio.tool("comfy-ui")["state"] in {"starting", "ready"}
    studio.start_tool("comfy-ui")
    assert studio.call("GET", "/comfyui/check") == before
