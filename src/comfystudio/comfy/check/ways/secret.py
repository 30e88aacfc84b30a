"""Reaching ComfyUI past the studio."""

import aiohttp

from comfystudio.comfy.check.stage import FOLDERS, Stage
from comfystudio.comfy.owners import Owner, header

CLOSED = "comfy.check_secret"
OPEN = "comfy.check_secret_open"
PATHS = (
    "/",
    "/queue",
    "/history",
    "/object_info",
    "/system_stats",
    "/view",
    "/settings",
    "/ws",
    "/comfystudio/health",
    "/comfystudio/events",
    "/nothing/here",
)


async def crossed(stage: Stage) -> str | None:
    """Without the secret of this start, with a wrong one and with two: 403 for everything."""
    secrets = [
        (),
        (("X-ComfyStudio-Secret", "wrong"),),
        (*stage.worker.upstream.headers, *stage.worker.upstream.headers),
    ]
    owner = header(Owner(-1, FOLDERS[0]))
    async with stage.worker.stranger() as session:
        for given in secrets:
            for path in PATHS:
                for headers in (given, (*given, owner)):
                    if await _answers(session, stage, "GET", path, headers):
                        return f"GET {path}"
            if await _answers(session, stage, "POST", "/prompt", (*given, owner)):
                return "POST /prompt"
    return None


async def _answers(
    session: aiohttp.ClientSession, stage: Stage, method: str, path: str, headers: tuple[tuple[str, str], ...]
) -> bool:
    try:
        async with session.request(method, stage.worker.url(path), headers=headers) as answer:
            return answer.status != 403
    except aiohttp.ClientError:
        return False
