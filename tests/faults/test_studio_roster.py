"""The roster of a running studio, edited by hand: live, forgiving, and at once where somebody is gone."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from tests.keeper.units import alive
from tests.processes import unit_pid
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import until, wait_until

PASSWORD = "harbour-at-dusk-17"
LONG = ("Ana-Marija von der Straße " * 8)[:199] + "Ž"
NAMES = ["Ana Marija", "Fionnuala O'Hara", "Рада Ђурђевић", "艺术家 小明", "🎨 Zoë 👩‍🎨", LONG]


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A studio with a tool that each artist has for themselves, and one that all share."""
    with passable_folder() as folder:
        own = 'instances = "per-artist"\naccount = "person"'
        # As JupyterLab: a folder of the artist's own as its home, its name in an argument.
        add_tool(folder / "setup", "own", "--extra", "{person}", listen="socket", top=own)
        add_tool(folder / "setup", "shared", port=9001)
        with studio_in(folder) as found:
            found.start()
            found.person("Ada", PASSWORD, admin=True)
            found.start_tool("shared")
            yield found


@pytest.fixture
def ada(studio: RunningStudio) -> Visitor:
    """The admin, signed in."""
    return Visitor(studio).sign_in("Ada", PASSWORD)


def _edit(studio: RunningStudio, old: str, new: str) -> float:
    """Change the roster as an editor does; the moment at which that was done."""
    path = studio.workspace / "artist_names.sh"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return time.monotonic()


def _names(ada: Visitor) -> list[str]:
    return [person["name"] for person in ada.get("/api/v1/people").json["people"]]


@pytest.mark.parametrize("name", NAMES, ids=["space", "apostrophe", "cyrillic", "chinese", "emoji", "200 letters"])
def test_any_name_signs_in_and_starts_a_tool(studio: RunningStudio, ada: Visitor, name: str) -> None:
    """Whatever somebody is called: a link, a password, a sign-in, a tool of their own at home in their own folder."""
    made = ada.request("POST", "/api/v1/people", {"name": name, "admin": False})
    assert made.status == 201, made.body
    code = made.json["link"].partition("#")[2]
    assert Visitor(studio).request("POST", "/api/v1/links/use", {"code": code, "password": PASSWORD}).status == 200
    visitor = Visitor(studio).sign_in(name, PASSWORD)
    me = visitor.get("/api/v1/session").json["me"]
    assert me["name"] == name
    # Opening its address starts an artist's own tool, and its page becomes the tool.
    assert visitor.open(9000).status == 503
    wait_until(lambda: visitor.get("/api/v1/tools/own").json["state"] == "ready", within=20)
    found = visitor.open(9000).json
    assert found["argv"][-1] == name
    assert found["env"]["HOME"] == found["cwd"] == str(studio.workspace / "home" / me["folder"])
    assert visitor.request("POST", "/api/v1/tools/own/stop", {}).status == 202


def test_a_line_by_hand_lets_somebody_in_within_two_seconds(studio: RunningStudio, ada: Visitor) -> None:
    """A name added, and one made admin, with an editor are in force within 2 s."""
    edited = _edit(studio, "USERS=(\n", 'USERS=(\n    "Nia \\"the brush\\" Novak"\n')
    wait_until(lambda: 'Nia "the brush" Novak' in _names(ada), within=3)
    assert time.monotonic() - edited < 2
    edited = _edit(studio, '"Karlo Vukovic"', '"Karlo Vukovic:admin"')

    def role() -> str:
        people = ada.get("/api/v1/people").json["people"]
        return next(str(person["role"]) for person in people if person["name"] == "Karlo Vukovic")

    wait_until(lambda: role() == "admin", within=3)
    assert time.monotonic() - edited < 2


def test_a_broken_roster_keeps_the_last_good_one(studio: RunningStudio, ada: Visitor) -> None:
    """While a quote is open everybody keeps their place, the people page says line and column, and mending heals."""
    names = _names(ada)
    lines = (studio.workspace / "artist_names.sh").read_text(encoding="utf-8").splitlines()
    row = next(number for number, line in enumerate(lines, 1) if "Ivan Murat" in line)
    _edit(studio, '"Ivan Murat"', '"Ivan Murat')

    def roster() -> dict[str, Any]:
        found: dict[str, Any] = ada.get("/api/v1/people").json["roster"]
        return found

    wait_until(lambda: not roster()["ok"], within=3)
    assert roster()["line"] == row
    assert roster()["column"] == lines[row - 1].index('"') + 1
    assert f"Line {row}" in roster()["sentence"]
    assert _names(ada) == names
    assert (
        ada.request("POST", "/api/v1/people", {"name": "Late", "admin": False}).json["key"] == "people.roster_broken"
    )
    _edit(studio, '"Ivan Murat', '"Ivan Murat"')
    wait_until(lambda: roster()["ok"], within=3)


async def test_who_is_taken_off_the_roster_is_out_at_once(studio: RunningStudio, ada: Visitor) -> None:
    """Session, events socket and a tool's socket end within a second of the change; the tool ends, files stay."""
    added = ada.request("POST", "/api/v1/people", {"name": "Gone Soon", "admin": False}).json
    code = added["link"].partition("#")[2]
    gone = Visitor(studio)
    assert gone.request("POST", "/api/v1/links/use", {"code": code, "password": PASSWORD}).status == 200
    await until(lambda: gone.open(9000).status == 200, within=10)
    assert gone.open(9001).status == 200
    pid = unit_pid(studio.workspace, f"own.{added['person']['id']}")
    file = studio.workspace / "home" / added["person"]["folder"] / "notes.txt"
    file.write_text("kept")
    async with gone.socket() as events, gone.socket("/ws", port=9001) as shared, gone.socket("/ws", port=9000) as own:
        ended = [asyncio.create_task(_end(socket)) for socket in (events, shared, own)]
        edited = _edit(studio, '    "Gone Soon"\n', "")
        await until(lambda: gone.get("/api/v1/session").status == 401, within=3)
        effect = time.monotonic()
        assert effect - edited < 2
        codes = await asyncio.wait_for(asyncio.gather(*ended), 3)
        assert time.monotonic() - effect < 1
    assert codes[0] == 4001, "the page is told that the session is over"
    assert codes[1] == 1008
    assert gone.get("/", port=9001).status == 401
    assert "Gone Soon" not in _names(ada)
    assert (
        Visitor(studio).request("POST", "/api/v1/session", {"name": "Gone Soon", "password": PASSWORD}).status == 401
    )
    await until(lambda: not alive(pid), why="the tool of somebody gone runs on")
    assert file.read_text() == "kept"


async def _end(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code with which the other side closed."""
    while True:
        message = await socket.receive()
        if message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED}:
            return socket.close_code
