"""One ComfyUI with the studio's extension, the portal in front of it, and two artists at work in it."""

import io
import json
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from comfystudio.comfy import Tabs, Workers, place
from comfystudio.comfy.routes import ComfyFront
from comfystudio.events import Bus
from comfystudio.people import Caller, Person
from comfystudio.pictures import Pictures
from comfystudio.queue import OVER, Prompt, Prompts
from comfystudio.storage import Database
from comfystudio.storage.tables import PersonRow
from comfystudio.workspace import Workspace
from tests.comfy.house import Making, OpenGate, Roster
from tests.comfy.routes.house import Answer, ask
from tests.contract.running import Running, launch
from tests.gateway.doubles import Upstream
from tests.gateway.studio import Studio, studio_of
from tests.queue.house import record
from tests.waiting import until

__all__ = ["Artist", "Shared", "packs_beside", "shared_of"]

PACKS = Path(__file__).parents[1] / "contract" / "packs"
NAMES = {1: "Věra 猫", 2: "Bobine"}


@dataclass
class Artist:
    """Somebody at work. `mark` stands in all that is theirs, `tag` in its names; `has` are the names."""

    id: int
    folder: str
    token: str
    mark: str = field(default_factory=lambda: f"mark{secrets.token_hex(8)}")
    tag: str = field(default_factory=lambda: f"tag{secrets.token_hex(8)}")
    has: dict[str, str] = field(default_factory=dict)


@dataclass
class Shared:
    """Everything together."""

    studio: Studio
    workspace: Workspace
    comfy: Running
    prompts: Prompts
    workers: Workers
    artists: list[Artist]

    async def ask(self, artist: Artist, method: str, path: str, **more: Any) -> Answer:
        """A request of the artist's, its path as it is written."""
        return await ask(self.studio, artist.token, method, path, **more)

    async def post(self, artist: Artist, path: str, body: Any) -> Any:
        """The JSON of a POST that goes well."""
        answer = await self.ask(artist, "POST", path, data=json.dumps(body))
        assert answer.status == 200, (path, answer.status, answer.body[:500])
        return answer.json if answer.body else None

    async def get(self, artist: Artist, path: str) -> Any:
        """The JSON of a GET that goes well."""
        answer = await self.ask(artist, "GET", path)
        assert answer.status == 200, (path, answer.status, answer.body[:500])
        return answer.json

    def listen(self, artist: Artist, client: str) -> Any:
        """A page's socket."""
        headers = {"Authorization": f"Bearer {artist.token}"}
        return self.studio.client.ws_connect(
            f"{self.studio.origin('port')}/ws?clientId={client}", headers=headers, max_msg_size=0
        )

    async def settle(self, artist: Artist) -> None:
        """Give the artist an upload, a mask's place, a workflow, a setting, and prompts that are over."""
        mark, tag, has = artist.mark, artist.tag, artist.has
        has |= {"folder": artist.folder, "id": str(artist.id), "client": f"client-{tag}"}
        has["upload"] = f"upload-{tag}.png"
        form = {"image": (has["upload"], picture(mark), "image/png")}
        answer = await self.ask(artist, "POST", "/api/upload/image", data=multipart(form))
        assert answer.status == 200, answer.body
        has["workflow"] = f"work-{tag}.json"
        await self.post(artist, f"/api/userdata/workflows%2F{has['workflow']}", {"says": mark})
        has["setting"] = f"Test.{tag}"
        await self.post(artist, f"/api/settings/{has['setting']}", mark)
        has["prompt"] = await self.submit(artist, workflow(artist))
        entry = (await until(lambda: self.get(artist, f"/history/{has['prompt']}"), within=60))[has["prompt"]]
        assert entry["status"]["completed"], entry["status"]
        saved = {each["type"]: each["filename"] for found in entry["outputs"].values() for each in found["images"]}
        has |= {"picture": saved["output"], "temp": saved["temp"]}

    async def submit(self, artist: Artist, graph: dict[str, Any]) -> str:
        """Queue a workflow."""
        extra = {"extra_pnginfo": {"workflow": {"id": str(uuid.uuid4()), "says": artist.mark}}}
        body = {"prompt": graph, "client_id": artist.has["client"], "extra_data": extra}
        return str((await self.post(artist, "/api/prompt", body))["prompt_id"])

    async def occupy(self, artist: Artist, name: str) -> None:
        """A prompt that does not end by itself."""
        artist.has[name] = await self.submit(artist, workflow(artist, slow=True))

    async def running(self, artist: Artist) -> bool:
        """Whether something runs for the artist."""
        return bool((await self.get(artist, "/queue"))["queue_running"])

    async def stop(self) -> None:
        """Take back whatever waits and runs."""
        for artist in self.artists:
            await self.post(artist, "/queue", {"clear": True})
        for artist in self.artists:
            await self.post(artist, "/interrupt", {})

    async def routes(self) -> tuple[str, ...]:
        """Every route that the process says it has."""
        assert self.workers.worker
        return (await self.workers.worker.health()).routes

    async def everything(self, artist: Artist) -> tuple[list[Prompt], dict[str, bytes]]:
        """The artist's prompts as they stand on record, and all files by path and content, settings among them."""
        over, _ = await self.prompts.part(artist.id, OVER, limit=100)
        roots = [self.workspace.comfy(kind, artist.folder) for kind in ("output", "input", "temp", "user")]
        files = {str(path): path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}
        return [*(each.prompt for each in self.prompts.live(artist.id)), *over], files


