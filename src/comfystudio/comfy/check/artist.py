"""One of the two artists who are nobody: asks ComfyUI as any artist's request does."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Mapping
from itertools import count
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import aiohttp

from comfystudio.comfy.check.ear import Ear
from comfystudio.comfy.events.endings import state_of
from comfystudio.comfy.events.frames import Ended
from comfystudio.comfy.owners import Owner
from comfystudio.comfy.worker import Worker
from comfystudio.errors import Unavailable

__all__ = ["Answer", "Artist", "Graph", "first_image"]

Heard = TypeVar("Heard")
Graph = dict[str, Any]
# Before everybody's prompts: a check of a ComfyUI at work waits for the one that runs and for no other.
_numbers = count(-1_000_000_000)
SILENCE = 5.0
PATIENCE = 60.0


class Answer:
    """Status and content of an answer."""

    def __init__(self, status: int, content: bytes) -> None:
        self.status = status
        self.content = content

    @property
    def good(self) -> bool:
        """Whether what was asked for was done."""
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """The content as JSON; None where it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


class Artist:
    """`prompts` are the ids of all prompts it has queued."""

    def __init__(self, worker: Worker, ear: Ear, owner: Owner) -> None:
        self.owner = owner
        self.prompts: list[str] = []
        self._worker = worker
        self._ear = ear

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """GET `path`, which is encoded already; the values of `query` are not."""
        target = f"{path}?{urlencode(query, quote_via=quote)}" if query else path
        return Answer(*await self._worker.ask("GET", target, owner=self.owner, headers=(headers or {}).items()))

    async def send(self, method: str, path: str, body: Any = None) -> Answer:
        """Ask with a JSON body, or with bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return Answer(*await self._worker.ask(method, path, owner=self.owner, body=content))

    async def upload(self, name: str, content: bytes, *, to: str = "/upload/image", **fields: str) -> Answer:
        """Send an image in a form."""
        form = aiohttp.FormData()
        for field, value in fields.items():
            form.add_field(field, value)
        form.add_field("image", content, filename=name, content_type="image/png")
        return Answer(*await self._worker.ask("POST", to, owner=self.owner, body=form))

    async def post(self, graph: Graph, **more: Any) -> Answer:
        """Queue `graph`; `more` are further fields, `prompt_id` and `number` among them."""
        given = {"prompt_id": str(uuid.uuid4()), "number": next(_numbers), "prompt": graph, "extra_data": {}}
        body: dict[str, Any] = given | more
        answer = await self.send("POST", "/prompt", body)
        if answer.good:
            self.prompts.append(body["prompt_id"])
        return answer

    async def queue(self, graph: Graph, **more: Any) -> str:
        """Queue `graph`, which has to be taken; its id."""
        answer = await self.post(graph, **more)
        if not answer.good:
            problem = answer.content[:200].decode(errors="replace")
            raise Unavailable("comfy.odd_answer", path="/prompt", problem=f"status {answer.status}: {problem}")
        return self.prompts[-1]

    async def run(self, graph: Graph, **more: Any) -> Ended:
        """Queue `graph` and wait for its end."""
        return await self.over(await self.queue(graph, **more))

    async def over(self, prompt_id: str) -> Ended:
        """The end of a prompt."""
        return await self._patiently(self._ear.end(prompt_id), prompt_id)

    async def begun(self, prompt_id: str) -> None:
        """The beginning of a prompt."""
        await self._patiently(self._ear.heard(prompt_id, "execution_start"), prompt_id)

    async def _patiently(self, heard: Awaitable[Heard], prompt_id: str) -> Heard:
        """What was heard. `Unavailable` where it ends and nobody says so, or where its turn does not come."""
        listening = asyncio.ensure_future(heard)
        try:
            await asyncio.wait([listening], timeout=SILENCE)
            if not listening.done() and prompt_id in (await self._worker.prompts([prompt_id])).done:
                raise Unavailable("comfy.no_events")
            async with asyncio.timeout(PATIENCE):
                return await listening
        except TimeoutError:
            raise Unavailable("comfy.check_waits", seconds=round(PATIENCE)) from None
        finally:
            listening.cancel()


def first_image(end: Ended) -> str:
    """The name of the first picture that a prompt made; `Unavailable` where it made none."""
    for output in end.outputs.values():
        for image in output.get("images", ()):
            return str(image["filename"])
    raise Unavailable("comfy.check_not_furnished", problem=state_of(end.status)[1] or "no picture")
