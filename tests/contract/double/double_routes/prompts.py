"""Workflows: posted, waiting, running, done."""

import json
import logging
import time
import uuid
from typing import Any

import execution
import nodes
from aiohttp import web
from double_knobs import NEWER

__all__ = ["add", "valid_id"]

_NO_PROMPT = {"type": "no_prompt", "message": "No prompt provided", "details": "No prompt provided"}
_BAD_ID = {
    "type": "invalid_prompt_id",
    "message": "prompt_id must be a valid UUID",
    "details": "prompt_id must be a UUID string in canonical lowercase hyphenated form; "
    "omit it to let the server generate one",
}


def valid_id(value: Any) -> bool:
    """Say whether a newer one takes this as the id of a prompt."""
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _refused(error: dict[str, Any], node_errors: dict[str, Any]) -> web.Response:
    error = error | {"extra_info": error.get("extra_info", {})}
    return web.json_response({"error": error, "node_errors": node_errors}, status=400)


def _id(body: dict[str, Any]) -> str | None:
    """The prompt's id: the client's or a new one; None when a newer one refuses it."""
    if not NEWER:
        return str(body.get("prompt_id", uuid.uuid4()))
    if body.get("prompt_id") is None:
        return str(uuid.uuid4())
    return body["prompt_id"] if valid_id(body["prompt_id"]) else None


def _extra(body: dict[str, Any]) -> tuple[dict[str, Any], tuple[dict[str, Any], ...]]:
    """What goes along, and (newer) apart from it what must not be shown."""
    extra = body.get("extra_data", {})
    if "client_id" in body:
        extra["client_id"] = body["client_id"]
    if not NEWER:
        return extra, ()
    hidden = {key: extra.pop(key) for key in execution.SENSITIVE_EXTRA_DATA_KEYS if key in extra}
    extra["create_time"] = int(time.time() * 1000)
    return extra, (hidden,)


async def _submit(server: Any, request: web.Request) -> web.Response:
    """POST /prompt; a refused one uses up a number too."""
    logging.info("got prompt")
    body = server.trigger_on_prompt(await request.json())
    if "number" in body:
        number: float = float(body["number"])
    else:
        number = -server.number if body.get("front") else server.number
        server.number += 1
    if "prompt" not in body:
        return _refused(_NO_PROMPT, {})
    prompt_id = _id(body)
    if prompt_id is None:
        return _refused(_BAD_ID, {})
    verdict = await execution.validate_prompt(prompt_id, body["prompt"], body.get("partial_execution_targets"))
    if not verdict[0]:
        logging.warning("invalid prompt: %s", verdict[1])
        return _refused(verdict[1], verdict[3])
    extra, hidden = _extra(body)
    server.prompt_queue.put((number, prompt_id, body["prompt"], extra, verdict[2], *hidden))
    return web.json_response({"prompt_id": prompt_id, "number": number, "node_errors": verdict[3]})


def _interrupt(server: Any, prompt_id: str | None) -> None:
    """Interrupt a prompt if it runs, or (None) whatever runs."""
    running, _ = server.prompt_queue.get_current_queue()
    if not prompt_id or any(item[1] == prompt_id for item in running):
        logging.info("Interrupting prompt %s", prompt_id or "(any)")
        nodes.interrupt_processing()


def _add_history(routes: web.RouteTableDef, server: Any) -> None:
    queue = server.prompt_queue

    @routes.get("/history")
    async def history(request: web.Request) -> web.Response:
        most = request.query.get("max_items")
        offset = int(request.query.get("offset", -1))
        return web.json_response(queue.get_history(max_items=None if most is None else int(most), offset=offset))

    @routes.get("/history/{prompt_id}")
    async def history_of_one(request: web.Request) -> web.Response:
        return web.json_response(queue.get_history(prompt_id=request.match_info["prompt_id"]))

    @routes.post("/history")
    async def change_history(request: web.Request) -> web.Response:
        body = await request.json()
        if body.get("clear"):
            queue.wipe_history()
        for prompt_id in body.get("delete", []):
            queue.delete_history_item(prompt_id)
        return web.Response()


def add(routes: web.RouteTableDef, server: Any) -> None:
    """Queue, history, interruption."""
    queue = server.prompt_queue

    @routes.get("/prompt")
    async def remaining(request: web.Request) -> web.Response:
        return web.json_response(server.get_queue_info())

    @routes.post("/prompt")
    async def submit(request: web.Request) -> web.Response:
        return await _submit(server, request)

    @routes.get("/queue")
    async def show_queue(request: web.Request) -> web.Response:
        running, waiting = ([item[:5] for item in items] for items in queue.get_current_queue_volatile())
        return web.json_response({"queue_running": running, "queue_pending": waiting})

    @routes.post("/queue")
    async def change_queue(request: web.Request) -> web.Response:
        body = await request.json()
        if body.get("clear"):
            queue.wipe_queue()
        for prompt_id in body.get("delete", []):
            queue.delete_queue_item(lambda item, wanted=prompt_id: item[1] == wanted)
        return web.Response()

    @routes.post("/interrupt")
    async def interrupt(request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except json.JSONDecodeError:
            body = {}
        _interrupt(server, body.get("prompt_id"))
        return web.Response()

    @routes.post("/free")
    async def free(request: web.Request) -> web.Response:
        body = await request.json()
        for flag in ("unload_models", "free_memory"):
            if body.get(flag):
                queue.set_flag(flag, body[flag])
        return web.Response()

    _add_history(routes, server)
