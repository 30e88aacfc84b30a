"""The portal's handler: finds the route, asks who calls, binds, answers; everything else is a page or a file."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from comfystudio import words
from comfystudio.errors import Missing, NotSignedIn, Refused, TooLarge
from comfystudio.people import Caller
from comfystudio.web import headers
from comfystudio.web.binding import arguments
from comfystudio.web.call import Call
from comfystudio.web.problems import answer_of, as_original, problem
from comfystudio.web.routes import ROUTES
from comfystudio.web.routing import Need, Route, Router, WrongMethod
from comfystudio.web.services import Services
from comfystudio.web.shared import Shared
from comfystudio.web.static_files import StaticFiles

__all__ = ["Handler", "Portal", "build"]

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_READING = frozenset({"GET", "HEAD"})
BUILT = Path(__file__).parent / "static"


def _caller(request: web.BaseRequest) -> Caller | None:
    found = request.get("caller")
    if not isinstance(found, Caller) or not found.person.active:
        return None
    return found


def _left(request: web.BaseRequest) -> bool:
    """Whether the client's end of the connection is gone."""
    return request.transport is None or request.transport.is_closing()


def _admit(route: Route, who: Caller | None) -> None:
    """Raise unless `who` may call `route`. The control socket is a secret to everybody else."""
    match route.need:
        case Need.PUBLIC:
            return
        case Need.LOCAL if who is None or who.via != "local":
            raise Missing("web.nothing_here")
        case _ if who is None:
            raise NotSignedIn("web.not_signed_in")
        case _ if who.scope == "read" and route.method not in _READING:
            raise Refused("web.read_only_token")
        case Need.ADMIN:
            who.must_be_admin()


class Portal:
    """The API and the pages over one set of services."""

    def __init__(self, services: Services, static: Path) -> None:
        self._services = services
        self._router = Router(ROUTES)
        self._files = StaticFiles(static)
        self._shared = Shared()
        services.sessions.on_ended(self._shared.opens.ended)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to `request`; never raises anything but a cancellation."""
        call = Call(request, self._services, _caller(request), self._shared)
        try:
            response = await self._answer(call)
        except asyncio.CancelledError:
            raise
        except WrongMethod as error:
            names = ", ".join(error.allowed)
            sentence = words.say("web.wrong_method", names=names)
            response = problem(405, "web.wrong_method", sentence, {"names": names}, {"Allow": names})
        except Exception as error:  # noqa: BLE001 the one place that turns every error into an answer
            if isinstance(error, ConnectionError) and _left(request):
                # Nobody is there to be answered, and nothing went wrong that anybody should look into.
                return web.Response(status=400)
            response = answer_of(error, **call.data)
            if isinstance(error, TooLarge):
                response.force_close()
        headers.api(response)
        return response

    async def close(self) -> None:
        """End the open sockets: the studio is going, and pages wait for it to come back."""
        self._shared.going = True
        self._shared.opens.stop()

    async def _answer(self, call: Call) -> web.StreamResponse:
        request = call.request
        raw_path = request.rel_url.raw_path
        found = self._router.find(request.method, raw_path)
        if found is None:
            return await self._page(request, raw_path)
        route, parameters = found
        try:
            return await self._handled(call, route, parameters)
        except Exception as error:
            if not route.original or isinstance(error, ConnectionError):
                raise
            response = as_original(answer_of(error, **call.data))
            if isinstance(error, TooLarge):
                response.force_close()
            return response

    async def _handled(self, call: Call, route: Route, parameters: dict[str, Any]) -> web.StreamResponse:
        request = call.request
        _admit(route, call.who)
        answer = await route.handler(call, **parameters, **await arguments(request, route))
        if isinstance(answer, web.StreamResponse):
            return answer
        response = web.Response(status=route.status)
        if answer is not None:
            response.body = answer.model_dump_json(by_alias=True).encode()
            response.content_type = "application/json"
        self._remember(call, response)
        return response

    def _remember(self, call: Call, response: web.Response) -> None:
        if call.away is not None:
            self._services.cookies.keep_away(call.request, response, call.away)
        if call.sign_in is not None:
            self._services.cookies.sign_in(call.request, response, call.sign_in)
            if call.device is not None:
                self._services.cookies.remember(call.request, response, call.device)
        elif call.sign_out:
            self._services.cookies.sign_out(call.request, response)

    async def _page(self, request: web.BaseRequest, raw_path: str) -> web.StreamResponse:
        if raw_path == "/api" or raw_path.startswith("/api/"):
            raise Missing("web.nothing_here")
        if request.method not in {"GET", "HEAD"}:
            raise WrongMethod(("GET", "HEAD"))
        return await self._files.answer(request, raw_path)


def build(services: Services, *, static: Path = BUILT) -> Portal:
    """The handler of the portal's listener and of the control socket.

    The door has set `request["caller"]` (a `Caller` or None), `request["address"]` and `request["origin"]`.
    """
    return Portal(services, static)
