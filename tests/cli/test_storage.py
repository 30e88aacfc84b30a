"""`comfystudio storage` against a running studio and without one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from comfystudio.cli.main import app
from comfystudio.storage.backups import Backups
from comfystudio.storage.backups.model import NAMES, Place
from comfystudio.storage.backups.restoring import _decide, _secured, _staged
from comfystudio.workspace import Workspace, prepare
from tests.setup_folders import add_tool
from tests.storage.killed import furnish
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor

PASSWORD = "harbour-at-dusk-17"


@pytest.fixture
def studio() -> Iterator[RunningStudio]:
    """A studio with an admin and a tool."""
    with passable_folder() as folder:
        add_tool(folder / "setup", "idle")
        with studio_in(folder) as found:
            yield found


def _said(workspace: Path, *words: str) -> tuple[int, str]:
    """Exit code and words of a command in this very process."""
    done = CliRunner().invoke(app, [*words, "--workspace", str(workspace)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def _cut_short(workspace: Workspace, file: Path) -> None:
    """A restore that is decided, and not carried out."""
    place = Place(workspace, workspace.roster)
    place.staging.mkdir()
    _secured(place, _staged(place, file), 7)
    _decide(place, list(NAMES), None)


def test_back_up_while_it_runs_and_restore_when_it_does_not(studio: RunningStudio) -> None:
    """A backup of the running studio; a restore waits until it is down, tools included; then all is as it was.

    One that was decided and not carried out is finished by the next start, settings included.
    """
    settings = studio.workspace / "studio.toml"
    studio.workspace.mkdir()
    settings.write_text("session_days = 3\n")
    studio.start()
    studio.person("Ada", PASSWORD, admin=True)
    file = Path(studio.cli("storage", "backup").strip())
    studio.person("Bo", PASSWORD)
    ada = Visitor(studio).sign_in("Ada", PASSWORD)
    code, said = _said(studio.workspace, "storage", "restore", file.name)
    assert (code, "End it first" in said) == (1, True)
    studio.start_tool("idle")
    studio.kill()
    code, said = _said(studio.workspace, "storage", "restore", file.name)
    assert (code, "Tools or jobs" in said) == (1, True)
    studio.down()
    settings.write_text("port = = 1\n")
    code, said = _said(studio.workspace, "storage", "restore", file.name, "--json")
    done = json.loads(said)
    assert (code, done["same_studio"], settings.read_text()) == (0, True, "session_days = 3\n")
    assert done["kept"].endswith("-before-restore.tar")
    settings.write_text("session_days = 4\n")
    workspace = prepare(studio.workspace)
    _cut_short(workspace, file)
    studio.start()
    assert not (workspace.state / "restore").exists()
    rows = {row["name"]: row for row in studio.call("GET", "/settings")["settings"]}
    assert (rows["session_days"]["running"], rows["session_days"]["value"]) == (3, 3)
    assert ada.get("/api/v1/session").status == 401
    Visitor(studio).sign_in("Ada", PASSWORD)
    assert "Bo" not in [person["name"] for person in studio.call("GET", "/people")["people"]]
    entries = studio.call("GET", "/audit?action=storage.restored")["entries"]
    assert done["kept"] in [entry["fields"]["kept"] for entry in entries]


def test_check_and_list_say_what_there_is(workspace: Workspace) -> None:
    """A sound workspace is exit code 0; a damaged backup is named with exit code 1, and a wrong name refused."""
    furnish(workspace, "old")
    name = Backups(workspace).make().name
    assert name in _said(workspace.root, "storage", "list")[1]
    code, said = _said(workspace.root, "storage", "check")
    assert (code, "It is sound." in said) == (0, True)
    file = workspace.root / "backup" / name
    file.write_bytes(file.read_bytes()[:-2000] + b"x" * 2000)
    code, said = _said(workspace.root, "storage", "check")
    assert (code, name in said) == (1, True)
    found = json.loads(_said(workspace.root, "storage", "check", "--json")[1])
    assert found["database"]["problems"] == []
    assert [each["name"] for each in found["backups"] if each["problem"]] == [name]
    assert _said(workspace.root, "storage", "restore", name)[0] == 2
    code, said = _said(workspace.root, "storage", "restore", "nothing.tar")
    assert (code, "storage list" in said) == (1, True)
