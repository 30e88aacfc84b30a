"""Secrets of a whole studio at work: nowhere on its disk, in its logs, in anybody's arguments or environment."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from comfystudio.workspace import prepare
from tests.processes import of_workspace
from tests.setup_folders import add_tool
from tests.studio import RunningStudio, passable_folder, studio_in
from tests.visitor import WINDOW, Visitor
from tests.waiting import wait_until

PASSWORD = "canary-of-the-admin-71f3"
CHOSEN = "canary-by-the-link-88c2"
WRONG = "canary-mistyped-5d0a"
# Told to a tool by its manifest, and shown by a program in a terminal.
IN_MANIFEST = "canary-in-a-manifest-9e11"
PRINTED = "hf_CanaryOfATerminal4711"


@dataclass
class Used:
    """A studio in which every kind of secret was used, and all of them by name."""

    studio: RunningStudio
    secrets: dict[str, str] = field(default_factory=dict)
    tool_secret: str = ""
    heard: str = ""
    shown: dict[str, bytes] = field(default_factory=dict)


def _add_by_hand(studio: RunningStudio) -> None:
    """`people add --password-stdin`, looked at while it waits for the password."""
    argv = studio.command("people", "add", "Ada", "--admin", "--password-stdin", "--workspace", str(studio.workspace))
    with subprocess.Popen(argv, stdin=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL) as command:
        assert command.stdin
        command.stdin.write(PASSWORD)
        command.stdin.flush()
        assert PASSWORD not in " ".join(psutil.Process(command.pid).cmdline())
        command.stdin.write("\n")
        command.stdin.close()
        assert command.wait(20) == 0


def _enter(used: Used, visitor: Visitor) -> None:
    """The way into a tool step by step, so that its code can be noted."""
    path = visitor.get("/page?x=1", port=9000, headers=WINDOW).headers["Location"]
    parts = urlsplit(path)
    place = visitor.get(f"{parts.path}?{parts.query}", headers=WINDOW).headers["Location"]
    used.secrets["one-time code"] = parse_qs(urlsplit(place).query)["code"][0]
    answer = visitor.get(f"{urlsplit(place).path}?{urlsplit(place).query}", port=9000, headers=WINDOW)
    assert answer.headers["Location"] == "/page?x=1"
    page = visitor.get("/page?x=1", port=9000, headers=WINDOW)
    used.heard = page.body.decode()
    used.tool_secret = page.json["env"]["OWN_SECRET"]


def _ended(studio: RunningStudio, number: int) -> bool:
    return bool(studio.call("GET", f"/jobs/{number}")["state"] != "running")


def _typed(visitor: Visitor, number: int) -> None:
    """Somebody prints a secret in a terminal, in colours, and leaves."""

    async def run() -> None:
        async with visitor.socket(f"/api/v1/terminals/{number}/socket") as page:
            await page.send_bytes(f"printf 'using \\033[33m%s\\033[0m\\n' {PRINTED}; exit\r".encode())
            async for _ in page:
                pass

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(run())


def _looked_at(studio: RunningStudio, ada: Visitor) -> dict[str, bytes]:
    """What an admin in admin mode is shown, page by page, after a backup and a terminal; and the command line."""
    backup = ada.request("POST", "/api/v1/storage/backups").json["job"]["id"]
    terminal = ada.request("POST", "/api/v1/terminals").json["job"]["id"]
    _typed(ada, terminal)
    for number in (backup, terminal):
        wait_until(lambda number=number: _ended(studio, number), 20)
    paths = [
        f"/api/v1/{each}" for each in ("settings", "doctor", "audit", "audit/csv", "logs", "runs", "jobs", "people")
    ]
    paths += [f"/api/v1/tools/fake/{each}" for each in ("command", "log", "log/download")]
    paths += [f"/api/v1/jobs/{terminal}/{each}" for each in ("log", "log/download")]
    paths += ["/debug", "/logs", "/user_logs", "/api/v1/storage/backups"]
    paths += [f"/api/v1/logs/search?text={each}" for each in ("using", "printf", PRINTED, PRINTED[:12], IN_MANIFEST)]
    found = {path: ada.get(path) for path in paths}
    assert {answer.status for answer in found.values()} == {200}
    assert found[f"/api/v1/logs/search?text={PRINTED}"].json["hits"] == []
    assert found["/api/v1/logs/search?text=using"].json["hits"]
    shown = {path: answer.body for path, answer in found.items() if PRINTED not in path and IN_MANIFEST not in path}
    for words in (
        ("doctor", "--json"),
        ("config",),
        ("storage", "check"),
        ("people", "list"),
        ("token", "list", "Bo"),
    ):
        shown[" ".join(words)] = studio.cli(*words, check=False).encode()
    return shown


@pytest.fixture(scope="module")
def used() -> Iterator[Used]:
    """A talkative studio after a day's work: links, passwords, tokens, sessions, codes, mistakes."""
    with passable_folder() as folder:
        rest = '[run.env]\nSOME_API_KEY = "{IN_MANIFEST}"\n[gateway]\nsecret_header = "X-Own-Secret"\n'
        rest = rest.replace("{IN_MANIFEST}", IN_MANIFEST)
        add_tool(folder / "setup", "fake", run='secret_env = "OWN_SECRET"', rest=rest)
        add_tool(folder / "setup", "other", port=9001)
        with studio_in(folder, log_level="debug") as studio:
            studio.start()
            found = Used(studio)
            _add_by_hand(studio)
            ada = Visitor(studio).sign_in("Ada", PASSWORD)
            made = ada.request("POST", "/api/v1/people", {"name": "Bo", "admin": False}).json
            code = made["link"].partition("#")[2]
            bo = Visitor(studio)
            bo.request("POST", "/api/v1/links/check", {"code": code})
            assert bo.request("POST", "/api/v1/links/use", {"code": code, "password": CHOSEN}).status == 200
            token = bo.request("POST", "/api/v1/tokens", {"label": "a program"}).json["token"]
            found.secrets = {"password": PASSWORD, "chosen password": CHOSEN, "wrong password": WRONG}
            found.secrets |= {"link code": code, "token": token}
            for tool in ("fake", "other"):
                studio.start_tool(tool)
            _enter(found, bo)
            assert studio.get("/", port=9000, headers={"Authorization": f"Bearer {token}"}).status == 200
            wrong = Visitor(studio).request("POST", "/api/v1/session", {"name": "Bo", "password": WRONG})
            assert wrong.status == 401
            assert WRONG not in wrong.body.decode()
            odd = ada.request("POST", "/api/v1/session", {"name": PASSWORD, "password": [WRONG]})
            assert (odd.status, WRONG in odd.body.decode()) == (422, False)
            assert studio.get(f"/api/v1/nothing?token={token}").status == 404
            for name, value in bo.cookies.items():
                found.secrets[f"cookie {name}"] = value
            found.shown = _looked_at(studio, ada)
            studio.cli("restart")
            wait_until(lambda: bo.get("/", port=9000).status == 200)
            yield found


