"""Stand-ins for people and tools, and a real tool that says what reached it."""

import asyncio
import hashlib
import json
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from comfystudio.errors import Missing, NotSignedIn


@dataclass(frozen=True)
class Person:
    """Somebody on the roster."""

    id: int
    name: str
    role: str = "artist"


@dataclass(frozen=True)
class Caller:
    """Who sends a request."""

    person: Person
    via: str = "session"
    session_id: int | None = None
    token_id: int | None = None
    scope: str = "use"


ADA = Person(1, "Ada", "admin")
BO = Person(2, "Bo")


class Sessions:
    """Sessions in a dictionary, ended as the real ones are."""

    def __init__(self) -> None:
        self.portal: dict[str, Caller] = {}
        self.children: dict[tuple[str, str, str], tuple[Caller, int]] = {}
        self._listeners: list[Callable[[frozenset[int]], None]] = []
        self._next = 0

    def sign_in(self, person: Person) -> str:
        raw = secrets.token_urlsafe(32)
        self._next += 1
        self.portal[raw] = Caller(person, session_id=self._next)
        return raw

    def find(self, raw: str) -> Caller | None:
        return self.portal.get(raw)

    def find_child(self, raw: str, tool: str, origin: str) -> Caller | None:
        found = self.children.get((raw, tool, origin))
        return found[0] if found else None

    async def open_child(self, parent: Caller, *, tool: str, origin: str) -> str:
        if not any(each.session_id == parent.session_id for each in self.portal.values()):
            raise NotSignedIn("gateway.not_signed_in")
        raw = secrets.token_urlsafe(32)
        self._next += 1
        child = Caller(parent.person, session_id=self._next)
        self.children[raw, tool, origin] = (child, parent.session_id or 0)
        return raw

    def child(self, person: Person, tool: str, origin: str) -> str:
        """A signed-in browser at a tool, without the way there."""
        parent = self.find(self.sign_in(person))
        assert parent is not None
        raw = secrets.token_urlsafe(32)
        self._next += 1
        self.children[raw, tool, origin] = (Caller(person, session_id=self._next), parent.session_id or 0)
        return raw

    def end(self, person: Person) -> None:
        """Sign the person out everywhere."""
        ended = {each.session_id for each in self.portal.values() if each.person == person}
        ended |= {each.session_id for each, _ in self.children.values() if each.person == person}
        self.portal = {raw: each for raw, each in self.portal.items() if each.person != person}
        self.children = {key: each for key, each in self.children.items() if each[0].person != person}
        for listener in self._listeners:
            listener(frozenset(each for each in ended if each is not None))

    def on_ended(self, callback: Callable[[frozenset[int]], None]) -> None:
        self._listeners.append(callback)


class Tokens:
    """Tokens in a dictionary."""

    def __init__(self) -> None:
        self.known: dict[str, Caller] = {}

    def make(self, person: Person) -> str:
        raw = "cst_" + secrets.token_urlsafe(32)
        self.known[raw] = Caller(person, via="token", token_id=len(self.known) + 1)
        return raw

    def find(self, raw: str) -> Caller | None:
        return self.known.get(raw)


@dataclass(frozen=True)
class Upstream:
    """Where a tool listens."""

    key: tuple[str, str]
    unix: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    headers: tuple[tuple[str, str], ...] = (("X-Secret", "only-the-gateway-knows"),)
    forward_host: bool = True
    cookies: tuple[str, ...] = ("_xsrf", "tool-*")
    static_prefixes: tuple[str, ...] = ("/static/",)


@dataclass
class Rules:
    """The part of a manifest that is about the gateway."""

    front: str | None = None


@dataclass
class Manifest:
    """What the gateway reads of a manifest."""

    name: str
    instances: str = "one"
    gateway: Rules = field(default_factory=Rules)


@dataclass
class View:
    """How a tool stands."""

    state: str = "stopped"
    progress: float | None = None
    phase: str | None = None
    since: float | None = None
    takes_seconds: float | None = None
    first_error: str | None = None
    error: str | None = None


