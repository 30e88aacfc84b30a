"""`comfystudio tools options` and `kill`: what they print, what they do, how they exit."""

import json
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from tests.processes import unit_pid
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.waiting import wait_until

OPTIONS = """stop = { within = 600 }
[[run.option]]
name = "quiet"
about = "Say less."
kind = "switch"
env = { QUIET = "1" }
[[run.option]]
name = "share"
about = "How much."
kind = "number"
env = { SHARE = "{value}" }
low = 0.0
high = 1.0
[[run.option]]
name = "title"
about = "What it is called."
kind = "text"
argv = ["--extra", "{value}"]
"""


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with a stubborn tool that has options, and one that each artist has."""
    with passable_folder() as folder:
        add_tool(folder / "setup", "stubborn", "--ignore-term", run=OPTIONS)
        own = 'instances = "per-artist"\naccount = "person"'
        add_tool(folder / "setup", "own", port=9001, listen="socket", top=own, run=OPTIONS)
        with studio_in(folder) as found:
            yield found.start()
            found.call("POST", "/tools/stubborn/kill", {})


def options(studio: RunningStudio, tool: str, *more: str) -> dict[str, Any]:
    """The tool's options with their values, and whether something runs without them."""
    found = json.loads(studio.cli("tools", "options", tool, *more, "--json"))
    return {each["name"]: each["value"] for each in found["options"]} | {"restart": found["restart_needed"]}


def test_options_are_shown_set_and_unset(studio: RunningStudio) -> None:
    """Values are read for their kind; a table shows them, and says when something runs without them."""
    assert options(studio, "stubborn") == {"quiet": None, "share": None, "title": None, "restart": False}
    studio.start_tool("stubborn")
    values = ("--set", "quiet=yes", "--set", "share=0.5", "--set", "title=a = b")
    assert options(studio, "stubborn", *values) == {"quiet": True, "share": 0.5, "title": "a = b", "restart": True}
    printed = studio.cli("tools", "options", "stubborn")
    assert "Say less." in printed
    assert "other options" in printed
    killed = studio.cli("tools", "kill", "stubborn")
    assert killed == "Stubborn is stopped.\n"
    studio.start_tool("stubborn")
    environment = psutil.Process(unit_pid(studio.workspace, "stubborn")).environ()
    assert (environment["QUIET"], environment["SHARE"]) == ("1", "0.5")
    again = options(studio, "stubborn", "--unset", "quiet", "--set", "share=1")
    assert again == {"quiet": None, "share": 1, "title": "a = b", "restart": True}


@pytest.mark.parametrize("given", [("share=2", "quiet=yes"), ("quiet=perhaps",), ("title=--port=1",), ("=",)])
def test_what_cannot_be_set_is_refused(studio: RunningStudio, given: tuple[str, ...]) -> None:
    """Exit code and sentence, and nothing set."""
    said = studio.cli("tools", "options", "own", *(part for each in given for part in ("--set", each)), check=False)
    assert not said.startswith("0\n")
    assert "Traceback" not in said
    found = studio.call("GET", "/tools/own/command")
    assert not any(option["changed"] for option in found["options"])


def test_one_persons_is_killed(studio: RunningStudio) -> None:
    """With --as it is that person's; without it the command line has none of its own."""
    studio.person("Mia", "a-long-enough-word-9")
    studio.start_tool("own", as_="Mia")
    pid = unit_pid(studio.workspace, f"own.{studio.call('GET', '/people?text=Mia')['people'][0]['id']}")
    assert "--as" in studio.cli("tools", "kill", "own", check=False)
    assert psutil.pid_exists(pid)
    assert json.loads(studio.cli("tools", "kill", "own", "--as", "Mia", "--json"))["state"] == "stopped"
    wait_until(lambda: not psutil.pid_exists(pid))