def _hits(used: Used, where: str, content: bytes) -> list[str]:
    return [f"{name} in {where}" for name, secret in used.secrets.items() if secret.encode() in content]


def test_nothing_on_disk_tells_a_secret(used: Used) -> None:
    """Database, journal, logs, records, roster, sockets' folder: no password, token, cookie or code in any file."""
    folders = (used.studio.workspace, prepare(used.studio.workspace).runtime)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "studio.db" for path in files)
    assert [hit for path in files for hit in _hits(used, str(path), path.read_bytes())] == []


def test_what_the_studio_says_tells_no_secret(used: Used) -> None:
    """At its most talkative the portal's own output holds none of them; wrong passwords are told by name alone."""
    assert "sign-in failed" in used.studio.said()
    assert _hits(used, "its output", used.studio.said().encode()) == []


def test_no_argument_list_and_no_environment_of_ours_holds_one(used: Used) -> None:
    """No process of the machine has one among its arguments, no process of the studio in its environment."""
    for process in psutil.process_iter():
        try:
            assert _hits(used, f"arguments of {process.pid}", " ".join(process.cmdline()).encode()) == []
        except psutil.Error:
            continue
    ours = of_workspace(used.studio.workspace)
    assert len(ours) >= 5
    for pid in ours:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert _hits(used, f"environment of {ours[pid]}", environment) == []
    assert _hits(used, "what the tool was told", used.heard.encode()) == []


def test_a_tools_own_secret_is_its_own(used: Used) -> None:
    """The secret between gateway and tool is in that tool's environment and the studio's own folder, nowhere else."""
    secret = used.tool_secret.encode()
    assert len(secret) > 30
    for pid, command in of_workspace(used.studio.workspace).items():
        assert used.tool_secret not in command
        inside = secret in Path(f"/proc/{pid}/environ").read_bytes()
        assert inside == ("fake_tool.py" in command and "/fake/" in command), command
    kept = used.studio.workspace / ".comfystudio" / "secrets"
    files = [path for path in used.studio.workspace.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert files == [kept / "fake"]
    assert (kept.stat().st_mode & 0o777, files[0].stat().st_mode & 0o777) == (0o700, 0o600)
    assert used.tool_secret not in used.studio.said()


def test_what_admins_are_shown_tells_no_secret(used: Used) -> None:
    """Settings, checks, trail, commands with their environment, transcripts, search, the command line: masked."""
    assert b"SOME_API_KEY" in used.shown["/api/v1/tools/fake/command"]
    more = {"in the manifest": IN_MANIFEST, "printed": PRINTED, "between gateway and tool": used.tool_secret}
    used.secrets |= more
    try:
        hits = [hit for path, body in used.shown.items() for hit in _hits(used, path, body)]
    finally:
        for name in more:
            del used.secrets[name]
    assert hits == []


def test_a_backup_is_the_studios_own(used: Used) -> None:
    """Readable by the studio's account alone, in a folder that is."""
    (archive,) = used.studio.workspace.rglob("*.tar")
    assert archive.stat().st_mode & 0o777 == 0o600
    assert archive.parent.stat().st_mode & 0o077 == 0
