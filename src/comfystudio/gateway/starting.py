"""While a tool is not ready: a page that says what is going on and becomes the tool by itself.

Programs get 503 with Retry-After. Behind Cloudflare, which replaces the bodies of 5xx, the page goes out as 200.
"""

import html
import json
import time
from typing import Any

from aiohttp import web

from comfystudio import words
from comfystudio.errors import StudioError, Unavailable
from comfystudio.gateway import answers
from comfystudio.gateway.origins import Place
from comfystudio.gateway.seams import Caller, Tools

__all__ = ["INTERNAL", "Starting"]

INTERNAL = "/.comfystudio/"
UNDER_WAY = frozenset({"starting", "installing", "stopping", "unhealthy", "ready"})
SILENT_MILLISECONDS = 2000
STARTABLE = frozenset({"stopped", "crashed", "failed"})
SHOWN = UNDER_WAY | STARTABLE | {"not_installed", "broken"}


class Starting:
    """Pages and answers for tools that are not ready."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def not_ready(self, request: web.BaseRequest, place: Place, caller: Caller) -> web.StreamResponse:
        """The answer to a request for a tool that has no upstream now."""
        tool = place.listener
        if not answers.wants_page(request.headers, request.method):
            state = self._tools.view(tool, caller).state
            key = "gateway.not_running" if state in STARTABLE else "gateway.not_ready"
            return answers.problem(Unavailable(key, tool=self._tools.manifest(tool).name, id=tool))
        refusal = None
        manifest = self._tools.manifest(tool)
        if manifest.instances == "per-artist" and self._tools.view(tool, caller).state == "stopped":
            refusal = await self._start(tool, caller)
        return self._page(request, place, self._status(tool, caller, refusal))

    def status(self, place: Place, caller: Caller) -> web.Response:
        """How the tool stands, for the page."""
        return _json(self._status(place.listener, caller, None))

    async def start(self, place: Place, caller: Caller) -> web.Response:
        """Somebody pressed Start."""
        refusal = await self._start(place.listener, caller)
        return _json(self._status(place.listener, caller, refusal))

    def unreachable(self, request: web.BaseRequest, place: Place, caller: Caller) -> web.Response:
        """The tool should be ready and does not answer."""
        if answers.wants_page(request.headers, request.method):
            status = self._status(place.listener, caller, None, silent=True)
            return self._page(request, place, {**status, "wait": SILENT_MILLISECONDS})
        return answers.problem(BadGateway("gateway.no_answer", tool=self._tools.manifest(place.listener).name))

    async def _start(self, tool: str, caller: Caller) -> str | None:
        try:
            await self._tools.start(tool, caller)
        except StudioError as error:
            return error.sentence
        return None

    def _status(self, tool: str, caller: Caller, refusal: str | None, *, silent: bool = False) -> dict[str, Any]:
        """For the page. `silent`: the tool counts as ready and did not answer."""
        view = self._tools.view(tool, caller)
        name = self._tools.manifest(tool).name
        state = view.state if view.state in SHOWN else "stopped"
        if silent and state == "ready":
            state = "unhealthy"
        again = state in {"crashed", "failed"}
        under_way = state in UNDER_WAY
        return {
            "state": view.state,
            "title": words.say(f"gateway.state_{state}", tool=name),
            "sentence": refusal or view.error or self._sentence(state, view.phase, view.takes_seconds),
            "under_way": under_way,
            "progress": view.progress if under_way else None,
            "seconds": max(0.0, time.time() - view.since) if under_way and view.since else None,
            "error": view.first_error if again else None,
            "can_start": state in STARTABLE,
            "start": words.say("gateway.start_again" if again else "gateway.start"),
        }

    def _sentence(self, state: str, phase: str | None, takes: float | None) -> str:
        if state == "starting" and phase:
            return phase
        if state == "starting" and takes:
            return words.say("gateway.takes", seconds=max(1, round(takes)))
        return words.say(f"gateway.about_{state}")

    def _page(self, request: web.BaseRequest, place: Place, status: dict[str, Any]) -> web.Response:
        fields = {
            "title": html.escape(status["title"]),
            "sentence": html.escape(status["sentence"]),
            "start": html.escape(status["start"]),
            "back": html.escape(place.portal + "/"),
            "back_words": html.escape(words.say("gateway.back_to_studio")),
            "first": json.dumps(status).replace("<", "\\u003c"),
            "script": answers.script("starting.js"),
        }
        code = 200 if "CF-Ray" in request.headers else 503
        response = answers.rendered("starting.html", fields, status=code)
        if code == 503:
            response.headers["Retry-After"] = "2"
        return response


class BadGateway(StudioError):
    """The tool broke off or spoke no HTTP."""

    status = 502


def _json(status: dict[str, Any]) -> web.Response:
    body = json.dumps(status).encode()
    return web.Response(body=body, content_type="application/json", headers=answers.COMMON)
