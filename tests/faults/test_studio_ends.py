"""How a studio ends and begins anew: what goes on, what ends, and that nothing is left."""

import signal
import time
from collections.abc import Iterator

import pytest

from tests.keeper.units import alive
from tests.processes import of_workspace, unit_pid
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import wait_until

PASSWORD = "harbour-at-dusk-17"
# Installs for longer than any test waits, with a child that has left the session.
INSTALL = """
[install]
present = ["{workspace}/never"]
script = ["/bin/sh", "-c", "setsid sleep 600 & sleep 600"]
"""


@pytest.fixture
def studio() -> Iterator[RunningStudio]:
    """A studio with a tool that ignores TERM and has a grandchild that got away, a plain one, and one to install."""
    with passable_folder() as folder:
        stubborn = ("--orphan", "--ignore-term")
        add_tool(folder / "setup", "stubborn", *stubborn, run="stop = { within = 0.5 }")
        add_tool(folder / "setup", "plain", port=9001, listen="socket")
        add_tool(folder / "setup", "slow", port=9002, rest=INSTALL)
        with studio_in(folder) as found:
            found.start()
            for tool in ("stubborn", "plain"):
                found.start_tool(tool)
            yield found


def _tree(studio: RunningStudio) -> dict[int, str]:
    """What runs for the studio besides the portal, once the grandchild is there as well."""
    wait_until(lambda: sum("stubborn" in each for each in of_workspace(studio.workspace).values()) >= 2)
    return {pid: command for pid, command in of_workspace(studio.workspace).items() if pid != studio.pid}


def test_restart_keeps_the_tools_and_the_process_number(studio: RunningStudio) -> None:
    """`restart` keeps tools, sessions and the pid; a second `up` names the first; `down` ends all, jobs included."""
    studio.person("Ada", PASSWORD, admin=True)
    ada = Visitor(studio).sign_in("Ada", PASSWORD)
    pids = [unit_pid(studio.workspace, unit) for unit in ("stubborn", "plain")]
    began = time.monotonic()
    assert "tools went on" in studio.cli("restart")
    assert time.monotonic() - began < 10
    assert studio.process is not None
    assert studio.process.poll() is None
    assert studio.call("GET", "/studio/process")["pid"] == studio.pid
    assert [unit_pid(studio.workspace, unit) for unit in ("stubborn", "plain")] == pids
    states = wait_until(
        lambda: {each["state"] for each in ada.get("/api/v1/tools").json["tools"]} == {"ready", "not_installed"}
    )
    assert states

    code, _, said = studio.cli("up", check=False).partition("\n")
    assert code == "1"
    assert str(studio.pid) in said
    assert studio.address in said
    assert studio.get("/healthz").status == 200

    studio.call("POST", "/tools/slow/install")
    left = _tree(studio)
    assert any("setsid" in command for command in left.values())
    assert "have ended" in studio.down()
    assert of_workspace(studio.workspace) == {}
    assert not any(map(alive, left))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_studio_and_everything_it_started(studio: RunningStudio, number: signal.Signals) -> None:
    """SIGINT and SIGTERM end the portal with exit code 0 and every tool, double-forked and TERM-ignoring ones too."""
    left = _tree(studio)
    assert studio.process is not None
    studio.process.send_signal(number)
    assert studio.process.wait(15) == 0
    assert of_workspace(studio.workspace) == {}
    assert not any(map(alive, left))
    assert "Traceback" not in studio.said()
