"""A whole studio behind the portal's handler: real database, people, keepers, jobs and tools, a real listener.

Only the gateway's part is played: a small door that knows sessions and tokens and sets what the gateway sets.
"""

import contextlib
import sys
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from comfystudio import settings as all_settings
from comfystudio.app.backups import BackupJobs
from comfystudio.app.elsewhere import elsewhere
from comfystudio.comfy.check import Finding, Report
from comfystudio.configuration import Configuration
from comfystudio.doctor import Doctor
from comfystudio.errors import Conflict
from comfystudio.events import Bus
from comfystudio.gallery import Gallery
from comfystudio.gateway import Origins
from comfystudio.jobs import Job, Jobs, Terminals
from comfystudio.keeper import Keepers
from comfystudio.people import LOCAL, Caller, PeopleRoom, Person
from comfystudio.pictures import Pictures
from comfystudio.queue import Accepted, Prompts
from comfystudio.storage import Database
from comfystudio.storage.backups import Backups
from comfystudio.tools import Options, Runs, Tools
from comfystudio.web import Portal, PortalCookies, Process, Services, build
from comfystudio.workspace import Workspace
from tests.gallery.conftest import put
from tests.people.conftest import PASSWORD, cheap, joined
from tests.pictures.samples import corners, encoded

__all__ = ["ADMIN", "ALICE", "BOB", "OUT", "PASSWORD", "House", "Visitor", "opened"]

ALICE, BOB, ADMIN, OUT = "Alice", "Bob O'Hara", "Ada", "Dora"
ROSTER = f'USERS=(\n  "{ALICE}"\n  "{BOB}"\n  "{OUT}"\n  "{ADMIN}:admin"\n)\n'
FAKE = Path(__file__).parents[1] / "tools" / "fake_tool.py"
TOOL = """
id = "{id}"
name = "{id}"
icon = "box"
summary = "A tool for tests."
port = {port}
{top}
[run]
argv = ["{python}", "-I", "-u", "{fake}", "--port", "{{port}}"{argv}]
listen = "port"
cwd = "/"
"""


