"""The commands against a running studio, and without one: what they print, what they do, how they exit."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import Visitor
from tests.waiting import wait_until

PASSWORD = "harbour-at-dusk-17"
NEW = "harbour-at-dawn-18"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A workspace's folder with tools: one that counts, one that crashes, one that is slow, one for each artist."""
    with passable_folder() as found:
        setup = found / "setup"
        add_tool(setup, "counter", "--count", "0.02")
        add_tool(
            setup, "crasher", "--exit-after", "0", "--complain", "Error: no GPU", port=9001, run="restart = false"
        )
        add_tool(setup, "slow", "--delay", "60", port=9002, run="stop = { within = 0.5 }")
        add_tool(setup, "own", port=9003, listen="socket", top='instances = "per-artist"\naccount = "person"')
        yield found


@pytest.fixture(scope="module")
def studio(folder: Path) -> Iterator[RunningStudio]:
    """The running studio with an admin."""
    with studio_in(folder) as found:
        found.start()
        found.person("Ada", PASSWORD, admin=True)
        yield found


def _json(studio: RunningStudio, *words: str, stdin: str = "") -> Any:
    """What a command prints with `--json`."""
    return json.loads(studio.cli(*words, "--json", stdin=stdin))


def _failed(studio: RunningStudio, *words: str) -> tuple[int, str]:
    """Exit code and words of a command that fails without a traceback."""
    code, _, said = studio.cli(*words, check=False).partition("\n")
    assert "Traceback" not in said
    return int(code), said


def _use(studio: RunningStudio, link: str, password: str) -> Visitor:
    """Open a link and choose a password."""
    visitor = Visitor(studio)
    code = link.partition("#")[2]
    assert visitor.request("POST", "/api/v1/links/use", {"code": code, "password": password}).status == 200
    return visitor


def _is_up(studio: RunningStudio) -> bool:
    try:
        return studio.get("/healthz").status == 200
    except OSError:
        return False


def test_people_come_are_listed_and_are_kept_out(studio: RunningStudio) -> None:
    """`people add`, `list` and `disable` do it live; an unknown name and the last admin are refused: exit code 1."""
    made = _json(studio, "people", "add", "Bo O'Hara")
    bo = _use(studio, made["link"], PASSWORD)
    listed = {each["name"]: each for each in _json(studio, "people", "list")["people"]}
    assert listed["Bo O'Hara"]["state"] == "here"
    assert listed["Ada"]["role"] == "admin"
    assert studio.cli("people", "disable", "Bo O'Hara").startswith("Bo O'Hara is disabled.")
    assert bo.get("/api/v1/session").status == 401
    studio.cli("people", "enable", "Bo O'Hara")
    assert Visitor(studio).sign_in("Bo O'Hara", PASSWORD)
    assert _failed(studio, "people", "disable", "Nobody")[0] == 1
    code, said = _failed(studio, "people", "disable", "Ada")
    assert (code, "only admin" in said) == (1, True)


def test_reset_lets_an_only_admin_in_again(studio: RunningStudio) -> None:
    """Who forgot gets a link that works once: the new password holds, the old one and the old sessions do not."""
    before = Visitor(studio).sign_in("Ada", PASSWORD)
    link, _, rest = studio.cli("people", "reset", "Ada").partition("\n")
    assert link.startswith(f"{studio.address}/join#")
    assert "works once" in rest
    _use(studio, link, NEW)
    assert before.get("/api/v1/session").status == 401
    assert Visitor(studio).sign_in("Ada", NEW)
    old = {"name": "Ada", "password": PASSWORD}
    assert Visitor(studio).request("POST", "/api/v1/session", old).status == 401
    again = {"code": link.partition("#")[2], "password": PASSWORD}
    assert Visitor(studio).request("POST", "/api/v1/links/use", again).status == 410
    fresh = _json(studio, "people", "reset", "Ada")
    assert fresh["expires_at"] > time.time()


def test_a_token_is_printed_alone_and_opens_portal_and_tool(studio: RunningStudio) -> None:
    """`token create` prints the token and a line end, nothing else; with it a program is its owner."""
    said = studio.cli("token", "create", "Ada", "--label", "render script")
    token = said.removesuffix("\n")
    assert token.startswith("cst_")
    assert token.isprintable()
    assert " " not in token
    bearer = {"Authorization": f"Bearer {token}"}
    assert studio.get("/api/v1/session", headers=bearer).json["me"]["name"] == "Ada"
    assert _json(studio, "token", "create", "Ada")["token"].startswith("cst_")
    assert _failed(studio, "token", "create", "Nobody")[0] == 1
    studio.start_tool("counter")
    assert studio.get("/", port=9000, headers=bearer).status == 200


