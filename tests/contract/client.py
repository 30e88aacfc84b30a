"""What the tests do to a ComfyUI: post workflows, listen, look."""

import asyncio
import itertools
import uuid
from typing import Any, Self

import aiohttp

from tests.contract.running import Running
from tests.waiting import until

__all__ = ["Client", "workflow"]

_counter = itertools.count(1)


def workflow(*, size: int = 64, color: int | None = None, prefix: str | None = None) -> dict[str, Any]:
    """EmptyImage → SaveImage. Without `color` and `prefix` no two are alike, so that nothing comes from a cache."""
    number = next(_counter)
    empty = {"width": size, "height": size, "batch_size": 1, "color": number if color is None else color}
    return {
        "1": {"class_type": "EmptyImage", "inputs": empty},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": prefix or f"n{number}"}},
    }


class Client:
    """One page's worth of connection: a client id, and a socket once `listen` was called."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.id = uuid.uuid4().hex
        self._session = aiohttp.ClientSession(running.url)

    async def __aenter__(self) -> Self:
        await self._session.__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._session.close()

    def request(self, method: str, path: str, **more: Any) -> Any:
        """An open answer (use `async with`)."""
        return self._session.request(method, path, **more)

    async def get(self, path: str) -> Any:
        """The JSON of a 200 answer."""
        async with self._session.get(path) as answer:
            assert answer.status == 200, f"{path}: {answer.status}"
            return await answer.json()

    async def post(self, path: str, body: Any, status: int = 200) -> Any:
        """The JSON of an answer with this status (None when it is empty)."""
        async with self._session.post(path, json=body) as answer:
            assert answer.status == status, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json() if await answer.read() else None

    async def submit(self, prompt: dict[str, Any]) -> str:
        """Queue a workflow in this client's name; its prompt id."""
        answer = await self.post("/prompt", {"prompt": prompt, "client_id": self.id})
        return str(answer["prompt_id"])

    async def done(self, prompt_id: str) -> Any:
        """Wait until a prompt is in the history; its entry."""
        found = await until(lambda: self.get(f"/history/{prompt_id}"), within=30)
        return found[prompt_id]

    def listen(self, client_id: str | None = None) -> Any:
        """A socket (use `async with`) on /ws for this client or another id."""
        return self._session.ws_connect("/ws", params={"clientId": self.id if client_id is None else client_id})

    async def hear(self, socket: aiohttp.ClientWebSocketResponse, last: str = "") -> list[dict[str, Any]]:
        """All events up to the first of type `last`, else up to the one that ends a prompt."""
        heard: list[dict[str, Any]] = []
        async with asyncio.timeout(30):
            while True:
                event = await socket.receive_json()
                heard.append(event)
                ended = event["type"] == "executing" and event["data"]["node"] is None
                if event["type"] == last or (not last and ended):
                    return heard