def picture(mark: str) -> bytes:
    """A picture that says `mark`."""
    told, found = PngInfo(), io.BytesIO()
    told.add_text("says", mark)
    Image.new("RGBA", (8, 8), (255, 0, 0, 128)).save(found, "PNG", pnginfo=told)
    return found.getvalue()


def multipart(form: dict[str, Any]) -> Any:
    """A form: texts, and files as (name, content, type)."""
    found = aiohttp.FormData(quote_fields=False)
    for name, value in form.items():
        if isinstance(value, tuple):
            found.add_field(name, value[1], filename=value[0], content_type=value[2])
        else:
            found.add_field(name, value)
    return found


def workflow(artist: Artist, *, slow: bool = False) -> dict[str, Any]:
    """EmptyImage → SaveImage and PreviewImage, named by the artist's tag; `slow` ones only end when told to."""
    color = int.from_bytes(secrets.token_bytes(3), "big")
    last = ["slow", 0] if slow else ["empty", 0]
    found: dict[str, Any] = {
        "empty": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": color}},
        "save": {"class_type": "SaveImage", "inputs": {"images": last, "filename_prefix": f"picture-{artist.tag}"}},
        "preview": {"class_type": "PreviewImage", "inputs": {"images": last}},
    }
    if slow:
        inputs = {
            "image": ["empty", 0],
            "seconds": 600.0,
            "steps": 10_000,
            "previews": True,
            "side": 8,
            "tag": artist.mark,
        }
        found["slow"] = {"class_type": "StudioSlow", "inputs": inputs}
    return found


def packs_beside(folder: Path, packs: Path = PACKS) -> Path:
    """A file for --extra-model-paths-config that names the tests' node packs."""
    path = folder / "packs.yaml"
    path.write_text(f"tests:\n  base_path: '{packs.parent}'\n  custom_nodes: {packs.name}\n")
    return path


def _launch(checkout: Path, workspace: Workspace, secret: str, packs: Path) -> Running:
    placed = workspace.root.parent / "placed"
    placed.mkdir()
    folders = {"output": "ComfyUI/output", "input": "ComfyUI/input", "user": "ComfyUI/user"}
    flags: list[str] = []
    for name, below in folders.items():
        (workspace.root / below).mkdir(parents=True, exist_ok=True)
        flags += [f"--{name}-directory", str(workspace.root / below)]
    temp = workspace.comfy("temp", "x").parent
    temp.mkdir(parents=True)
    flags += ["--temp-directory", str(temp.parent)]
    configs = [str(place(placed)), str(packs_beside(workspace.root.parent, packs))]
    flags += ["--extra-model-paths-config", *configs]
    names = (each.name for each in packs.iterdir() if each.name.startswith("studio_"))
    flags += ["--whitelist-custom-nodes", "comfystudio_artists", *names]
    return launch(checkout, workspace.root.parent / "run", *flags, env={"COMFYSTUDIO_SECRET": secret})


@asynccontextmanager
async def shared_of(
    checkout: Path, workspace: Workspace, database: Database, *, packs: Path = PACKS
) -> AsyncIterator[Shared]:
    """`checkout` as a process with the extension, and a portal whose workers, tabs and record are the real ones."""
    secret = secrets.token_urlsafe(16)
    running = _launch(checkout, workspace, secret, packs)
    try:
        running.wait_ready()
        async with _portal(workspace, database, running, secret) as found:
            yield found
    finally:
        running.close()


@asynccontextmanager
async def _portal(workspace: Workspace, database: Database, comfy: Running, secret: str) -> AsyncIterator[Shared]:
    bus, making = Bus(), Making()
    people = Roster(bus)
    await _enlist(database)
    for number, name in NAMES.items():
        people.known[number] = Person(number, name, name, "artist", False, True, None, None, True)
    pictures = Pictures(workspace.state / "thumbnails", workers=1)
    async with record(database, bus) as prompts:
        tabs = Tabs(prompts, making)
        workers = Workers(
            prompts=prompts,
            tabs=tabs,
            people=people,
            preparer=making,
            bus=bus,
            gate=OpenGate(),
            close=lambda _sentence: None,
        )
        await workers.start()
        front = ComfyFront(
            prompts=prompts,
            workers=workers,
            tabs=tabs,
            pictures=pictures,
            workspace=workspace,
            preparer=making,
        )
        async with studio_of(workspace.root.parent, front=front) as studio:
            headers = (("X-ComfyStudio-Secret", secret),)
            upstream = Upstream(("port", ""), port=comfy.port, headers=headers, forward_host=False)
            studio.tools.upstreams["port"] = upstream
            assert await workers.arrived(upstream, "p1", adopted=False) is None
            artists = []
            for number in NAMES:
                token = f"cst_{number:032}"
                studio.tokens.known[token] = Caller(people.get(number), "token", token_id=number)  # type: ignore[assignment]
                artists.append(Artist(number, people.get(number).folder, token))
            try:
                yield Shared(studio, workspace, comfy, prompts, workers, artists)
            finally:
                await workers.stop()
    await pictures.close()


async def _enlist(database: Database) -> None:
    def work(session: Any) -> None:
        for number, name in NAMES.items():
            session.add(PersonRow(id=number, name=name, folder=name, created_at=0.0))

    await database.run(work)
