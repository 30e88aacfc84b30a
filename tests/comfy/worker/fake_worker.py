"""What the extension inside ComfyUI promises, on a real port and without ComfyUI: the test says what runs."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from comfystudio.comfy.owners import HEADER, Owner, read_header

__all__ = ["SECRET", "FakeUpstream", "FakeWorker", "fake_worker"]

SECRET = "the secret of this start"
SUCCESS = {"status_str": "success", "completed": True, "messages": []}


@dataclass(frozen=True)
class FakeUpstream:
    """Where it listens."""

    port: int
    host: str = "127.0.0.1"
    unix: Path | None = None
    headers: tuple[tuple[str, str], ...] = (("X-ComfyStudio-Secret", SECRET),)


@dataclass
class FakeWorker:
    """Its queue is `pending`, what runs is `running`; nothing moves unless the test says so."""

    health: dict[str, Any] = field(
        default_factory=lambda: {
            "extension": "1", "comfyui": "0.3.64", "commit": "abc", "ok": True, "missing": [], "tested": ["0.3.64"],
            "nodes": [], "node_set": "0", "routes": ["GET /prompt"], "features": {"max_upload_size": 5},
            "busy": {"running": 0, "pending": 0},
        }
    )  # fmt: skip
    posted: list[dict[str, Any]] = field(default_factory=list)
    owner_of: dict[str, Owner] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    running: str | None = None
    history: dict[str, Any] = field(default_factory=dict)
    interrupted: list[str] = field(default_factory=list)
    folders: dict[str, str] = field(default_factory=dict)
    refuse: tuple[int, Any] | None = None
    drop_answers: int = 0
    asked: int = 0
    connections: int = 0
    upstream: FakeUpstream = FakeUpstream(0)
    _sockets: set[web.WebSocketResponse] = field(default_factory=set)
    _runner: web.AppRunner | None = None

    # What a test does

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=1 << 30)
        app.add_routes(
            [
                web.get("/comfystudio/health", self._health),
                web.post("/comfystudio/validate", self._validate),
                web.post("/prompt", self._prompt),
                web.post("/comfystudio/cancel", self._cancel),
                web.post("/comfystudio/prompts", self._prompts),
                web.post("/comfystudio/owners", self._owners),
                web.get("/comfystudio/events", self._events),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.upstream = FakeUpstream(self._runner.addresses[0][1])

    async def kill(self) -> None:
        """It is gone with all that it had in memory."""
        for socket in tuple(self._sockets):
            transport = socket._req.transport if socket._req else None
            if transport:
                transport.abort()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def cut(self) -> None:
        """The event channel breaks; it goes on working."""
        for socket in tuple(self._sockets):
            await socket.close()

    async def say(self, owner: int, type_: str, prompt_id: str | None = None, **data: Any) -> None:
        """A message for an owner's pages."""
        if prompt_id is not None:
            data["prompt_id"] = prompt_id
        await self._tell({"owner": owner, "prompt_id": prompt_id, "message": {"type": type_, "data": data}})

    async def show(self, owner: int, frame: bytes, prompt_id: str | None = None) -> None:
        """A binary frame for an owner's pages."""
        header = json.dumps({"owner": owner, "prompt_id": prompt_id}).encode()
        for socket in tuple(self._sockets):
            await socket.send_bytes(struct.pack(">I", len(header)) + header + frame)

    async def run(self, prompt_id: str) -> None:
        """The prompt's turn has come."""
        self.pending.remove(prompt_id)
        self.running = prompt_id
        owner = self.owner_of[prompt_id].id
        await self.say(owner, "execution_start", prompt_id, timestamp=1)
        await self.say(owner, "executing", prompt_id, node="2", display_node="2")

    async def end(self, prompt_id: str, status: Any = None, *, outputs: Any = None, heard: bool = True) -> None:
        """The prompt that runs is over; `heard`: its last words are said."""
        owner = self.owner_of[prompt_id].id
        self.running = None
        end = {"outputs": outputs or {}, "status": status or SUCCESS, "meta": {}}
        self.history[prompt_id] = end
        if heard:
            await self.say(owner, "execution_success", prompt_id, timestamp=2)
            await self._tell({"result": {"prompt_id": prompt_id, "owner": owner, **end}})
            await self.say(owner, "executing", prompt_id, node=None)

    async def queue_itself(self, prompt_id: str, owner: int) -> None:
        """Code inside queues a prompt."""
        self.pending.append(prompt_id)
        self.owner_of[prompt_id] = Owner(owner, "?")
        await self._tell(
            {
                "queued": {
                    "prompt_id": prompt_id,
                    "owner": owner,
                    "prompt": {},
                    "extra_data": {"api_key_comfy_org": "canary", "extra_pnginfo": {}},
                    "outputs": ["9"],
                }
            }
        )

    async def tell_text(self, text: str) -> None:
        """Any words at all."""
        for socket in tuple(self._sockets):
            await socket.send_str(text)

    # What it answers

    def _own(self, request: web.Request) -> None:
        if request.headers.get("X-ComfyStudio-Secret") != SECRET:
            raise web.HTTPForbidden

    async def _health(self, request: web.Request) -> web.Response:
        self._own(request)
        return web.json_response(self.health)

    async def _validate(self, request: web.Request) -> web.Response:
        self._own(request)
        read_header(request.headers[HEADER])
        return web.json_response({"valid": True, "outputs": ["2"], "node_errors": {}})

    async def _prompt(self, request: web.Request) -> web.StreamResponse:
        self._own(request)
        self.asked += 1
        owner, body = read_header(request.headers[HEADER]), await request.json()
        if self.refuse:
            return web.json_response(self.refuse[1], status=self.refuse[0])
        if body["prompt_id"] in self.owner_of:
            return web.json_response({"error": "known already"}, status=409)
        self.owner_of[body["prompt_id"]] = owner
        self.pending.append(body["prompt_id"])
        self.posted.append(body)
        if self.drop_answers:
            self.drop_answers -= 1
            assert request.transport
            request.transport.abort()
        return web.json_response({"prompt_id": body["prompt_id"], "number": 1, "node_errors": {}})

    async def _cancel(self, request: web.Request) -> web.Response:
        self._own(request)
        body = await request.json()
        answer: dict[str, list[str]] = {"removed": [], "interrupted": [], "unknown": []}
        for each in body["ids"]:
            if each in self.pending:
                self.pending.remove(each)
                answer["removed"].append(each)
            elif body["running"] and each == self.running:
                self.interrupted.append(each)
                answer["interrupted"].append(each)
            else:
                answer["unknown"].append(each)
        return web.json_response(answer)

    def _standing(self) -> dict[str, Any]:
        running = [self.running] if self.running else []
        return {
            name: [{"id": each, "owner": self.owner_of[each].id} for each in ids]
            for name, ids in (("running", running), ("pending", self.pending))
        }

    async def _prompts(self, request: web.Request) -> web.Response:
        self._own(request)
        ids = (await request.json())["ids"]
        return web.json_response(self._standing() | {"done": {k: v for k, v in self.history.items() if k in ids}})

    async def _owners(self, request: web.Request) -> web.Response:
        self._own(request)
        self.folders |= await request.json()
        return web.json_response({})

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        self._own(request)
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self.connections += 1
        self._sockets.add(socket)
        try:
            await socket.send_json({"hello": self._standing()})
            async for _ in socket:
                pass
        finally:
            self._sockets.discard(socket)
        return socket

    async def _tell(self, said: Any) -> None:
        await self.tell_text(json.dumps(said))


@asynccontextmanager
async def fake_worker() -> AsyncIterator[FakeWorker]:
    """One that answers; gone afterwards."""
    found = FakeWorker()
    await found.start()
    try:
        yield found
    finally:
        await found.kill()
        await asyncio.sleep(0)
