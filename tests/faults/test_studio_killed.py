"""kill -9 of a whole studio while artists work in it: what runs goes on, and the next start takes it over."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.processes import of_workspace, unit_pid
from tests.setup_folders import add_jupyter, add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.tools.jupyter import installed
from tests.visitor import Visitor
from tests.waiting import until

__all__ = ["installed"]

PASSWORD = "harbour-at-dusk-17"
ARTIST = "Ana O'Hara"


@pytest.fixture(scope="module")
def studio(installed: Path) -> Iterator[RunningStudio]:
    """A studio with a tool that counts aloud, and with JupyterLab running for an artist."""
    with passable_folder() as folder:
        add_tool(folder / "setup", "counter", "--count", "0.004")
        add_jupyter(folder / "setup", folder / "workspace", installed)
        with studio_in(folder) as found:
            found.start()
            found.person("Ada", PASSWORD, admin=True)
            found.person(ARTIST, PASSWORD)
            found.start_tool("counter")
            found.call("POST", "/tools/jupyter-lab/start", {"as": ARTIST})
            yield found


def _ready(visitor: Visitor) -> bool:
    """Whether both tools are ready as the artist sees them."""
    answer = visitor.get("/api/v1/tools")
    assert answer.status == 200, answer.body
    return {tool["state"] for tool in answer.json["tools"]} == {"ready"}


def _reachable(visitor: Visitor) -> bool:
    try:
        return _ready(visitor)
    except OSError:
        return False


async def _lines(socket: aiohttp.ClientWebSocketResponse, start: int | None) -> AsyncIterator[dict[str, Any]]:
    """What the events socket tells of the counter's log from offset `start` on."""
    await socket.send_json({"op": "follow", "log": "tool:counter", "start": start})
    async for message in socket:
        found = json.loads(message.data)
        if found["type"] == "log.lines":
            yield found["data"]


async def _followed(
    socket: aiohttp.ClientWebSocketResponse, start: int, enough: Callable[[list[int]], bool]
) -> tuple[list[int], int]:
    """Numbers that the counter said from offset `start` on until there are enough, and where to go on."""
    numbers: list[int] = []
    async with asyncio.timeout(10):
        async for part in _lines(socket, start):
            texts = [line["text"] for line in part["lines"] if line["stream"] == "o"]
            numbers += [int(text.removeprefix("line ")) for text in texts if text.startswith("line ")]
            if enough(numbers):
                return numbers, part["next"]
    raise AssertionError("the socket closed")


async def _echo(visitor: Visitor) -> None:
    async with visitor.socket("/ws", port=9000) as socket:
        await socket.send_str("are you there?")
        assert await socket.receive_str(timeout=5) == "are you there?"


async def test_work_goes_on_and_is_taken_over_within_five_seconds(studio: RunningStudio) -> None:
    """Same pids and runs, ready within 5 s of the next start, no line lost or twice, sessions and sockets go on."""
    artist = Visitor(studio).sign_in(ARTIST, PASSWORD)
    await until(lambda: _ready(artist), within=60)
    before = artist.open(9000).json["pid"]
    assert artist.open(8888, "/api/status").status == 200
    person = next(each["id"] for each in studio.call("GET", "/people")["people"] if each["name"] == ARTIST)
    pids = [unit_pid(studio.workspace, unit) for unit in ("counter", f"jupyter-lab.{person}")]
    assert pids[0] == before
    async with artist.socket() as events, artist.socket("/ws", port=9000) as open_one:
        seen, following = await _followed(events, 0, lambda numbers: len(numbers) > 200)
        studio.kill()
        # Nobody says goodbye, but both sockets notice.
        assert (await open_one.receive(timeout=5)).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}

    studio.begin()
    await until(lambda: _reachable(artist), within=5, why="not adopted within 5 s of the start of the process")
    now = artist.get("/api/v1/tools").json["tools"]
    assert {tool["restarts"] for tool in now} == {0}
    runs = artist.get("/api/v1/runs").json["runs"]
    assert {run["tool"]: run["ending"] for run in runs} == {"counter": "running", "jupyter-lab": "running"}
    assert [unit_pid(studio.workspace, unit) for unit in ("counter", f"jupyter-lab.{person}")] == pids
    # The cookies of the tools' own origins are good as they were: no way by the portal.
    again = artist.get("/", port=9000)
    assert (again.status, again.json["pid"]) == (200, before)
    assert artist.get("/api/status", port=8888).status == 200
    await _echo(artist)
    async with artist.socket() as events:
        rest, _ = await _followed(events, following, lambda numbers: bool(numbers) and numbers[-1] > seen[-1] + 500)
    both = [*seen, *rest]
    assert both == list(range(len(both)))


def test_down_ends_what_a_killed_portal_left(studio: RunningStudio) -> None:
    """Where only tools were left running, `comfystudio down` ends every one of them and leaves nothing."""
    studio.kill()
    assert of_workspace(studio.workspace)
    assert "have ended" in studio.down()
    assert of_workspace(studio.workspace) == {}
