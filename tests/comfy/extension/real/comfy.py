"""A real ComfyUI with the extension and the tests' own nodes, and what the portal would do with it."""

import asyncio
import contextlib
import itertools
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from tests.comfy.extension.loading import PACK
from tests.contract.running import free_port

__all__ = ["Artist", "Portal", "Real", "artists", "picture", "portal", "start"]

TESTS_PACK = Path(__file__).parents[1] / "pack" / "studio_tests"
BOOT = 180.0


@dataclass
class Real:
    """The process and its folders."""

    process: subprocess.Popen[bytes]
    url: str
    folder: Path
    secret: str

    def said(self) -> str:
        """Its log."""
        return (self.folder / "log").read_text(errors="replace")

    def ask(self, path: str, **headers: str) -> tuple[int, bytes]:
        """One request, without the secret unless it is among `headers`."""
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@contextlib.contextmanager
def start(checkout: Path, *, extension: bool = True, secret: str | None = "") -> Iterator[Real]:
    """A ComfyUI from `checkout` that answers; stopped afterwards. `secret` None gives it none."""
    with tempfile.TemporaryDirectory(prefix="comfystudio-") as name:
        folder = Path(name)
        for kind in ("home", "packs", "output", "input", "user"):
            (folder / kind).mkdir()
        left_out = shutil.ignore_patterns("__pycache__")
        packs = [TESTS_PACK, PACK] if extension else [TESTS_PACK]
        for pack in packs:
            shutil.copytree(pack, folder / "packs" / pack.name, ignore=left_out)
        paths = {"tests": {"base_path": str(folder), "custom_nodes": "packs", "is_default": True}}
        (folder / "paths.yaml").write_text(json.dumps(paths))
        port, secret = free_port(), secrets.token_urlsafe(32) if secret == "" else secret
        argv = [
            checkout / "venv/bin/python", "main.py", "--cpu", "--listen", "127.0.0.1", "--port", str(port),
            "--disable-api-nodes", "--disable-all-custom-nodes",
            "--whitelist-custom-nodes", *(pack.name for pack in packs),
            "--extra-model-paths-config", folder / "paths.yaml", "--output-directory", folder / "output",
            "--input-directory", folder / "input", "--temp-directory", folder, "--user-directory", folder / "user",
            "--database-url", f"sqlite:///{folder}/comfyui.db", "--preview-method", "auto",
        ]  # fmt: skip
        env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
        env["PYTHONHASHSEED"] = "0"  # ComfyUI goes through sets of inputs: two processes must do so in one order
        if secret is not None:
            env["COMFYSTUDIO_SECRET"] = secret
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(argv, cwd=checkout, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        found = Real(process, f"http://127.0.0.1:{port}", folder, secret or "")
        try:
            _wait(found)
            yield found
        finally:
            process.kill()
            process.wait()


def _wait(real: Real) -> None:
    deadline = time.monotonic() + BOOT
    while True:
        try:
            real.ask("/features")
        except OSError:
            assert real.process.poll() is None, real.said()[-3000:]
            assert time.monotonic() < deadline, real.said()[-3000:]
            time.sleep(0.1)
        else:
            return


@dataclass(frozen=True)
class Artist:
    """A synthetic owner."""

    id: int
    folder: str

    @property
    def headers(self) -> dict[str, str]:
        """What the portal adds to their requests, without the secret."""
        return {"X-ComfyStudio-Owner": f"{self.id} {quote(self.folder, safe='')}"}


_numbers = itertools.count(1)


def artists(*folders: str) -> list[Artist]:
    """Fresh ones with these folders, told apart by a number behind."""
    return [Artist(number, f"{folder} {number}") for folder in folders for number in [next(_numbers)]]


def picture(color: int = 1, prefix: Any = "x") -> dict[str, Any]:
    """A graph that saves a small picture."""
    return {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 16, "height": 16, "batch_size": 1, "color": color}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": prefix}},
    }


