"""`comfystudio connect`: a loopback port that is a tool, for programs that can only be given an address."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.connecting import connected
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in

PASSWORD = "harbour-at-dusk-17"


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with a running tool, an admin and nobody else."""
    with passable_folder() as folder:
        add_tool(folder / "setup")
        with studio_in(folder) as found:
            found.start()
            found.person("Ada", PASSWORD, admin=True)
            found.start_tool("fake")
            yield found


def _get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_the_workspace_is_as_good_as_the_address(studio: RunningStudio) -> None:
    """On the studio's own machine --workspace says which studio is meant, like with every other command."""
    token = studio.token(studio.call("GET", "/people")["people"][-1]["id"])
    with connected(studio, "fake", token, workspace=True) as there:
        assert _get(there.port, "/")[0] == 200


async def test_a_program_reaches_the_tool_over_http_and_websocket(studio: RunningStudio) -> None:
    """With the token from the environment requests and sockets arrive at the tool, and it is in no argument list."""
    token = studio.token(studio.call("GET", "/people")["people"][-1]["id"])
    with connected(studio, "fake", token) as there:
        port = there.port
        status, body = _get(port, "/prompt?x=1")
        assert status == 200
        headers = json.loads(body)["headers"]
        assert "Authorization" not in headers, "the tool never sees the token"
        assert token not in body.decode()
        assert token not in Path(f"/proc/{there.process.pid}/cmdline").read_text()
        async with aiohttp.ClientSession() as client, client.ws_connect(f"http://127.0.0.1:{port}/ws") as socket:
            await socket.send_str("a prompt")
            assert await socket.receive_str(timeout=5) == "a prompt"
        assert _get(port, "/", Host="evil.example")[0] == 421


def test_a_token_file_serves_as_well_and_a_wrong_token_ends_with_a_sentence(studio: RunningStudio) -> None:
    """`--token-file` is read; a token that was revoked or never was ends the command with exit code 1."""
    file = studio.workspace.parent / "token"
    file.write_text(studio.token(studio.call("GET", "/people")["people"][-1]["id"]) + "\n")
    with connected(studio, "fake", "", "--token-file", str(file)) as there:
        assert _get(there.port, "/")[0] == 200
    with connected(studio, "fake", "cst_" + "x" * 43) as there:
        assert (there.process.wait(10), there.said) == (1, "")
        assert there.process.stderr
        assert "This token does not work" in there.process.stderr.read()