class Tools:
    """Tools by id: their ports, their upstreams, and who may use them."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self.manifests: dict[str, Manifest] = {}
        self.views: dict[str, View] = {}
        self.upstreams: dict[str, Upstream | None] = {}
        self.refused: set[tuple[int, str]] = set()
        self.started: list[str] = []
        self.asked = 0
        self.on_start: Callable[[str], None] = lambda _tool: None

    def add(self, tool: str, port: int, upstream: Upstream | None = None, *, instances: str = "one") -> None:
        self.ports[tool] = port
        self.manifests[tool] = Manifest(tool.title(), instances)
        self.views[tool] = View("ready" if upstream else "stopped")
        self.upstreams[tool] = upstream

    def listeners(self) -> list[tuple[str, int]]:
        return list(self.ports.items())

    def manifest(self, tool_id: str) -> Manifest:
        if tool_id not in self.manifests:
            raise Missing("gateway.no_such_tool", tool=tool_id)
        return self.manifests[tool_id]

    def upstream(self, tool_id: str, person: Person) -> Upstream | None:
        self.asked += 1
        return self.upstreams[tool_id]

    def view(self, tool_id: str, caller: Caller) -> View:
        return self.views[tool_id]

    async def start(self, tool_id: str, caller: Caller) -> View:
        self.started.append(tool_id)
        self.views[tool_id].state = "starting"
        self.on_start(tool_id)
        return self.views[tool_id]

    def may(self, person: Person, tool_id: str) -> str | None:
        return "gateway.not_signed_in" if (person.id, tool_id) in self.refused else None


@dataclass
class Tool:
    """A real HTTP server that records what reaches it."""

    hits: list[web.Request] = field(default_factory=list)
    sockets: int = 0
    cut_off: int = 0
    uploaded: int = 0
    paused: asyncio.Event = field(default_factory=asyncio.Event)
    closed: list[int | None] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**40)
        app.router.add_route("*", "/echo", self.echo)
        app.router.add_get("/bytes/{count}", self.bytes)
        app.router.add_get("/endless", self.endless)
        app.router.add_route("*", "/upload", self.upload)
        app.router.add_get("/static/{name}", self.static)
        app.router.add_get("/pages/{name}", self.static)
        app.router.add_get("/cookies", self.cookies)
        app.router.add_get("/away", self.away)
        app.router.add_get("/file", self.file)
        app.router.add_get("/broken", self.broken)
        app.router.add_get("/events", self.events)
        app.router.add_get("/ws", self.ws)
        app.router.add_get("/no", self.no)
        app.router.add_route("*", "/{path:.*}", self.echo)
        return app

    async def echo(self, request: web.Request) -> web.Response:
        self.hits.append(request)
        body = await request.read()
        told = {
            "method": request.method,
            "path": request.raw_path,
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.raw_headers],
            "length": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        return web.json_response(told, headers={"X-Powered-By": "Tool", "X-Tool": "yes"})

    async def bytes(self, request: web.Request) -> web.StreamResponse:
        self.hits.append(request)
        count = int(request.match_info["count"])
        response = web.StreamResponse()
        if "chunked" not in request.query:
            response.content_length = count
        await response.prepare(request)
        part = b"x" * 65536
        while count:
            await response.write(part[:count])
            count -= min(count, len(part))
        return response

    async def endless(self, request: web.Request) -> web.StreamResponse:
        self.hits.append(request)
        response = web.StreamResponse()
        try:
            await response.prepare(request)
            while True:
                await response.write(b"tick\n")
                await asyncio.sleep(0.02)
        except (ConnectionError, asyncio.CancelledError):
            self.cut_off += 1
            raise

    async def upload(self, request: web.Request) -> web.Response:
        self.hits.append(request)
        digest, length = hashlib.sha256(), 0
        try:
            async for part in request.content.iter_any():
                digest.update(part)
                length += len(part)
                self.uploaded = length
        except BaseException:
            self.cut_off += 1
            raise
        return web.json_response({"length": length, "sha256": digest.hexdigest()})

    async def static(self, request: web.Request) -> web.Response:
        self.hits.append(request)
        headers = {"ETag": '"one"', "Content-Type": "text/javascript"}
        if "immutable" in request.query:
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if "private" in request.query:
            headers["Cache-Control"] = "private"
        return web.Response(body=b"console.log(1)", headers=headers)

    async def cookies(self, request: web.Request) -> web.Response:
        self.hits.append(request)
        response = web.Response(text="ok")
        for line in json.loads(request.query["lines"]):
            response.headers.add("Set-Cookie", line)
        return response

    async def away(self, request: web.Request) -> web.Response:
        self.hits.append(request)
        return web.Response(status=302, headers={"Location": request.query["to"]})

    async def file(self, request: web.Request) -> web.StreamResponse:
        self.hits.append(request)
        return web.FileResponse(Path(__file__))

    async def broken(self, request: web.Request) -> web.StreamResponse:
        self.hits.append(request)
        assert request.transport is not None
        if "late" in request.query:
            request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nstart")
            await asyncio.sleep(0.1)
        elif "odd" in request.query:
            request.transport.write(b"SSH-2.0-OpenSSH\r\n")
        request.transport.abort()
        return web.Response()

    async def events(self, request: web.Request) -> web.StreamResponse:
        self.hits.append(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: first\n\n")
        await self.paused.wait()
        await response.write(b"data: second\n\n")
        return response

    async def no(self, request: web.Request) -> web.Response:
        self.hits.append(request)
        return web.Response(status=403)

    async def ws(self, request: web.Request) -> web.WebSocketResponse:
        self.hits.append(request)
        response = web.WebSocketResponse(protocols=("v2", "v1"), max_msg_size=0, compress=True)
        await response.prepare(request)
        self.sockets += 1
        try:
            async for message in response:
                if message.data == "close":
                    await response.close(code=4321, message=b"as asked")
                elif message.type is WSMsgType.TEXT:
                    await response.send_str(message.data)
                elif message.type is WSMsgType.BINARY:
                    await response.send_bytes(message.data)
        finally:
            self.sockets -= 1
            self.closed.append(response.close_code)
        return response


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    taken = []
    for _ in range(count):
        each = socket.socket()
        each.bind(("127.0.0.1", 0))
        taken.append(each)
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


def pairs(told: dict[str, Any], name: str) -> list[str]:
    """The values under which header `name` reached the tool."""
    return [value for key, value in told["headers"] if key.lower() == name.lower()]
