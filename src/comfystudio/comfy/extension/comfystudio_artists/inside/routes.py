"""The endpoints for the portal, below /comfystudio."""

import asyncio
import json
import logging
from typing import Any

from aiohttp import web

from . import health
from .channel import Channel
from .owners import BadOwner, Owners, safe_folder
from .prompts import Prompts
from .validation import Validation

__all__ = ["Routes"]


class Routes:
    """Handlers; who may call them is the guard's matter."""

    def __init__(
        self, owners: Owners, prompts: Prompts, validation: Validation, channel: Channel, missing: list[str]
    ) -> None:
        self._owners = owners
        self._prompts = prompts
        self._validation = validation
        self._channel = channel
        self._missing = missing
        self._installed: dict[str, Any] | None = None

    def table(self) -> list[web.RouteDef]:
        """For `app.add_routes`."""
        return [
            web.get("/comfystudio/health", self.health),
            web.post("/comfystudio/validate", self.validate),
            web.post("/comfystudio/cancel", self.cancel),
            web.post("/comfystudio/prompts", self.prompts),
            web.post("/comfystudio/owners", self.owners),
            web.get("/comfystudio/events", self.events),
        ]

    async def health(self, _request: web.Request) -> web.Response:
        """Versions, packs, routes, and whether artists may come in."""
        if self._installed is None:
            self._installed = await asyncio.get_running_loop().run_in_executor(None, health.installed)
        return web.json_response(health.state(self._installed, self._missing))

    async def validate(self, request: web.Request) -> web.Response:
        """What POST /prompt would say; nothing is queued."""
        sent = await request.read()
        body, again = _object(sent), _object(sent)
        try:
            verdict = await self._validation.judge(body, again.get("prompt"), len(sent))
        except Exception as error:  # noqa: BLE001 - what is no graph at all makes ComfyUI's own code stumble
            logging.warning("ComfyStudio: a prompt that is no workflow: %r", error)
            words = "Prompt is not a workflow"
            verdict = {
                "valid": False,
                "error": {"type": "invalid_prompt", "message": words, "details": str(error), "extra_info": {}},
                "node_errors": {},
            }
        return web.json_response(verdict)

    async def cancel(self, request: web.Request) -> web.Response:
        """Take waiting prompts out, interrupt the running one if it is named."""
        body = _object(await request.read())
        return web.json_response(self._prompts.cancel(_ids(body), running=body.get("running") is True))

    async def prompts(self, request: web.Request) -> web.Response:
        """All that runs and waits, and what is known of the ids asked for."""
        ids = _ids(_object(await request.read()))
        return web.json_response({**self._prompts.listed(), "done": self._prompts.done(ids)})

    async def owners(self, request: web.Request) -> web.Response:
        """Folders that were renamed."""
        body = _object(await request.read())
        try:
            renamed = {int(number): safe_folder(folder) for number, folder in body.items()}
        except (BadOwner, ValueError, AttributeError):
            raise _bad("Owners are numbers with folder names.") from None
        for number, folder in renamed.items():
            self._owners.learn(number, folder)
        return web.json_response({})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The channel of everything that is meant for artists."""
        return await self._channel.serve(request, self._prompts.listed())


def _bad(error: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": error}), content_type="application/json")


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise _bad("The body is not JSON.") from None
    if not isinstance(found, dict):
        raise _bad("The body is not an object.")
    return found


def _ids(body: dict[str, Any]) -> list[str]:
    ids = body.get("ids", [])
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise _bad("Ids are a list of strings.")
    return ids
