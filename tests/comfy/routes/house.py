"""ComfyUI's front in a real gateway, with a real record behind it and a ComfyUI that echoes what reaches it."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yarl import URL

from comfystudio.comfy import Owner, Tabs
from comfystudio.comfy.routes import ComfyFront
from comfystudio.people import Caller, Person
from comfystudio.pictures import Pictures
from comfystudio.queue import Accepted, Prompts
from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.comfy.house import Making
from tests.gateway.doubles import Tool
from tests.gateway.studio import Studio, studio_of
from tests.queue.house import ALICE, BOB, add_owners, graph, record

__all__ = ["ADMIN", "ALICE", "BOB", "Answer", "Routes", "ask", "routes_of"]

ADMIN = 15
STATS = {
    "system": {
        "os": "posix",
        "argv": ["main.py", "--output-directory", "/workspace/ComfyUI/output"],
        "ram_total": 5,
        "python_version": "3.11.2 (main, Apr 28 2025, 14:11:48) [GCC 12.2.0]",
        "home": "~/tools",
        "embedded_python": False,
        "comfy_package_versions": [{"name": "comfyui-frontend-package", "installed": "1.2", "required": None}],
    },
    "devices": [{"name": "cuda:0 NVIDIA : cudaMallocAsync", "index": 0, "vram_total": 1, "library": "/opt/cuda"}],
}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Worker:
    """A process that finds every workflow valid unless `verdict` says otherwise, and runs none."""

    sentence: str | None = None
    ready: bool = True
    verdict: tuple[int, Any] = (200, {"valid": True, "outputs": ["5"], "node_errors": {}})
    asked: list[tuple[Owner, Any]] = field(default_factory=list)
    submitted: list[tuple[Accepted, dict[str, str]]] = field(default_factory=list)
    cancelled: list[tuple[set[str], bool]] = field(default_factory=list)
    prompts: Prompts | None = None

    @property
    def worker(self) -> "Worker | None":
        """Itself."""
        return self if self.ready else None

    async def validate(self, owner: Owner, body: bytes) -> tuple[int, bytes]:
        """The verdict."""
        self.asked.append((owner, json.loads(body)))
        return self.verdict[0], json.dumps(self.verdict[1]).encode()

    async def ask(self, method: str, path: str, *, owner: Owner | None = None) -> tuple[int, bytes]:
        """What it says of the machine."""
        assert (method, path) == ("GET", "/system_stats")
        assert owner
        return 200, json.dumps(STATS).encode()

    def submit(self, accepted: Accepted, private: Mapping[str, str]) -> None:
        """Note it."""
        self.submitted.append((accepted, dict(private)))

    async def cancel(self, ids: Collection[str], *, running: bool) -> set[str]:
        """As the real one does for what it never handed over; what runs is said to stop."""
        assert self.prompts
        self.cancelled.append((set(ids), running))
        done = set()
        for each in ids:
            found = self.prompts.get_live(each)
            if found and found.prompt.state == "queued":
                self.prompts.finished(each, "cancelled")
                done.add(each)
            elif found and running:
                done.add(each)
        return done


@dataclass
class Routes:
    """Everything together. `ask` sends a request in somebody's name."""

    studio: Studio
    front: ComfyFront
    prompts: Prompts
    worker: Worker
    making: Making
    workspace: Workspace
    tokens: dict[int, str]

    @property
    def comfy(self) -> Tool:
        """What requests are sent on to."""
        return self.studio.port_tool

    @property
    def url(self) -> str:
        """Of ComfyUI's origin."""
        return self.studio.origin("port")

    def headers(self, who: int) -> dict[str, str]:
        """What says who asks."""
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def ask(self, who: int, method: str, path: str, *, headers: Any = None, **more: Any) -> Answer:
        """One request, its path as it is written."""
        return await ask(self.studio, self.tokens[who], method, path, headers=headers, **more)

    async def get(self, who: int, path: str, **more: Any) -> Answer:
        """GET."""
        return await self.ask(who, "GET", path, **more)

    async def post(self, who: int, path: str, body: Any = None, **more: Any) -> Answer:
        """POST with a JSON body."""
        return await self.ask(who, "POST", path, data=None if body is None else json.dumps(body), **more)

    async def queue(self, who: int, prompt_id: str, **more: Any) -> Accepted:
        """Put a prompt on record."""
        asked = {"graph": graph(), "extra": {}, "targets": ["5"]} | more
        return await self.prompts.accept(who, id=prompt_id, **asked)

    async def done(self, who: int, prompt_id: str, *, outputs: Any = None, **more: Any) -> Accepted:
        """One that ran to its end."""
        accepted = await self.queue(who, prompt_id, **more)
        self.prompts.started(prompt_id, 100.0, "comfy-ui")
        status = {"status_str": "success", "completed": True, "messages": []}
        self.prompts.finished(prompt_id, "done", outputs=outputs or {}, status=status, meta={}, at=101.5)
        return accepted

    def put(self, who: int, kind: Any, name: str, content: bytes) -> Path:
        """A file in somebody's folder."""
        path = self.workspace.comfy(kind, f"P{who}") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def connect(self, who: int, path: str = "/ws") -> Any:
        """A page's socket."""
        return self.studio.client.ws_connect(self.url + path, headers=self.headers(who))


async def ask(studio: Studio, token: str, method: str, path: str, *, headers: Any = None, **more: Any) -> Answer:
    """One request at the tool `port`, its path as it is written."""
    url = URL(studio.origin("port") + path, encoded=True)
    given = {"Authorization": f"Bearer {token}"} | (headers or {})
    async with studio.client.request(method, url, headers=given, **more) as answer:
        return Answer(answer.status, answer.headers, await answer.read())


def _person(number: int) -> Person:
    role = "admin" if number == ADMIN else "artist"
    return Person(number, f"P{number}", f"P{number}", role, False, True, None, None, True)


@asynccontextmanager
async def routes_of(
    workspace: Workspace, database: Database, *, ready: bool = True, more: Sequence[str] = ()
) -> AsyncIterator[Routes]:
    """A gateway whose tool `port` has ComfyUI's front."""
    await add_owners(database)
    pictures = Pictures(workspace.state / "thumbnails", workers=1)
    async with record(database) as prompts:
        worker, making = Worker(prompts=prompts), Making()
        front = ComfyFront(
            prompts=prompts,
            workers=worker,
            tabs=Tabs(prompts, making),
            pictures=pictures,
            workspace=workspace,
            preparer=making,
            more=more,
        )
        async with studio_of(workspace.root.parent, front=front) as studio:
            tokens = {number: f"cst_{number:032}" for number in (ALICE, BOB, ADMIN)}
            for number, token in tokens.items():
                studio.tokens.known[token] = Caller(_person(number), "token", token_id=number)  # type: ignore[assignment]
            if not ready:
                studio.tools.upstreams["port"] = None
                worker.ready = False
            yield Routes(studio, front, prompts, worker, making, workspace, tokens)
    await pictures.close()