def test_tools_start_are_waited_for_and_stop(studio: RunningStudio) -> None:
    """`tools start --wait` comes back when the tool answers, `--as` means an artist's own, `stop` leaves nothing."""
    studio.call("POST", "/people", {"name": "Cy", "admin": False, "password": PASSWORD})
    started = _json(studio, "tools", "start", "own", "--as", "Cy", "--wait")
    assert (started["state"], started["url"]) == ("ready", studio.origin(9003))
    assert Visitor(studio).sign_in("Cy", PASSWORD).open(9003).status == 200
    states = {tool["id"]: tool["state"] for tool in _json(studio, "tools", "list")["tools"]}
    assert states["own"] == "ready"
    assert studio.cli("tools", "stop", "own", "--as", "Cy") == "Own is stopped.\n"
    code, said = _failed(studio, "tools", "start", "own")
    assert (code, "--as" in said) == (1, True)
    assert _json(studio, "tools", "stop", "counter")["state"] == "stopped"


def test_a_start_that_fails_or_takes_too_long_says_so_by_its_exit_code(studio: RunningStudio) -> None:
    """A crash is exit code 1 with the tool's own error line, patience that ends is 4, an unknown tool is 1."""
    code, said = _failed(studio, "tools", "start", "crasher", "--wait")
    assert code == 1
    assert "Error: no GPU" in said
    code, said = _failed(studio, "tools", "start", "slow", "--wait", "--within", "1")
    assert code == 4
    assert "tools logs slow" in said
    assert _json(studio, "tools", "stop", "slow")["state"] == "stopped"
    assert _failed(studio, "tools", "start", "nothing")[0] == 1


def test_logs_follow_line_by_line_through_a_restart(studio: RunningStudio) -> None:
    """`tools logs -f --json` prints one object a line as they come, and goes on where it was after a restart."""
    studio.start_tool("counter")
    argv = studio.command("tools", "logs", "counter", "-f", "-n", "5", "--json", "--workspace", str(studio.workspace))
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as follower:
        assert follower.stdout
        lines = [json.loads(follower.stdout.readline()) for _ in range(20)]
        studio.cli("restart")
        wait_until(lambda: studio.tool("counter")["state"] == "ready")
        until = time.time()
        while lines[-1]["at"] < until:
            lines.append(json.loads(follower.stdout.readline()))
        follower.terminate()
    offsets = [line["offset"] for line in lines]
    assert offsets == sorted(set(offsets))
    numbers = [int(line["text"].split()[1]) for line in lines if line["text"].startswith("line ")]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert studio.cli("tools", "logs", "counter", "-n", "1").startswith("line ")


def test_status_and_config_are_json_for_programs(studio: RunningStudio) -> None:
    """`status --json` and `config --json` parse and tell what holds; plain `status` names address and process."""
    found = _json(studio, "status")
    assert (found["studio"]["pid"], found["studio"]["address"]) == (studio.pid, studio.address)
    assert {tool["id"] for tool in found["tools"]} == {"counter", "crasher", "slow", "own"}
    assert _json(studio, "config")["workspace"] == str(studio.workspace)
    said = studio.cli("status")
    assert studio.address in said
    assert str(studio.pid) in said


def test_people_and_tokens_also_while_no_studio_runs(folder: Path) -> None:
    """Without a portal `people` and `token` open the workspace themselves: what they made holds once it is up."""
    with studio_in(folder / "other") as studio:
        studio.cli("people", "add", "Ada", "--admin", "--password-stdin", stdin=PASSWORD + "\n")
        link = _json(studio, "people", "reset", "Ada")["link"]
        token = studio.cli("token", "create", "Ada").strip()
        # A command that meets a studio which has just begun to start waits for it.
        studio.begin()
        names = [person["name"] for person in _json(studio, "people", "list")["people"]]
        assert "Ada" in names
        wait_until(lambda: _is_up(studio), within=20)
        # The address without flags is the settings' own: only the code is of interest.
        assert studio.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"}).status == 200
        _use(studio, link, NEW)
        assert Visitor(studio).sign_in("Ada", NEW)
