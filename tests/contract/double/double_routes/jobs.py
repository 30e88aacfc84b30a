"""/api/jobs of a newer one: queue and history in one list."""

from typing import Any

from aiohttp import web
from double_routes.prompts import valid_id

__all__ = ["add"]

_STATES = ["pending", "in_progress", "completed", "failed", "cancelled"]
_ENDS = ("execution_success", "execution_error", "execution_interrupted")
_SHOWN = {"images", "video", "audio", "3d", "text"}


class _Wrong(Exception):
    """A query that cannot be answered, and why."""


def _job(**fields: Any) -> dict[str, Any]:
    """What is not known is left out."""
    return {name: value for name, value in fields.items() if value is not None}


def _waiting(item: tuple[Any, ...], status: str) -> dict[str, Any]:
    return _job(id=item[1], status=status, priority=item[0], outputs_count=0, **_about(item[3]))


def _about(extra: dict[str, Any]) -> dict[str, Any]:
    workflow = (extra.get("extra_pnginfo") or {}).get("workflow") or {}
    return {"create_time": extra.get("create_time"), "workflow_id": workflow.get("id")}


def _outputs(outputs: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
    """How many files there are, and the one to show: the first saved one, else the first passing one."""
    count, saved, passing = 0, None, None
    for node_id, kinds in outputs.items():
        for kind, items in kinds.items():
            for item in items if kind != "animated" and isinstance(items, list) else []:
                if not isinstance(item, dict):
                    continue
                count += 1
                if kind in _SHOWN:
                    shown = {**item, "nodeId": node_id, "mediaType": item.get("mediaType", kind)}
                    saved = saved or (shown if item.get("type") == "output" else None)
                    passing = passing or shown
    return count, saved or passing


def _done(prompt_id: str, entry: dict[str, Any], *, whole: bool = False) -> dict[str, Any]:
    number, _, prompt, extra, _ = entry["prompt"]
    messages = dict(entry["status"]["messages"])
    end = next((messages[kind] for kind in _ENDS if kind in messages), {})
    failed = "cancelled" if "execution_interrupted" in messages else "failed"
    count, shown = _outputs(entry["outputs"])
    job = _job(
        id=prompt_id,
        status="completed" if entry["status"]["status_str"] == "success" else failed,
        priority=number,
        execution_start_time=messages.get("execution_start", {}).get("timestamp"),
        execution_end_time=end.get("timestamp"),
        execution_error=messages.get("execution_error"),
        outputs_count=count,
        preview_output=shown,
        **_about(extra),
    )
    if whole:
        job |= {"outputs": entry["outputs"], "execution_status": entry["status"]}
        job |= {"workflow": {"prompt": prompt, "extra_data": extra}}
    return job


def _number(query: Any, name: str) -> int | None:
    try:
        return int(query[name]) if name in query else None
    except ValueError:
        raise _Wrong(f"{name} must be an integer") from None


def _choice(query: Any, name: str, choices: tuple[str, str]) -> str:
    value = query.get(name, choices[0]).lower()
    if value not in choices:
        named = " or ".join(f"'{choice}'" for choice in sorted(choices, key=lambda c: c == "desc" or c[0] == "e"))
        raise _Wrong(f"{name} must be {named}")
    return value


def _listed(server: Any, query: Any) -> dict[str, Any]:
    """One page of all jobs, the newest first unless the query says otherwise."""
    states = [state.strip().lower() for state in query.get("status", "").split(",") if state.strip()]
    if wrong := [state for state in states if state not in _STATES]:
        raise _Wrong(f"Invalid status value(s): {', '.join(wrong)}. Valid values: {', '.join(_STATES)}")
    by = _choice(query, "sort_by", ("created_at", "execution_duration"))
    order = _choice(query, "sort_order", ("desc", "asc"))
    limit, offset = _number(query, "limit"), max(0, _number(query, "offset") or 0)
    if limit is not None and limit <= 0:
        raise _Wrong("limit must be a positive integer")
    running, waiting = server.prompt_queue.get_current_queue_volatile()
    jobs = [_waiting(item, "in_progress") for item in running] + [_waiting(item, "pending") for item in waiting]
    jobs += [_done(prompt_id, entry) for prompt_id, entry in server.prompt_queue.get_history().items()]
    wanted = query.get("workflow_id")
    jobs = [job for job in jobs if (not states or job["status"] in states)]
    jobs = [job for job in jobs if not wanted or job.get("workflow_id") == wanted]

    def key(job: dict[str, Any]) -> int:
        if by == "created_at":
            return job.get("create_time", 0)
        return job.get("execution_end_time", 0) - job.get("execution_start_time", 0)

    jobs.sort(key=key, reverse=order == "desc")
    page = jobs[offset : None if limit is None else offset + limit]
    more = offset + len(page) < len(jobs)
    return {"jobs": page, "pagination": {"offset": offset, "limit": limit, "total": len(jobs), "has_more": more}}


def _cancel(server: Any, job_id: str) -> bool:
    queue = server.prompt_queue
    return queue.interrupt_if_running(job_id) or queue.delete_queue_item(lambda item: item[1] == job_id)


def _wrong(sentence: str, status: int = 400, **more: Any) -> web.Response:
    return web.json_response({"error": sentence, **more}, status=status)


def add(routes: web.RouteTableDef, server: Any) -> None:
    """The list, one of it, and calling off."""

    @routes.get("/api/jobs")
    async def listed(request: web.Request) -> web.Response:
        try:
            return web.json_response(_listed(server, request.query))
        except _Wrong as wrong:
            return _wrong(str(wrong))

    @routes.get("/api/jobs/{job_id}")
    async def one(request: web.Request) -> web.Response:
        job_id = request.match_info["job_id"]
        for prompt_id, entry in server.prompt_queue.get_history(prompt_id=job_id).items():
            return web.json_response(_done(prompt_id, entry, whole=True))
        for items, status in zip(server.prompt_queue.get_current_queue_volatile(), ("in_progress", "pending"),
                                 strict=True):  # fmt: skip
            for item in items:
                if item[1] == job_id:
                    return web.json_response(_waiting(item, status))
        return _wrong("Job not found", 404)

    @routes.post("/api/jobs/{job_id}/cancel")
    async def cancel(request: web.Request) -> web.Response:
        return web.json_response({"cancelled": _cancel(server, request.match_info["job_id"])})

    @routes.post("/api/jobs/cancel")
    async def cancel_many(request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except ValueError:
            return _wrong("Request body must be valid JSON")
        ids = body.get("job_ids") if isinstance(body, dict) else None
        if not isinstance(ids, list):
            return _wrong("job_ids must be a list")
        if bad := [one if isinstance(one, str) else repr(one) for one in ids if not valid_id(one)]:
            return _wrong("job_ids contains invalid id(s)", invalid_ids=bad)
        return web.json_response({"cancelled": sum(_cancel(server, one) for one in ids) > 0})