class Life:
    """Notes what the command line asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def process(self) -> Process:
        return Process(pid=1, started_at=2, version="0", address="http://localhost:8080")

    def down(self) -> None:
        self.asked.append("down")

    def restart(self) -> None:
        self.asked.append("restart")

    async def end_tools(self) -> None:
        self.asked.append("end tools")


class Worker:
    """Plays the way to ComfyUI: notes what is submitted, and takes back whatever it is told to."""

    def __init__(self, prompts: Prompts) -> None:
        self.prompts = prompts
        self.submitted: list[str] = []

    def submit(self, accepted: Accepted, /) -> None:
        self.submitted.append(accepted.prompt.id)

    async def cancel(self, ids: Collection[str], /, *, running: bool) -> set[str]:
        live = {each for each in ids if self.prompts.get_live(each)}
        for each in live:
            self.prompts.finished(each, "cancelled")
        return live


class ComfyUI:
    """Plays the ComfyUI that runs: a check finds what `open` says."""

    def __init__(self) -> None:
        self.open: str | None = None
        self.running = True
        self.sentence: str | None = None
        self.last_check: Report | None = None

    async def check(self) -> Report:
        if not self.running:
            raise Conflict("comfy.nothing_to_check")
        finding = Finding("view", self.open is None, self.open or "Closed.")
        self.last_check = Report((finding,), "0.3.64", None, "0" * 64, at=1_700_000_000.0, took=0.25)
        self.sentence = self.last_check.sentence
        return self.last_check


class Addresses:
    """Everything is on one host; `safe` says whether the way there is."""

    def __init__(self) -> None:
        self.safe = True

    def portal(self, request: web.BaseRequest, /) -> str:
        return f"http://{request.host}"

    def tool(self, request: web.BaseRequest, tool_id: str, /) -> str | None:
        return f"http://{tool_id}.test"

    def encrypted(self, request: web.BaseRequest, /) -> bool:
        return self.safe


class Visitor:
    """A client of the API, with a cookie, a token, over the control socket, or with nothing."""

    def __init__(self, base: str, client: aiohttp.ClientSession, headers: dict[str, str]) -> None:
        self.base = base
        self.client = client
        self.headers = headers

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """One request; use it with `async with`."""
        if body is not None:
            options["json"] = body
        headers = self.headers | options.pop("headers", {})
        return self.client.request(method, self.base + path, headers=headers, allow_redirects=False, **options)

    async def json(
        self, method: str, path: str, body: Any = None, *, status: int | None = None, **options: Any
    ) -> Any:
        """The decoded answer, whose status must be `status`, or any good one."""
        async with self.ask(method, path, body, **options) as answer:
            text = await answer.text()
            assert answer.status == status if status else answer.status < 300, (answer.status, text)
            return None if not text else await answer.json(content_type=None)

    async def status(self, method: str, path: str, body: Any = None, **options: Any) -> int:
        """The status alone."""
        async with self.ask(method, path, body, **options) as answer:
            await answer.read()
            return int(answer.status)

    def socket(self, **options: Any) -> Any:
        """The events socket; use it with `async with`."""
        return self.client.ws_connect(self.base + "/api/v1/events", headers=self.headers, **options)


@dataclass
class House:
    """The studio under test. `visitor` opens a client for somebody."""

    workspace: Workspace
    setup: Path
    settings: all_settings.Settings
    database: Database
    bus: Bus
    room: PeopleRoom
    keepers: Keepers
    jobs: Jobs
    prompts: Prompts
    gallery: Gallery
    comfyui: ComfyUI
    tools: Tools
    portal: Portal
    life: Life
    addresses: Addresses
    base: str
    control: str
    client: aiohttp.ClientSession
    local_client: aiohttp.ClientSession

    def person(self, name: str) -> Person:
        found = self.room.people.by_name(name)
        assert found is not None
        return found

    async def caller(self, name: str, *, mode: bool = True) -> tuple[Caller, str]:
        """Somebody signed in anew, with the session's secret; an admin in admin mode, unless `mode` says no."""
        if not self.person(name).joined:
            await joined(self.room, name)
        sessions = self.room.sessions
        caller, raw = await sessions.open(self.person(name), address="192.0.2.7", agent="test")
        if mode and caller.person.role == "admin":
            await sessions.grant_admin_mode(caller)
        return sessions.find(raw) or caller, raw

    async def visitor(self, name: str | None = None, *, mode: bool = True) -> Visitor:
        """A browser of `name`, an admin's in admin mode unless `mode` says no, or of nobody."""
        if name is None:
            return Visitor(self.base, self.client, {})
        _, raw = await self.caller(name, mode=mode)
        return self.holder(raw)

    def holder(self, raw: str) -> Visitor:
        """A browser with the session `raw`."""
        return Visitor(self.base, self.client, {"Cookie": f"{self.cookie}={raw}"})

    def program(self, token: str) -> Visitor:
        """A program with a token."""
        return Visitor(self.base, self.client, {"Authorization": f"Bearer {token}"})

    def local(self) -> Visitor:
        """The command line, over the control socket."""
        return Visitor("http://localhost", self.local_client, {})

    @property
    def cookie(self) -> str:
        """The session cookie's name on the listener."""
        return str(place_of(self.settings).session_cookie)

    async def job(self, by: Caller, script: str = "exit 0", **more: Any) -> Job:
        """A real job that runs a line of shell."""
        asked: dict[str, Any] = {"lock": f"test:{script}:{by.person.id}", "title": "A test job", "fields": {}} | more
        return await self.jobs.start(
            "test",
            argv=("/bin/sh", "-c", script),
            env={"PATH": "/usr/bin:/bin"},
            cwd=Path("/"),
            account=None,
            by=by,
            **asked,
        )

    async def prompt(self, by: Person, text: str = "a cat", **extra: Any) -> Accepted:
        """A prompt of `by` on record that says `text`."""
        graph = {"1": {"class_type": "CLIPTextEncode", "inputs": {"text": text}}}
        return await self.prompts.accept(by.id, id=str(uuid.uuid4()), graph=graph, extra=extra, targets=["1"])

    def output(self, name: str, path: str, content: bytes | None = None, *, at: float | None = None) -> Path:
        """A file in the outputs of `name`: a small picture, unless `content` says otherwise."""
        root = self.workspace.outputs(self.person(name).folder)
        return put(root, path, encoded(corners()) if content is None else content, at=at)


def place_of(settings: all_settings.Settings) -> Any:
    """The gateway's place for the portal on this machine."""
    return Origins(settings, ()).place("", f"localhost:{settings.portal_port}")


def write_tool(setup: Path, id_: str, port: int, *, top: str = "", argv: str = "") -> None:
    """A manifest of the fake tool in a folder of its own."""
    folder = setup / id_
    folder.mkdir(parents=True)
    text = TOOL.format(id=id_, port=port, top=top, argv=argv, python=sys.executable, fake=FAKE)
    (folder / "tool.toml").write_text(text, encoding="utf-8")


def write_tools(setup: Path) -> None:
    """One tool for all, one for each artist, one for admins, a broken one."""
    write_tool(setup, "shared", 9001)
    write_tool(setup, "own", 9002, top='instances = "per-artist"')
    write_tool(setup, "closed", 9003, top='access = "admin"\naccess_reason = "Only for admins until it is safe."')
    (setup / "broken").mkdir()
    (setup / "broken" / "tool.toml").write_text('id = "broken"\nunknown = 1\n', encoding="utf-8")


