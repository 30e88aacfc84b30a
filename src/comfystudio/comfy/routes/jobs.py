"""The jobs of newer pages, answered from the prompts on record."""

import asyncio
import json
import re
import uuid
from collections import OrderedDict
from typing import Any

from aiohttp import web

from comfystudio.comfy.routes.bodies import read_json
from comfystudio.comfy.routes.recall import Recall
from comfystudio.comfy.routes.replies import reply
from comfystudio.comfy.routes.seams import Prompts, Visit
from comfystudio.comfy.routes.shapes import STATES, Summary, job, outputs_as_files, summary_of
from comfystudio.comfy.routes.status import status_of
from comfystudio.queue import OVER, Accepted, Prompt

__all__ = ["NEWEST", "Jobs"]

NEWEST = 1000
REMEMBERED = 4096
SMALL_BODY = 1000 * 1000
# Where pages put the id, first in the workflow, so that most workflows need not be read for it.
_AT_FIRST = re.compile(r'\{"extra_pnginfo": \{"workflow": \{"id": "([^"\\]{1,200})"')
_SORTED_BY = ("created_at", "execution_duration")
_NO_JOB = {"error": "Job not found"}


class Jobs:
    """Lists, shows and cancels one artist's prompts as jobs."""

    def __init__(self, prompts: Prompts, recall: Recall) -> None:
        self._prompts = prompts
        self._recall = recall
        self._summaries: OrderedDict[int, Summary] = OrderedDict()

    async def page(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """GET /jobs."""
        query = visit.request.query
        named = [each.strip().lower() for each in query.get("status", "").split(",") if each.strip()]
        unknown = [each for each in named if each not in STATES]
        sort, order = query.get("sort_by", _SORTED_BY[0]).lower(), query.get("sort_order", "desc").lower()
        if unknown:
            return _no(f"Invalid status value(s): {', '.join(unknown)}. Valid values: {', '.join(STATES)}")
        if sort not in _SORTED_BY:
            return _no(f"sort_by must be one of: {', '.join(_SORTED_BY)}")
        if order not in {"asc", "desc"}:
            return _no("sort_order must be one of: asc, desc")
        try:
            limit = int(query["limit"][:20]) if "limit" in query else None
            offset = max(0, min(int(query.get("offset", "0")[:20]), 2**31))
        except ValueError:
            return _no("limit and offset must be integers")
        if limit is not None and limit <= 0:
            return _no("limit must be a positive integer")
        owner_id, states = visit.caller.person.id, {STATES[each] for each in named or STATES}
        order_by = {"by_duration": sort == _SORTED_BY[1], "descending": order == "desc"}
        wanted = query.get("workflow_id")
        if wanted:
            found, total = await self._of_workflow(owner_id, wanted, states, order_by)
            found = found[offset : offset + (limit or NEWEST)]
        else:
            part, total = await self._prompts.part(
                owner_id, states, limit=min(limit or NEWEST, NEWEST), offset=offset, **order_by
            )
            found = [job(each, await self._summary(each)) for each in part]
        pages = {"offset": offset, "limit": limit, "total": total, "has_more": offset + len(found) < total}
        return reply({"jobs": found, "pagination": pages})

    async def one(self, visit: Visit, held: tuple[str, ...]) -> web.StreamResponse:
        """GET /jobs/{job_id}."""
        found = await self._prompts.one(visit.caller.person.id, held[0])
        if found is None:
            return reply(_NO_JOB, 404)
        head = json.dumps(job(found.prompt, await self._summary(found.prompt)))
        if found.prompt.state not in OVER:
            return reply(head)
        body = found.body
        outputs = await asyncio.to_thread(lambda: json.dumps(outputs_as_files(json.loads(body.outputs or "{}"))))
        status = body.status or json.dumps(status_of(found.prompt))
        workflow = f'{{"prompt": {body.graph}, "extra_data": {body.extra}}}'
        more = f'"outputs": {outputs}, "execution_status": {status}, "workflow": {workflow}'
        return reply(f"{head[:-1]}, {more}}}")

    async def cancel(self, visit: Visit, held: tuple[str, ...]) -> web.StreamResponse:
        """POST /jobs/{job_id}/cancel: what is over, somebody else's, or never was, is not cancelled."""
        return await self._cancelled(visit, held)

    async def cancel_many(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """POST /jobs/cancel."""
        asked = await read_json(visit.request, limit=SMALL_BODY)
        ids = asked.get("job_ids") if isinstance(asked, dict) else None
        if not isinstance(ids, list):
            return _no("job_ids must be a list")
        bad = [each if isinstance(each, str) else json.dumps(each) for each in ids if not _is_id(each)]
        if bad:
            return reply({"error": "job_ids contains invalid id(s)", "invalid_ids": bad}, 400)
        return await self._cancelled(visit, ids)

    async def _cancelled(self, visit: Visit, ids: Any) -> web.StreamResponse:
        done = await self._recall(visit.caller.person.id, ids, running=True)
        return reply({"cancelled": bool(done)})

    async def _of_workflow(
        self, owner_id: int, wanted: str, states: Any, order_by: Any
    ) -> tuple[list[dict[str, Any]], int]:
        """The jobs of one workflow among the newest prompts."""
        part, _ = await self._prompts.part(owner_id, states, limit=NEWEST, **order_by)
        found = [(each, await self._summary(each)) for each in part]
        jobs = [job(each, summary) for each, summary in found if summary.workflow_id == wanted]
        return jobs, len(jobs)

    async def _summary(self, prompt: Prompt) -> Summary:
        known = self._summaries.get(prompt.number)
        if known is not None:
            self._summaries.move_to_end(prompt.number)
            return known
        found = await self._prompts.one(prompt.owner_id, prompt.id)
        if found is None:
            return Summary(None, 0, None, None)
        summary = await asyncio.to_thread(_read, found)
        if found.prompt.state in OVER:
            self._summaries[prompt.number] = summary
            if len(self._summaries) > REMEMBERED:
                self._summaries.popitem(last=False)
        return summary


def _no(why: str) -> web.Response:
    return reply({"error": why}, 400)


def _read(accepted: Accepted) -> Summary:
    body = accepted.body
    outputs, status = (json.loads(text) if text else {} for text in (body.outputs, body.status))
    return summary_of(_workflow_id(body.extra), outputs, status)


def _workflow_id(extra: str) -> str | None:
    match = _AT_FIRST.match(extra)
    if match is not None:
        return match[1]
    found: Any = json.loads(extra)
    for name in ("extra_pnginfo", "workflow", "id"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False
