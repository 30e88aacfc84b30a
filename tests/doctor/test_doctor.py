"""The doctor: all checks at once, with a deadline, and none twice."""

import asyncio
import json
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from comfystudio import words
from comfystudio.cli.main import app
from comfystudio.doctor import Doctor, Finding, Report, document
from comfystudio.workspace import Workspace
from tests.storage.killed import furnish
from tests.studio import RunningStudio, passable_folder, studio_in


class Waits:
    """A check that waits until it is let go, and counts how often it was asked."""

    id = "disk"

    def __init__(self) -> None:
        self.asked = 0
        self.goes_on = threading.Event()

    def look(self) -> Finding:
        self.asked += 1
        assert self.goes_on.wait(20)
        return Finding("ok", "It came back.")


class Well:
    id = "workspace"

    def look(self) -> Finding:
        return Finding("ok", "Well.")


class Fails:
    id = "clock"

    def look(self) -> Finding:
        raise OSError(5, "Input/output error")


async def test_whoever_asks_is_answered_in_their_language() -> None:
    """Titles and findings are in the language of the request, though each check has a thread of its own."""
    with words.speaking("de"):
        title, blind = words.say("doctor.title_clock"), words.say("doctor.blind_step")

    async def asked() -> Report:
        words.speak("de")
        return await Doctor([Fails()]).examine()

    (result,) = (await asyncio.create_task(asked())).results
    assert (result.title, result.finding.next_step) == (title, blind)
    (result,) = (await Doctor([Fails()]).examine()).results
    assert result.title == words.plainly("doctor.title_clock")


async def test_a_hanging_check_holds_up_nobody_and_is_not_begun_twice() -> None:
    """The others answer within the deadline; what hangs is said to, is asked once, and may come back later."""
    hanging = Waits()
    doctor = Doctor([Well(), hanging, Fails()], within=0.2)
    for _ in range(3):
        began = time.monotonic()
        report = await doctor.examine()
        assert time.monotonic() - began < 2
        assert [result.finding.state for result in report.results] == ["ok", "fail", "fail"]
        assert "Input/output error" in report.results[2].finding.sentence
        assert report.failed
    assert hanging.asked == 1
    hanging.goes_on.set()
    patient = Doctor([hanging], within=10)
    assert not (await patient.examine()).failed
    assert document(await patient.examine())["checks"][0]["sentence"] == "It came back."


def _examined(workspace: Path) -> tuple[int, dict[str, dict[str, str]]]:
    done = CliRunner().invoke(app, ["doctor", "--json", "--workspace", str(workspace)])
    return done.exit_code, {each["id"]: each for each in json.loads(done.stdout)["checks"]}


def test_a_workspace_without_a_studio_is_examined(workspace: Workspace) -> None:
    """Nothing has to run; broken settings leave the machine's checks, and say themselves what is wrong."""
    furnish(workspace, "old")
    _, found = _examined(workspace.root)
    assert len(found) == 17
    assert (found["database"]["state"], found["settings"]["state"], found["roster"]["state"]) == ("ok", "ok", "warn")
    (workspace.root / "studio.toml").write_text("port = 0\n")
    code, found = _examined(workspace.root)
    assert code == 1
    assert found["settings"]["state"] == "fail"
    assert "1 to 65535" in found["settings"]["sentence"]
    assert found["database"]["state"] == "ok"
    assert "roster" not in found
    (workspace.root / "studio.toml").write_text('comfyui_routes = ["GET /a/*/b"]\n')
    (workspace.root / "artist_names.sh").write_text('USERS=( "Ada:admin" "Ada" )\n')
    workspace.database.write_bytes(b"x" * 10_000)
    code, found = _examined(workspace.root)
    assert code == 1
    assert {found[each]["state"] for each in ("roster", "database", "settings")} == {"fail"}


@pytest.fixture(scope="module")
def studio() -> RunningStudio:
    """A running studio."""
    with passable_folder() as folder, studio_in(folder) as found:
        yield found.start()


def test_a_running_studio_is_examined_from_inside(studio: RunningStudio) -> None:
    """Its own ports are its own, its command line asks it, and the sentences of both are the same."""
    found = {each["id"]: each for each in studio.call("GET", "/doctor")["checks"]}
    assert found["ports"]["state"] == "ok"
    assert str(studio.port()) in found["ports"]["sentence"]
    assert found["settings"]["state"] == "ok"
    said = studio.cli("doctor", check=False)
    assert found["ports"]["sentence"].split(":")[0] in said
    assert "Traceback" not in said
