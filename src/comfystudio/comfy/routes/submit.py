"""POST /prompt: ComfyUI's verdict first, then on record, then on its way. What a client may not say is not heard."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from comfystudio.comfy.owners import Owner, owner_of
from comfystudio.comfy.routes.bodies import LARGEST, SMALL, BadBody, read_json
from comfystudio.comfy.routes.replies import reply
from comfystudio.comfy.routes.seams import Preparer, Prompts, Visit, Worker, Workers
from comfystudio.errors import TooMany, Unavailable
from comfystudio.queue import Body

__all__ = ["Submit", "is_too_much"]

# Of what a page says beside the workflow: kept with the prompt, or passed on and never stored.
KEPT = ("extra_pnginfo", "preview_method")
PRIVATE = ("auth_token_comfy_org", "api_key_comfy_org")
# ComfyUI looks at every node before it runs the first: a hundred thousand keep everybody waiting for 20 seconds.
MOST_NODES = 10_000
# What waits is held in memory by the studio and by ComfyUI alike, so one artist's workflows together have a bound.
MOST_WAITING = 10 * LARGEST
RETRY_SECONDS = 30
_NO_PROMPT = {
    "error": {
        "type": "no_prompt",
        "message": "No prompt provided",
        "details": "No prompt provided",
        "extra_info": {},
    },
    "node_errors": {},
}


class Submit:
    """Takes workflows. `number`, `front`, `client_id` and `prompt_id` of clients mean nothing here."""

    def __init__(self, prompts: Prompts, workers: Workers, preparer: Preparer) -> None:
        self._prompts = prompts
        self._workers = workers
        self._preparer = preparer
        self._large: dict[int, asyncio.Lock] = {}

    async def __call__(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """The answer to POST /prompt."""
        if (visit.request.content_length or LARGEST) <= SMALL:
            return await self._answer(visit)
        # One artist's large ones one after the other: each takes several times its size in memory while it is read.
        async with self._large.setdefault(visit.caller.person.id, asyncio.Lock()):
            return await self._answer(visit)

    async def _answer(self, visit: Visit) -> web.StreamResponse:
        asked = await read_json(visit.request, limit=LARGEST)
        worker = self._workers.worker
        if worker is None or visit.upstream is None:
            raise Unavailable("comfy.not_ready")
        if not isinstance(asked, dict):
            raise BadBody("comfy.not_an_object")
        if "prompt" not in asked:
            return reply(_NO_PROMPT, 400)
        if not isinstance(asked["prompt"], dict):
            raise BadBody("comfy.no_workflow")
        if len(asked["prompt"]) > MOST_NODES:
            raise BadBody("comfy.too_many_nodes", most=f"{MOST_NODES:,}")
        if is_too_much(each.body for each in self._prompts.live(visit.caller.person.id)):
            raise TooMany("comfy.too_much_waits", megabytes=MOST_WAITING // 1_000_000, retry_after=RETRY_SECONDS)
        await self._preparer.prepare(visit.caller.person)
        return await self._submit(worker, owner_of(visit.caller.person), asked, visit.request)

    async def _submit(
        self, worker: Worker, owner: Owner, asked: dict[str, Any], asker: web.BaseRequest
    ) -> web.StreamResponse:
        said = asked.get("extra_data")
        given = said if isinstance(said, dict) else {}
        prompt_id, graph = str(uuid.uuid4()), asked["prompt"]
        extra = {name: given[name] for name in KEPT if name in given} | {"create_time": int(time.time() * 1000)}
        private = {name: given[name] for name in PRIVATE if isinstance(given.get(name), str)}
        request = {"prompt_id": prompt_id, "prompt": graph, "extra_data": extra}
        targets = asked.get("partial_execution_targets")
        if isinstance(targets, list):
            request["partial_execution_targets"] = targets
        status, verdict = await worker.validate(owner, await _written(request, asker.content_length))
        if status != 200:
            raise Unavailable("comfy.odd_answer", path="/comfystudio/validate", problem=f"status {status}")
        found = json.loads(verdict)
        errors = found.get("node_errors", {})
        if not found.get("valid"):
            return reply({"error": found.get("error"), "node_errors": errors}, 400)
        outputs = [str(each) for each in found.get("outputs", ())]
        accepted = await self._prompts.accept(owner.id, id=prompt_id, graph=graph, extra=extra, targets=outputs)
        answer = reply({"prompt_id": prompt_id, "number": accepted.prompt.number, "node_errors": errors})
        try:
            # Written before ComfyUI has the prompt: clients listen for its events once they know its id.
            await answer.prepare(asker)
            await answer.write_eof()
        finally:
            self._workers.submit(accepted, private)
        return answer


def is_too_much(bodies: Iterable[Body]) -> bool:
    """Whether workflows that wait are more than one artist may have in memory."""
    return sum(len(each.graph) + len(each.extra) for each in bodies) > MOST_WAITING


async def _written(request: dict[str, Any], length: int | None) -> bytes:
    if length is not None and length <= SMALL:
        return _encoded(request)
    return await asyncio.to_thread(_encoded, request)


def _encoded(request: dict[str, Any]) -> bytes:
    try:
        return json.dumps(request).encode()
    except RecursionError:
        raise BadBody("comfy.too_deep") from None
