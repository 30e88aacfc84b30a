"""Answers in the shapes that ComfyUI's page and its other clients read."""

import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from comfystudio import words
from comfystudio.comfy.routes.seams import Visit
from comfystudio.errors import StudioError

__all__ = ["PRIVATE", "empty", "reply", "spliced", "told"]

# What one artist sees may be another's next in the same browser, and nobody in between may keep it.
PRIVATE = ("Cache-Control", "private, no-store")
_AT_ONCE = 256 * 1024


def reply(value: Any, status: int = 200) -> web.Response:
    """`value` as JSON."""
    return _whole(value if isinstance(value, str) else json.dumps(value), status)


def _whole(text: str, status: int) -> web.Response:
    headers = dict([PRIVATE])
    return web.Response(status=status, text=text, content_type="application/json", headers=headers)


def empty(status: int = 200) -> web.Response:
    """Nothing but a status."""
    return web.Response(status=status, headers=dict([PRIVATE]))


def told(error: StudioError) -> web.Response:
    """`error` as the page shows what becomes of a workflow: a heading and a sentence."""
    said = {
        "type": error.key.replace(".", "_"),
        "message": words.say("comfy.not_queued"),
        "details": error.sentence,
        "extra_info": {},
    }
    response = reply({"error": said, "node_errors": {}}, error.status)
    if error.status in {408, 413}:
        # The rest of the body is still on its way.
        response.force_close()
    if error.status in {429, 503}:
        response.headers["Retry-After"] = str(error.fields.get("retry_after", 2))
    return response


async def spliced(visit: Visit, pieces: AsyncIterator[str]) -> web.StreamResponse:
    """JSON text in pieces: a short one in one answer, a long one as it is read, at the client's pace."""
    first: list[str] = []
    length = 0
    async for piece in pieces:
        first.append(piece)
        length += len(piece)
        if length > _AT_ONCE:
            return await _streamed(visit, "".join(first), pieces)
    return _whole("".join(first), 200)


async def _streamed(visit: Visit, first: str, pieces: AsyncIterator[str]) -> web.StreamResponse:
    request = visit.request
    response = web.StreamResponse(headers=dict([PRIVATE]))
    response.content_type = "application/json"
    response.charset = "utf-8"
    transport = request.transport
    with visit.held(transport.abort if transport else _nothing):
        await response.prepare(request)
        if request.method != "HEAD":
            await response.write(first.encode())
            async for piece in pieces:
                await response.write(piece.encode())
        await response.write_eof()
    return response


def _nothing() -> None:
    pass
