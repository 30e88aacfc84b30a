"""A studio's tools on real keepers, with jobs played by a small double (their room has tests of its own)."""

import asyncio
import dataclasses
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from comfystudio import settings as all_settings
from comfystudio.errors import Missing
from comfystudio.events import Bus, Event
from comfystudio.keeper import Keepers
from comfystudio.people import Caller, Person
from comfystudio.tools import Tools
from comfystudio.tools.ports import Ports
from comfystudio.workspace import Workspace

FAKE = Path(__file__).with_name("fake_tool.py")


def person(number: int, name: str, role: str = "artist", **more: Any) -> Person:
    """Somebody on the roster; uid 21000 and up, so that accounts of a studio on this machine stay out of it."""
    values = {
        "id": number,
        "name": name,
        "folder": name,
        "role": role,
        "disabled": False,
        "joined": True,
        "uid": 21_000 + number,
        "seen_at": None,
        "listed": True,
    }
    return Person(**(values | more))


ALICE = person(1, "Alice")
BOB = person(2, "Bob O'Hara")
ADA = person(3, "Ada", "admin")


def caller(who: Person) -> Caller:
    """`who`, signed in."""
    return Caller(who, "session", session_id=who.id)


class People:
    """Looks people up."""

    def __init__(self) -> None:
        self.known = {who.id: who for who in (ALICE, BOB, ADA)}

    def get(self, person_id: int) -> Person:
        try:
            return self.known[person_id]
        except KeyError:
            raise Missing("tools.unknown") from None


class Steady:
    """A steady clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Silent:
    """An audit trail that nobody reads."""

    async def record(self, *_: Any, **__: Any) -> None:
        """Forget it."""


@dataclasses.dataclass(frozen=True)
class OneJob:
    """A job as tools see it."""

    id: int
    kind: str
    state: str
    first_error: str | None
    fields: dict[str, Any]


class OneProcessJobs:
    """Runs a job's script directly, without lock, log or record."""

    def __init__(self) -> None:
        self.jobs: dict[int, OneJob] = {}
        self.asked: list[dict[str, Any]] = []
        self._running: dict[int, asyncio.Task[OneJob]] = {}

    async def start(self, kind: str, **asked: Any) -> OneJob:
        number = len(self.jobs) + 1
        self.asked.append(asked)
        self.jobs[number] = OneJob(number, kind, "running", None, asked["fields"])
        self._running[number] = asyncio.create_task(self._run(number, asked))
        return self.jobs[number]

    async def _run(self, number: int, asked: dict[str, Any]) -> OneJob:
        process = await asyncio.create_subprocess_exec(
            *asked["argv"], env=asked["env"], cwd=asked["cwd"], stdout=-1, stderr=-2
        )
        output, _ = await process.communicate()
        lines = output.decode().strip().splitlines()
        state, error = ("failed", lines[-1] if lines else "nothing") if process.returncode else ("done", None)
        self.jobs[number] = dataclasses.replace(self.jobs[number], state=state, first_error=error)
        return self.jobs[number]

    async def wait(self, job_id: int) -> OneJob:
        return await asyncio.shield(self._running[job_id])

    def list(self) -> list[OneJob]:
        return list(self.jobs.values())


MANIFEST = """
id = "{id}"
name = "Fake"
icon = "box"
summary = "A tool for tests."
port = {port}
{top}
[run]
argv = ["{python}", "-I", "{fake}", {argv}]
listen = "{listen}"
cwd = "/"
{run}
{rest}
"""


@dataclasses.dataclass
class Studio:
    """Tools under test and what they need. `open` starts a portal; a second one stands for the next portal."""

    settings: all_settings.Settings
    workspace: Workspace
    setup: Path
    bus: Bus = dataclasses.field(default_factory=Bus)
    people: People = dataclasses.field(default_factory=People)
    jobs: OneProcessJobs = dataclasses.field(default_factory=OneProcessJobs)
    seen: list[Event] = dataclasses.field(default_factory=list)
    opened: list[tuple[Tools, Keepers]] = dataclasses.field(default_factory=list)

    def tool(
        self, id_: str = "fake", *, port: int = 9000, listen: str = "port", argv: str = "", **parts: str
    ) -> Path:
        """Write a manifest of the fake tool into a folder of its own."""
        where = '"--socket", "{socket}"' if listen == "socket" else '"--port", "{port}"'
        text = MANIFEST.format(
            id=id_,
            port=port,
            python=sys.executable,
            fake=FAKE,
            listen=listen,
            argv=", ".join(part for part in (where, argv) if part),
            top=parts.get("top", ""),
            run=parts.get("run", ""),
            rest=parts.get("rest", ""),
        )
        folder = self.setup / id_
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tool.toml").write_text(text, encoding="utf-8")
        return folder

    async def open(
        self, *, ports: Ports | None = None, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep, **more: Any
    ) -> Tools:
        """A portal's tools, started."""
        keepers = Keepers(self.workspace.units, self.workspace.runtime)
        tools = Tools(
            self.settings,
            self.workspace,
            keepers=keepers,
            jobs=self.jobs,
            people=self.people,
            bus=self.bus,
            audit=Silent(),
            ports=ports,
            sleep=sleep,
            **more,
        )
        await tools.start_service()
        self.opened.append((tools, keepers))
        return tools

    async def leave(self) -> None:
        """The newest portal goes; its tools stay."""
        tools, keepers = self.opened.pop()
        await tools.stop_service()
        await keepers.close()


@pytest.fixture
async def studio(workspace: Workspace, root: Path) -> AsyncIterator[Studio]:
    """A studio with an empty folder of manifests, whose tools run as the account of the tests."""
    setup = root / "setup"
    setup.mkdir()
    settings = all_settings.load(
        {"workspace": str(workspace.root), "setup_dir": str(setup), "accounts": "same"}, environment={}
    )
    found = Studio(settings, workspace, setup)
    found.bus.subscribe(found.seen.append)
    yield found
    if not found.opened:
        await found.open()
    for tools, keepers in found.opened:
        await tools.end_all()
        await tools.stop_service()
        await keepers.close()
