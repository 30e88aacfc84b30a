"""People changed while they work, in a running studio: renamed, a tool taken, tokens and sessions ended mid-way."""

import asyncio
import contextlib
import http.client
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from tests.faults.test_studio_roster import _edit, _end
from tests.keeper.units import alive
from tests.processes import unit_pid
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import until, wait_until

PASSWORD = "harbour-at-dusk-17"


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with an artist's own tool, at home in the artist's folder, and a shared one."""
    with passable_folder() as folder:
        own = 'instances = "per-artist"\naccount = "person"'
        add_tool(folder / "setup", "own", listen="socket", top=own)
        add_tool(folder / "setup", "shared", port=9001)
        with studio_in(folder) as found:
            found.start()
            found.person("Ada", PASSWORD, admin=True)
            found.start_tool("shared")
            yield found


@pytest.fixture
def ada(studio: RunningStudio) -> Visitor:
    """The admin, in admin mode."""
    return Visitor(studio).sign_in("Ada", PASSWORD)


def _home(visitor: Visitor) -> Any:
    """Where the visitor's own tool is at home, once it answers."""
    wait_until(lambda: visitor.open(9000).status == 200, within=15)
    return visitor.open(9000).json["env"]["HOME"]


def test_renamed_while_a_tool_of_theirs_runs(studio: RunningStudio, ada: Visitor) -> None:
    """The tool ends, the folder moves with all that is in it, the next start is at home there; by hand too."""
    number = studio.person("Rosa Macak", PASSWORD)
    rosa = Visitor(studio).sign_in("Rosa Macak", PASSWORD)
    homes = studio.workspace / "home"
    assert _home(rosa) == str(homes / "Rosa Macak")
    (homes / "Rosa Macak" / "notes.txt").write_text("kept")
    pid = unit_pid(studio.workspace, f"own.{number}")
    answer = ada.request("PATCH", f"/api/v1/people/{number}", {"name": "Rosa Novak"})
    assert (answer.status, answer.json["folder"]) == (200, "Rosa Novak")
    assert not alive(pid), "the answer came before the tool had ended"
    assert rosa.get("/api/v1/session").json["me"]["name"] == "Rosa Novak"
    assert _home(rosa) == str(homes / "Rosa Novak")
    assert not (homes / "Rosa Macak").exists()
    pid = unit_pid(studio.workspace, f"own.{number}")
    _edit(studio, '"Rosa Novak"', '"Rosa N"')
    wait_until(lambda: not alive(pid), within=10)
    wait_until((homes / "Rosa N" / "notes.txt").exists, within=5)
    # Another name in the same line may be another person: they show the password again.
    wait_until(lambda: rosa.get("/api/v1/session").status == 401, within=3)
    assert _home(Visitor(studio).sign_in("Rosa N", PASSWORD)) == str(homes / "Rosa N")
    assert (homes / "Rosa N" / "notes.txt").read_text() == "kept"
    assert not (homes / "Rosa Novak").exists()


async def test_a_tool_is_taken_while_somebody_works_in_it(studio: RunningStudio, ada: Visitor) -> None:
    """Within a second of the answer the open sockets close, requests are refused, and the own instance ends."""
    number = studio.person("Bo", PASSWORD)
    bo = Visitor(studio).sign_in("Bo", PASSWORD)
    await until(lambda: bo.open(9000).status == 200, within=15)
    assert bo.open(9001).status == 200
    pid = unit_pid(studio.workspace, f"own.{number}")
    async with bo.socket("/ws", port=9001) as shared, bo.socket("/ws", port=9000) as own, bo.socket() as events:
        ended = [asyncio.create_task(_end(socket)) for socket in (shared, own)]
        for tool in ("shared", "own"):
            taken = ada.request("PUT", f"/api/v1/people/{number}/tools/{tool}", {"may": False})
            assert taken.status == 200, taken.body
        at = time.monotonic()
        await asyncio.wait_for(asyncio.gather(*ended), 3)
        assert time.monotonic() - at < 1
        assert not events.closed
    assert bo.get("/", port=9001).status == 403
    assert bo.get("/", port=9000).status == 403
    assert bo.request("POST", "/api/v1/tools/own/start", {}).status == 403
    await until(lambda: not alive(pid), within=10)
    ada.request("PUT", f"/api/v1/people/{number}/tools/shared", {"may": None})
    assert bo.get("/", port=9001).status == 200


def test_a_token_revoked_in_the_middle_of_a_download(studio: RunningStudio, ada: Visitor) -> None:
    """A long answer breaks off within a second of the token's end, and no further one begins."""
    number = studio.person("Cy", PASSWORD)
    made = studio.call("POST", f"/people/{number}/tokens", {"label": "sync"})
    folder = studio.workspace / "ComfyUI" / "output" / "Cy"
    folder.mkdir(parents=True)
    size = 64 << 20
    with (folder / "large.bin").open("wb") as file:
        file.truncate(size)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    with contextlib.closing(http.client.HTTPConnection("localhost", studio.port(), timeout=10)) as connection:
        connection.request("GET", "/api/v1/outputs/file?path=large.bin", headers=bearer)
        answer = connection.getresponse()
        assert answer.status == 200
        got = len(answer.read(1 << 20))
        assert ada.request("DELETE", f"/api/v1/tokens/{made['id']}").status == 204
        at = time.monotonic()
        with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
            # Slower than the studio, as a phone is: what is on the way when the token ends still arrives.
            while piece := answer.read(1 << 16):
                got += len(piece)
                time.sleep(0.002)
        assert time.monotonic() - at < 4
        assert got < size
        answer.close()
    assert studio.get("/api/v1/session", headers=bearer).status == 401


async def test_signing_out_everywhere_else(studio: RunningStudio) -> None:
    """The other browser's pages and its tools' sockets close within a second; this one goes on."""
    studio.person("Di", PASSWORD)
    here, there = Visitor(studio).sign_in("Di", PASSWORD), Visitor(studio).sign_in("Di", PASSWORD)
    assert there.open(9001).status == 200
    assert here.open(9001).status == 200
    async with there.socket("/ws", port=9001) as tool, there.socket() as page, here.socket() as mine:
        ended = [asyncio.create_task(_end(socket)) for socket in (tool, page)]
        assert here.request("DELETE", "/api/v1/me/sessions?keep=true").status == 204
        codes = await asyncio.wait_for(asyncio.gather(*ended), 1)
        assert codes[1] == 4001
        await mine.send_str('{"op":"resume","seq":0}')
        assert (await mine.receive(timeout=2)).type is aiohttp.WSMsgType.TEXT
    assert there.get("/", port=9001).status == 401
    assert here.get("/", port=9001).status == 200


def test_renamed_by_hand_while_no_portal_was_there(studio: RunningStudio) -> None:
    """A tool that outlived its portal in a folder that moved meanwhile ends; nothing of theirs is left behind."""
    number = studio.person("Eli", PASSWORD)
    homes = studio.workspace / "home"
    assert _home(Visitor(studio).sign_in("Eli", PASSWORD)) == str(homes / "Eli")
    (homes / "Eli" / "notes.txt").write_text("kept")
    pid = unit_pid(studio.workspace, f"own.{number}")
    studio.kill()
    assert alive(pid)
    _edit(studio, '"Eli"', '"Elias"')
    studio.start()
    wait_until(lambda: not alive(pid), within=10)
    assert _home(Visitor(studio).sign_in("Elias", PASSWORD)) == str(homes / "Elias")
    assert (homes / "Elias" / "notes.txt").read_text() == "kept"
    assert not (homes / "Eli").exists()