class Door:
    """Plays the gateway: who calls, from where, at which place."""

    def __init__(self, room: PeopleRoom, settings: all_settings.Settings) -> None:
        self.room = room
        self.settings = settings
        self.portal: Portal | None = None

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        place = place_of(self.settings)
        authorization = request.headers.get("Authorization", "")
        if authorization.startswith("Bearer "):
            caller = self.room.tokens.find(authorization.removeprefix("Bearer "))
        else:
            raw = request.cookies.get(place.session_cookie)
            caller = self.room.sessions.find(raw) if raw else None
        told = {"place": place, "origin": place.origin, "address": "192.0.2.7", "caller": caller}
        request._state.update(told)  # aiohttp warns of keys that are text
        assert self.portal is not None
        return await self.portal(request)

    async def local(self, request: web.BaseRequest) -> web.StreamResponse:
        request._state.update({"caller": LOCAL, "address": "local"})
        assert self.portal is not None
        return await self.portal(request)


@asynccontextmanager
async def _listening(
    door: Door, control: str
) -> AsyncIterator[tuple[str, aiohttp.ClientSession, aiohttp.ClientSession]]:
    """The door's address on the network, and clients of it and of the control socket."""
    runner = web.ServerRunner(web.Server(door, access_log=None))
    local = web.ServerRunner(web.Server(door.local, access_log=None))
    await runner.setup()
    await local.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await web.UnixSite(local, control).start()
    client = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    local_client = aiohttp.ClientSession(connector=aiohttp.UnixConnector(control))
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", client, local_client
    finally:
        await client.close()
        await local_client.close()
        assert door.portal is not None
        await door.portal.close()
        await runner.cleanup()
        await local.cleanup()


@asynccontextmanager
async def opened(
    workspace: Workspace, database: Database, *, static: Path | None = None, **flags: str
) -> AsyncIterator[House]:
    """The house with the settings in `flags`, everybody but Dora having a password; Dora is disabled."""
    setup = workspace.root / "manifests"
    setup.mkdir()
    write_tools(setup)
    workspace.roster.write_text(ROSTER, encoding="utf-8")
    flags = {"setup_dir": str(setup), "accounts": "same", **flags}
    settings = all_settings.load({"workspace": str(workspace.root), **flags}, environment={})
    bus = Bus()
    room = PeopleRoom(database, workspace, bus, passwords=cheap())
    await room.start()
    keepers = Keepers(workspace.units, workspace.runtime)
    jobs = Jobs(database, keepers, bus, room.audit)
    shell = {"PATH": "/usr/bin:/bin", "HOME": str(workspace.state), "LANG": "C.UTF-8"}
    terminals = Terminals(jobs, room.audit, folder=workspace.root, environment=lambda: shell)
    await jobs.recover()
    pictures, prompts = Pictures(workspace.state / "thumbnails"), Prompts(database, bus)
    await prompts.open()
    gallery = Gallery(workspace, bus, pictures, prompts)
    tools = Tools(
        settings,
        workspace,
        keepers=keepers,
        jobs=jobs,
        people=room.people,
        bus=bus,
        audit=room.audit,
        grants=room.grants,
        options=Options(database),
    )
    room.people.on_renaming(tools.end_own)
    runs = Runs(database, keepers, bus)
    await runs.start()
    await tools.start_service()
    life, addresses, comfyui = Life(), Addresses(), ComfyUI()
    services = Services(
        settings=settings,
        version="0.1.0",
        bus=bus,
        people=room.people,
        sessions=room.sessions,
        tokens=room.tokens,
        links=room.links,
        audit=room.audit,
        tools=tools,
        runs=runs,
        jobs=jobs,
        terminals=terminals,
        prompts=prompts,
        dispatcher=Worker(prompts),
        comfyui=comfyui,
        gallery=gallery,
        cookies=PortalCookies(settings.session_days),
        addresses=addresses,
        life=life,
        oidc=elsewhere(settings, database, room),
        doctor=Doctor([]),
        configuration=Configuration(settings, flags=flags, environment={}),
        backups=Backups(workspace, kept=settings.backups_kept),
        backup_jobs=BackupJobs(settings, workspace, jobs),
    )
    door = Door(room, settings)
    door.portal = build(services, static=static or workspace.root / "no-pages")
    listening = contextlib.AsyncExitStack()
    control = str(workspace.control)
    base, client, local_client = await listening.enter_async_context(_listening(door, control))
    try:
        yield House(
            workspace,
            setup,
            settings,
            database,
            bus,
            room,
            keepers,
            jobs,
            prompts,
            gallery,
            comfyui,
            tools,
            door.portal,
            life,
            addresses,
            base,
            control,
            client,
            local_client,
        )
    finally:
        await listening.aclose()
        await tools.end_all()
        await tools.stop_service()
        await runs.stop()
        for job in jobs.list():
            if job.state == "running":
                await jobs.cancel(job.id, LOCAL)
        await jobs.close()
        await pictures.close()
        await prompts.close()
        await keepers.close()
        await room.stop()
