"""Tools that are in trouble in a whole studio: a port that a stranger has, a manifest with a mistake. Others work."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.processes import of_workspace
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import wait_until

PASSWORD = "harbour-at-dusk-17"
STRANGER = """
import socket, sys, time
found = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
if ":" in sys.argv[1]:
    found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
found.bind((sys.argv[1], int(sys.argv[2])))
found.listen()
print("listening", flush=True)
while True:
    connection, _ = found.accept()
    connection.send(b"a stranger")
    connection.close()
"""


@contextlib.contextmanager
def stranger(address: str, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Somebody else's process that listens on that port."""
    argv = [sys.executable, "-c", STRANGER, address, str(port)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as found:
        assert found.stdout
        assert found.stdout.readline() == b"listening\n"
        yield found
        found.kill()


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio, not yet started, with two good tools and one whose manifest has a wrong key."""
    with passable_folder() as folder:
        add_tool(folder / "setup", "first")
        add_tool(folder / "setup", "second", port=9001)
        add_tool(folder / "setup", "typo", port=9002, run="umaks = '077'")
        with studio_in(folder) as found:
            yield found


def _ask(studio: RunningStudio) -> list[dict[str, object]]:
    tools: list[dict[str, object]] = studio.call("GET", "/tools")["tools"]
    return tools


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_portals_port_in_other_hands_ends_the_start_with_a_sentence(studio: RunningStudio, address: str) -> None:
    """With the portal's port taken, on IPv4 or IPv6, `up` names port and process, exits with 1 and leaves nothing."""
    with stranger(address, studio.port()) as other:
        before = studio.said()
        code = studio.begin().wait(20)
        said = studio.said().removeprefix(before)
        assert code == 1
        assert f"Port {studio.port()} is taken by " in said
        assert f"(pid {other.pid})" in said
        assert "Traceback" not in said
        assert of_workspace(studio.workspace) == {}
        assert other.poll() is None
    studio.process = None


def test_a_strangers_port_and_a_broken_manifest_stay_their_tools_own_trouble(studio: RunningStudio) -> None:
    """Both cards say whose the port is and which key is wrong; the third tool works; a port given up becomes ours."""
    with stranger("127.0.0.1", studio.port(9001)) as other:
        studio.start()
        studio.person("Ada", PASSWORD, admin=True)
        first, second, typo = _ask(studio)
        assert second["state"] == "broken"
        assert f"Port {studio.port(9001)} is taken by " in str(second["error"])
        assert f"(pid {other.pid})" in str(second["error"])
        assert str(second["error"]) in studio.said(), "whoever started the studio is told as well"
        assert typo["state"] == "broken"
        assert "typo/tool.toml" in str(typo["error"])
        assert "run.umaks" in str(typo["error"])
        assert first["state"] == "stopped"
        studio.start_tool("first")
        ada = Visitor(studio).sign_in("Ada", PASSWORD)
        assert ada.open(9000).status == 200
        assert other.poll() is None
    wait_until(lambda: studio.tool("second")["state"] == "stopped", within=5)
    studio.start_tool("second")
    assert ada.open(9001).json["headers"]["X-Forwarded-Host"] == f"localhost:{studio.port(9001)}"


def test_a_tool_whose_port_was_taken_meanwhile_can_be_stopped(studio: RunningStudio) -> None:
    """A stranger takes the port of a running tool while no portal is there: said, and the tool can still be ended."""
    studio.kill()
    with stranger("127.0.0.1", studio.port(9001)):
        studio.start()
        second = studio.tool("second")
        assert (second["state"], second["can"]["stop"], second["can"]["open"]) == ("broken", True, False)
        studio.call("POST", "/tools/second/stop", {})
        assert studio.tool("second")["can"]["stop"] is False
    wait_until(lambda: studio.tool("second")["state"] == "stopped", within=5)


def test_a_folder_makes_a_tool_that_is_reached_through_the_gateway(studio: RunningStudio) -> None:
    """A folder added, a restart: the new tool is on its port behind the sign-in, the running ones go on."""
    ada = Visitor(studio).sign_in("Ada", PASSWORD)
    before = ada.open(9000).json["pid"]
    add_tool(studio.workspace.parent / "setup", "third", port=9003, listen="socket")
    add_tool(studio.workspace.parent / "setup", "typo", port=9002)
    studio.cli("restart")
    studio.start_tool("third")
    assert Visitor(studio).get("/", port=9003).status == 401
    found = ada.open(9003, "/somewhere?x=1")
    assert found.status == 200
    assert found.json["headers"]["X-Forwarded-Host"] == f"localhost:{studio.port(9003)}"
    assert "Cookie" not in found.json["headers"]
    assert ada.get("/", port=9000).json["pid"] == before
    assert studio.tool("typo")["state"] == "stopped"
