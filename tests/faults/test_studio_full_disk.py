"""A workspace whose disk is full: people come in and work, what is deleted is gone, and room is all it needs."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from comfystudio.people.roster import parse
from tests.setup_folders import add_tool
from tests.small_disk import fill, small_disk_at
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import wait_until

pytestmark = pytest.mark.root

PASSWORD = "harbour-at-dusk-17"


@pytest.fixture
def disk() -> Iterator[Path]:
    """A folder whose `workspace` is a file system of 16 MiB."""
    with passable_folder() as folder, small_disk_at(folder / "workspace", "16m"):
        yield folder


@pytest.fixture
def studio(disk: Path) -> Iterator[RunningStudio]:
    """A studio on the small disk with a tool that counts aloud."""
    add_tool(disk / "setup", "counter", "--count", "0.01")
    add_tool(disk / "setup", "idle", port=9001)
    with studio_in(disk) as found:
        yield found.start()


def _last_line(studio: RunningStudio) -> str:
    lines = studio.call("GET", "/tools/counter/log?tail=1")["lines"]
    return str(lines[-1]["text"])


def test_people_work_on_and_room_is_all_that_is_needed(studio: RunningStudio) -> None:
    """On a full disk sign-in, tools and revoking work, adding says why not; with room all of it works and is kept."""
    studio.person("Ada", PASSWORD, admin=True)
    ana = studio.person("Ana", PASSWORD)
    token = studio.token(ana)
    studio.start_tool("counter")
    early = Visitor(studio).sign_in("Ana", PASSWORD)
    kept = studio.call("GET", "/tools/counter")["since"]
    roster = (studio.workspace / "artist_names.sh").read_bytes()
    filler = fill(studio.workspace)

    late = Visitor(studio).sign_in("Ana", PASSWORD)
    ada = Visitor(studio).sign_in("Ada", PASSWORD)
    for each in (early, late):
        assert each.get("/api/v1/session").json["me"]["name"] == "Ana"
        assert each.open(9000).status == 200
    bearer = {"Authorization": f"Bearer {token}"}
    assert studio.get("/", port=9000, headers=bearer).status == 200
    number = late.get("/api/v1/tokens").json["tokens"][0]["id"]
    assert late.request("DELETE", f"/api/v1/tokens/{number}").status == 204
    assert studio.get("/", port=9000, headers=bearer).status == 401
    assert early.request("DELETE", "/api/v1/session").status == 204
    assert early.get("/", port=9000).status == 401
    refused = ada.request("POST", "/api/v1/people", {"name": "Bo", "admin": False})
    assert (refused.status, refused.json["key"]) == (503, "storage.full")
    assert (studio.workspace / "artist_names.sh").read_bytes() == roster
    assert [person["name"] for person in ada.get("/api/v1/people").json["people"]].count("Bo") == 0
    assert ada.request("POST", "/api/v1/tools/idle/start", {}).status == 202
    wait_until(lambda: studio.tool("idle")["state"] == "failed")
    assert "disk is full" in studio.tool("idle")["error"]
    assert studio.tool("counter")["since"] == kept

    filler.unlink()
    line = _last_line(studio)
    wait_until(lambda: _last_line(studio) != line)
    assert ada.request("POST", "/api/v1/people", {"name": "Bo", "admin": False}).status == 201
    studio.start_tool("idle")
    studio.cli("restart")
    assert late.get("/api/v1/session").status == 200
    assert late.get("/", port=9000).status == 200
    assert early.get("/api/v1/session").status == 401
    assert studio.get("/", port=9000, headers=bearer).status == 401
    assert "Bo" in [entry.name for entry in parse((studio.workspace / "artist_names.sh").read_text()).entries]
    with sqlite3.connect(studio.workspace / ".comfystudio" / "studio.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_a_studio_starts_on_a_full_disk(studio: RunningStudio) -> None:
    """Killed and begun anew while nothing fits: sessions of before hold, the tool is taken over, sign-in works."""
    studio.person("Ada", PASSWORD, admin=True)
    studio.start_tool("counter")
    ada = Visitor(studio).sign_in("Ada", PASSWORD)
    filler = fill(studio.workspace)
    studio.kill()
    studio.start()
    assert ada.get("/api/v1/session").status == 200
    wait_until(lambda: studio.tool("counter")["state"] == "ready")
    assert Visitor(studio).sign_in("Ada", PASSWORD).open(9000).status == 200
    filler.unlink()
