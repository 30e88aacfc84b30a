"""Queue and history, answered from the prompts on record: those of the artist who asks, in ComfyUI's shapes."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

from aiohttp import web

from comfystudio.comfy.routes.bodies import BadBody, read_object
from comfystudio.comfy.routes.recall import Recall
from comfystudio.comfy.routes.replies import empty, reply, spliced
from comfystudio.comfy.routes.seams import Prompts, Visit
from comfystudio.comfy.routes.status import status_of
from comfystudio.queue import OVER, Accepted

__all__ = ["NEWEST", "Record"]

NEWEST = 1000
CHUNK = 32
# Prompts that end while a long answer is sent move the older ones on: read a little twice instead of missing one.
SPARE = 8


class Record:
    """Answers what ComfyUI's own queue and history would, for one artist at a time."""

    def __init__(self, prompts: Prompts, recall: Recall) -> None:
        self._prompts = prompts
        self._recall = recall

    async def count(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """GET /prompt."""
        return reply({"exec_info": {"queue_remaining": self._prompts.remaining(visit.caller.person.id)}})

    async def queue(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """GET /queue."""
        return await spliced(visit, _queue(self._prompts.live(visit.caller.person.id)))

    async def change_queue(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """POST /queue: take waiting prompts back, all or some."""
        asked = await read_object(visit.request)
        wanted = _ids(asked.get("delete"))
        live = self._prompts.live(visit.caller.person.id)
        ids = {each.prompt.id for each in live if asked.get("clear") or each.prompt.id in wanted}
        await self._recall(visit.caller.person.id, ids, running=False)
        return empty()

    async def interrupt(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """POST /interrupt: stop what runs, or the one that is named if it runs."""
        wanted = (await read_object(visit.request)).get("prompt_id")
        live = [each.prompt for each in self._prompts.live(visit.caller.person.id)]
        ids = {each.id for each in live if each.state == "running" and wanted in {None, "", each.id}}
        await self._recall(visit.caller.person.id, ids, running=True)
        return empty()

    async def history(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """GET /history: the newest, or those from `offset` counted from the oldest."""
        query, owner_id = visit.request.query, visit.caller.person.id
        most = _number(query.get("max_items"), "max_items", NEWEST)
        first = _number(query.get("offset"), "offset", -1)
        start = 0
        if first >= 0:
            _, count = await self._prompts.part(owner_id, OVER, limit=1)
            most = min(most, count - first)
            start = count - first - most
        return await spliced(visit, self._entries(owner_id, start, most))

    async def entry(self, visit: Visit, held: tuple[str, ...]) -> web.StreamResponse:
        """GET /history/{prompt_id}: one, or nothing where it is not over, somebody else's, or never was."""
        found = await self._prompts.one(visit.caller.person.id, held[0])
        text = _entry(found) if found is not None and found.prompt.state in OVER else ""
        return reply(f"{{{text}}}")

    async def change_history(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """POST /history: forget all or some."""
        asked = await read_object(visit.request)
        owner_id = visit.caller.person.id
        if asked.get("clear"):
            await self._prompts.hide(owner_id, None)
        elif wanted := _ids(asked.get("delete")):
            await self._prompts.hide(owner_id, sorted(wanted))
        return empty()

    async def _entries(self, owner_id: int, start: int, most: int) -> AsyncIterator[str]:
        """The entries from `start`, counted from the newest, in ComfyUI's order: the oldest first."""
        told: set[int] = set()
        opening = "{"
        for offset in reversed(range(start, start + most, CHUNK)):
            limit = min(CHUNK + SPARE, start + most - offset)
            for each in reversed(await self._prompts.history(owner_id, limit=limit, offset=offset)):
                if each.prompt.number not in told:
                    told.add(each.prompt.number)
                    yield f"{opening}{_entry(each)}"
                    opening = ", "
        yield "{}" if opening == "{" else "}"


def _ids(value: Any) -> set[str]:
    return {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()


def _number(text: str | None, name: str, otherwise: int) -> int:
    if text is None:
        return otherwise
    try:
        return max(-1, min(int(text[:20]), 2**31))
    except ValueError:
        raise BadBody("comfy.not_a_number", name=name) from None


def _item(accepted: Accepted) -> str:
    """A prompt as ComfyUI's queue lists it."""
    prompt, body = accepted.prompt, accepted.body
    return f"[{prompt.number}, {json.dumps(prompt.id)}, {body.graph}, {body.extra}, {body.targets}]"


def _entry(accepted: Accepted) -> str:
    """A prompt as ComfyUI's history has it, under its id."""
    prompt, body = accepted.prompt, accepted.body
    parts = (
        f'"prompt": {_item(accepted)}',
        f'"outputs": {body.outputs or "{}"}',
        f'"status": {body.status or json.dumps(status_of(prompt))}',
        f'"meta": {body.meta or "{}"}',
    )
    return f"{json.dumps(prompt.id)}: {{{', '.join(parts)}}}"


async def _queue(live: Iterable[Accepted]) -> AsyncIterator[str]:
    found = list(live)
    opening = '{"queue_running": ['
    for title, states in ((opening, {"running"}), ('], "queue_pending": [', {"queued"})):
        opening = title
        for each in found:
            if each.prompt.state in states:
                yield f"{opening}{_item(each)}"
                opening = ", "
        if opening == title:
            yield opening
    yield "]}"
