"""A studio around ComfyUI's process, as far as prompts and pages are concerned: real record, real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web

from comfystudio.comfy import Health, Prepared, Tabs, Worker, Workers
from comfystudio.comfy.check import Finding, Report
from comfystudio.errors import Missing
from comfystudio.events import Bus, everyone
from comfystudio.people import Caller, Person
from comfystudio.queue import Accepted, Prompts
from comfystudio.storage import Database
from tests.queue.house import ALICE, BOB, OWNERS, add_owners, graph, record

__all__ = ["ALICE", "BOB", "House", "Page", "house"]


def _person(number: int) -> Person:
    return Person(number, f"P{number}", f"P{number}", "artist", False, True, None, None, True)


@dataclass
class Roster:
    """Who is there."""

    bus: Bus
    known: dict[int, Person] = field(default_factory=lambda: {each: _person(each) for each in OWNERS})

    def get(self, person_id: int) -> Person:
        """As they are now."""
        if person_id not in self.known:
            raise Missing("people.no_such_person")
        return self.known[person_id]

    def change(self, person_id: int, **facts: Any) -> None:
        """Somebody is renamed or disabled."""
        self.known[person_id] = replace(self.known[person_id], **facts)
        self.bus.publish("people", "people.changed", {"what": "roster"}, to=everyone())


@dataclass
class Making:
    """Makes folders: notes for whom."""

    made: list[tuple[int, str]] = field(default_factory=list)

    async def prepare(self, person: Person) -> None:
        """Note it."""
        self.made.append((person.id, person.folder))


@dataclass
class OpenGate:
    """Lets artists in, unless it has a sentence."""

    sentence: str | None = None
    last: Report | None = None
    asked: list[tuple[str, bool]] = field(default_factory=list)

    async def admit(self, worker: Worker, health: Health, process: str, *, adopted: bool) -> str | None:
        """The sentence."""
        del worker, health
        self.asked.append((process, adopted))
        return self.sentence

    async def check(self, worker: Worker, health: Health, process: str) -> Report:
        """The sentence as a finding."""
        del worker
        self.asked.append((process, False))
        finding = Finding("door", self.sentence is None, self.sentence or "Closed.")
        self.last = Report((finding,), *health.fingerprint, at=1.0, took=0.5)
        return self.last


@dataclass
class Visit:
    """An admitted request."""

    request: web.Request
    caller: Caller
    rights: dict[int, list[Callable[[], None]]]

    @contextmanager
    def held(self, close: Callable[[], None]) -> Iterator[None]:
        """Until the right ends."""
        mine = self.rights.setdefault(self.caller.person.id, [])
        mine.append(close)
        yield
        mine.remove(close)


class Page:
    """A page's socket: everything heard so far is in `heard` (messages) and `frames`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self.frames: list[bytes] = []

    async def say(self, message: Any) -> None:
        """Send something."""
        await self.socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def next(self) -> Any:
        """The next message or frame; None when the socket is closed."""
        async with asyncio.timeout(5):
            found = await self.socket.receive()
        if found.type is aiohttp.WSMsgType.TEXT:
            self.heard.append(json.loads(found.data))
            return self.heard[-1]
        if found.type is aiohttp.WSMsgType.BINARY:
            self.frames.append(found.data)
            return found.data
        return None

    async def until(self, type_: str) -> dict[str, Any]:
        """Read up to a message of that type."""
        while True:
            found = await self.next()
            assert found is not None, self.heard
            if isinstance(found, dict) and found["type"] == type_:
                return found

    async def types(self, count: int) -> list[str]:
        """The types of the next `count` messages; a status is told with its count."""
        found = [await self.next() for _ in range(count)]
        return [_named(each) for each in found]


def _named(message: Any) -> str:
    if message["type"] == "status":
        return f"status {message['data']['status']['exec_info']['queue_remaining']}"
    if message["type"] == "executing":
        return f"executing {message['data']['node']}"
    return str(message["type"])


@dataclass
class House:
    """Everything together. `page` opens a page's socket, `post` puts a prompt on record and hands it over."""

    database: Database
    bus: Bus
    prompts: Prompts
    people: Roster
    making: Making
    gate: OpenGate
    tabs: Tabs
    workers: Workers
    rights: dict[int, list[Callable[[], None]]]
    closed: list[str | None]
    url: str = ""
    session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def page(self, owner: int, client_id: str = "") -> AsyncIterator[Page]:
        """A page of `owner`, past its first message."""
        assert self.session
        query = f"?clientId={client_id}" if client_id else ""
        async with self.session.ws_connect(f"{self.url}/{owner}/ws{query}", max_msg_size=0) as socket:
            page = Page(socket)
            await page.next()
            yield page

    async def post(self, owner: int, prompt_id: str, **more: Any) -> Accepted:
        """As the routes do it."""
        asked = {"graph": graph(), "extra": {}, "targets": []} | more
        accepted = await self.prompts.accept(owner, id=prompt_id, **asked)
        self.workers.submit(accepted)
        return accepted

    async def of(self, owner: int, prompt_id: str) -> Accepted:
        """As it stands on record."""
        found = await self.prompts.one(owner, prompt_id)
        assert found is not None
        return found

    async def state(self, owner: int, prompt_id: str) -> str:
        """How it stands."""
        return (await self.of(owner, prompt_id)).prompt.state


@asynccontextmanager
async def house(database: Database, *, fresh: bool = True) -> AsyncIterator[House]:
    """A portal on `database`; leaving it is the portal's death as far as ComfyUI can tell."""
    bus = Bus()
    if fresh:
        await add_owners(database)
    async with record(database, bus) as prompts:
        people, making, gate = Roster(bus), Making(), OpenGate()
        prepared = Prepared(making)
        closed: list[str | None] = []
        tabs = Tabs(prompts, prepared)
        workers = Workers(
            prompts=prompts, tabs=tabs, people=people, preparer=prepared, bus=bus, gate=gate, close=closed.append
        )
        found = House(database, bus, prompts, people, making, gate, tabs, workers, {}, closed)

        async def serve(request: web.Request) -> web.StreamResponse:
            person = people.get(int(request.match_info["owner"]))
            return await tabs.serve(Visit(request, Caller(person, "session"), found.rights))

        app = web.Application()
        app.router.add_get("/{owner}/ws", serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await workers.start()
        async with aiohttp.ClientSession() as session:
            found.session = session
            try:
                yield found
            finally:
                await workers.stop()
        await runner.cleanup()