@dataclass
class Portal:
    """What the tests do in the portal's place: requests with the secret, and the channel of events."""

    real: Real
    session: aiohttp.ClientSession
    socket: aiohttp.ClientWebSocketResponse
    hello: dict[str, Any]
    heard: list[dict[str, Any]] = field(default_factory=list)
    frames: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)

    async def ask(self, method: str, path: str, artist: Artist | None = None, **more: Any) -> tuple[int, Any]:
        """One request; the answer's JSON, or its bytes where it is none."""
        headers = artist.headers if artist is not None else {}
        async with self.session.request(method, path, headers=headers, **more) as answer:
            body = await answer.read()
            is_json = answer.content_type == "application/json"
            return answer.status, json.loads(body) if is_json else body

    async def validate(self, artist: Artist, graph: Any, **more: Any) -> dict[str, Any]:
        """What validation says."""
        body = {"prompt_id": str(uuid.uuid4()), "prompt": graph, **more}
        status, answer = await self.ask("POST", "/comfystudio/validate", artist, json=body)
        assert status == 200, answer
        found: dict[str, Any] = answer
        return found

    async def post(self, artist: Artist | None, graph: Any, **more: Any) -> tuple[int, Any, str]:
        """Queue a prompt: status, answer, id."""
        prompt_id = str(uuid.uuid4())
        body = {"prompt_id": prompt_id, "prompt": graph, **more}
        status, answer = await self.ask("POST", "/prompt", artist, json=body)
        return status, answer, body["prompt_id"]

    async def run(self, artist: Artist, graph: Any, **more: Any) -> dict[str, Any]:
        """Queue a prompt and wait for its result."""
        status, answer, prompt_id = await self.post(artist, graph, **more)
        assert status == 200, answer
        return await self.result(prompt_id)

    async def result(self, prompt_id: str) -> dict[str, Any]:
        """The result of a prompt, heard over the channel."""
        found = await self.until(lambda each: each.get("result", {}).get("prompt_id") == prompt_id)
        result: dict[str, Any] = found["result"]
        return result

    async def until(self, wanted: Any, within: float = 30.0) -> dict[str, Any]:
        """The first message that `wanted` says yes to, among those heard and those that come."""
        seen = 0
        async with asyncio.timeout(within):
            while True:
                for each in self.heard[seen:]:
                    if wanted(each):
                        return each
                seen = len(self.heard)
                await self._hear()

    async def _hear(self) -> None:
        message = await self.socket.receive()
        if message.type is aiohttp.WSMsgType.TEXT:
            self.heard.append(json.loads(message.data))
        else:
            assert message.type is aiohttp.WSMsgType.BINARY, message
            length = int.from_bytes(message.data[:4], "big")
            self.frames.append((json.loads(message.data[4 : 4 + length]), message.data[4 + length :]))

    def messages(self, artist: Artist) -> list[dict[str, Any]]:
        """What was heard for an artist, as ComfyUI would have sent it."""
        return [each["message"] for each in self.heard if "message" in each and each["owner"] == artist.id]

    def saved(self, kind: str, artist: Artist) -> list[str]:
        """All files in an artist's folder of that kind."""
        folder = self.real.folder / kind / artist.folder
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def folder(self, kind: str, artist: Artist) -> Path:
        """An artist's folder of that kind."""
        found = self.real.folder / kind / artist.folder
        found.mkdir(parents=True, exist_ok=True)
        return found


@contextlib.asynccontextmanager
async def portal(real: Real) -> AsyncIterator[Portal]:
    """One that listens."""
    headers = {"X-ComfyStudio-Secret": real.secret}
    async with (
        aiohttp.ClientSession(real.url, headers=headers) as session,
        session.ws_connect("/comfystudio/events", max_msg_size=0) as socket,
    ):
        hello = (await socket.receive_json())["hello"]
        yield Portal(real, session, socket, hello)
