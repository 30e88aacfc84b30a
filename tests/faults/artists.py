"""Artists at a running studio's ComfyUI: a token, an open page, prompts, and what the page heard."""

import asyncio
import json
import uuid
from typing import Any, Self

import aiohttp

from tests.studio import Answer, RunningStudio
from tests.waiting import until

__all__ = ["PORT", "Artist", "picture", "slow"]

PORT = 8188


def picture(color: int = 7, prefix: str = "shot") -> dict[str, Any]:
    """A workflow that saves a picture of one colour."""
    size = {"width": 16, "height": 16, "batch_size": 1, "color": color}
    return {
        "1": {"class_type": "EmptyImage", "inputs": size},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": prefix}},
    }


def slow(seconds: float, tag: str) -> dict[str, Any]:
    """A workflow that takes `seconds`, with previews, and then saves a picture."""
    size = {"width": 16, "height": 16, "batch_size": 1, "color": 1}
    taken = {"seconds": seconds, "steps": max(1, round(seconds * 20)), "previews": True, "side": 16, "tag": tag}
    return {
        "0": {"class_type": "EmptyImage", "inputs": size},
        "1": {"class_type": "StudioSlow", "inputs": {"image": ["0", 0], **taken}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": tag}},
    }


class Artist:
    """One artist. `with` opens their page: everything it hears is in `heard`, binary frames in `frames`."""

    def __init__(self, studio: RunningStudio, name: str, password: str, *, admin: bool = False) -> None:
        self.studio, self.name = studio, name
        self.id = studio.person(name, password, admin=admin)
        token = studio.token(self.id, "admin" if admin else "use")
        self.headers = {"Authorization": f"Bearer {token}"}
        self.heard: list[dict[str, Any]] = []
        self.frames: list[bytes] = []
        self.closed = False

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """One request to ComfyUI."""
        return self.studio.request(method, path, body, port=PORT, headers=self.headers)

    def queue(self, graph: dict[str, Any]) -> str:
        """Queue a workflow; the answer is its id."""
        answer = self.ask("POST", "/prompt", {"prompt": graph, "client_id": "page"})
        assert answer.status == 200, answer.body
        found: str = answer.json["prompt_id"]
        return found

    def entry(self, prompt_id: str) -> dict[str, Any] | None:
        """What the history says of a prompt."""
        found: dict[str, Any] = self.ask("GET", f"/history/{prompt_id}").json
        return found.get(prompt_id)

    def waiting(self) -> list[str]:
        """The ids that run or wait, as the queue has them."""
        found = self.ask("GET", "/queue").json
        return [item[1] for item in [*found["queue_running"], *found["queue_pending"]]]

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(
            f"{self.studio.origin(PORT)}/ws?clientId={uuid.uuid4().hex}", headers=self.headers, max_msg_size=0
        )
        self.closed = False
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        await self._socket.close()
        await self._session.close()

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.heard.append(json.loads(message.data))
            elif message.type is aiohttp.WSMsgType.BINARY:
                self.frames.append(message.data)
        self.closed = True

    def events(self, kind: str, prompt_id: str | None = None) -> list[dict[str, Any]]:
        """The data of the events of that kind, of one prompt where one is named."""
        found = [each["data"] for each in self.heard if each["type"] == kind]
        return [each for each in found if prompt_id in {None, each.get("prompt_id")}]

    async def sees(self, kind: str, prompt_id: str | None = None, within: float = 20) -> dict[str, Any]:
        """Wait for an event; its data."""
        await until(lambda: bool(self.events(kind, prompt_id)), within, f"{self.name} never saw {kind}")
        return self.events(kind, prompt_id)[0]
