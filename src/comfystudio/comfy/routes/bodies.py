"""Bodies that the studio reads itself: in pieces, no more than it takes, at no slower pace than it waits for."""

import asyncio
import json
import math
from typing import Any

from aiohttp import web

from comfystudio.errors import Invalid, StudioError, TooLarge

__all__ = ["LARGEST", "BadBody", "read_json", "read_object"]

LARGEST = 50 * 1000 * 1000
SMALL = 256 * 1024
SMALL_BODY = 1000 * 1000
GRACE_SECONDS = 30.0
SLOWEST = 256  # bytes a second
# ComfyUI copies what it queues by recursion: a few hundred levels end the only thread that executes, for everybody.
DEEPEST = 100


class BadBody(Invalid):
    """The body is no JSON that ComfyUI could take."""

    status = 400


class SlowBody(StudioError):
    """The client sends next to nothing."""

    status = 408


async def read_object(request: web.Request, *, limit: int = SMALL_BODY) -> dict[str, Any]:
    """The JSON object in the body; an empty body is an empty one."""
    value = await read_json(request, limit=limit, empty={})
    if not isinstance(value, dict):
        raise BadBody("comfy.not_an_object")
    return value


async def read_json(request: web.Request, *, limit: int, empty: Any = None) -> Any:
    """The JSON in the body. `TooLarge` above `limit` bytes, `BadBody` for what is no JSON, NaN, or nests too deep."""
    content = await _read(request, limit)
    if not content and empty is not None:
        return empty
    if len(content) <= SMALL:
        return _parsed(content)
    return await asyncio.to_thread(_parsed, content)


async def _read(request: web.Request, limit: int) -> bytes:
    if (request.content_length or 0) > limit:
        raise TooLarge("comfy.too_large", megabytes=limit // 1_000_000)
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    loop = asyncio.get_running_loop()
    began, length = loop.time(), 0
    parts: list[bytes] = []
    try:
        while True:
            async with asyncio.timeout_at(began + GRACE_SECONDS + length / SLOWEST):
                part = await request.content.readany()
            if not part:
                return b"".join(parts)
            length += len(part)
            if length > limit:
                raise TooLarge("comfy.too_large", megabytes=limit // 1_000_000)
            parts.append(part)
    except TimeoutError:
        raise SlowBody("comfy.slow_body") from None


def _parsed(content: bytes) -> Any:
    try:
        found = json.loads(content.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError:
        raise BadBody("comfy.not_utf8") from None
    except ValueError as error:
        raise BadBody("comfy.not_json", problem=str(error)[:200]) from None
    except RecursionError:
        raise BadBody("comfy.too_deep") from None
    if _is_deep(found):
        raise BadBody("comfy.too_deep")
    return found


def _is_deep(value: Any) -> bool:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(DEEPEST + 1):
        members = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for inner in members for each in inner if isinstance(each, (dict, list))]
        if not level:
            return False
    return True


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is no number")
    return number
