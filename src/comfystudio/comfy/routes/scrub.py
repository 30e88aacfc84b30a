"""What ComfyUI says about the machine, without what artists need not know: the command line, and any path."""

import json
import re
from typing import Any

from aiohttp import web

from comfystudio.comfy.owners import owner_of
from comfystudio.comfy.routes.replies import reply
from comfystudio.comfy.routes.seams import Visit, Workers
from comfystudio.errors import Unavailable

__all__ = ["Scrub", "scrubbed"]

_COMMAND_LINE = "argv"
_PATH = re.compile(r"(?:^|[\s=:'\"(\[,])(?:~?/|[A-Za-z]:[\\/]|\\\\)\S")


class Scrub:
    """Asks ComfyUI in the artist's name and leaves out what is not theirs to see."""

    def __init__(self, workers: Workers, path: str) -> None:
        self._workers = workers
        self._path = path

    async def __call__(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """GET that path."""
        worker = self._workers.worker
        if worker is None or visit.upstream is None:
            return await visit.not_ready()
        status, content = await worker.ask("GET", self._path, owner=owner_of(visit.caller.person))
        if status != 200:
            raise Unavailable("comfy.odd_answer", path=self._path, problem=f"status {status}")
        return reply(scrubbed(json.loads(content)))


def scrubbed(value: Any) -> Any:
    """`value` in its shape: the command line empty, texts with a path in them empty."""
    if isinstance(value, dict):
        return {name: [] if name == _COMMAND_LINE else scrubbed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [scrubbed(each) for each in value]
    return "" if isinstance(value, str) and _PATH.search(value) else value
