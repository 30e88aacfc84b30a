"""The first thing every request meets: the portal's secret, then the owner whose request it is."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .owners import BadOwner, Owners, parse_owner
from .prompts import DuplicateError, Prompts

__all__ = ["OWNER_HEADER", "SECRET_HEADER", "Guard"]

SECRET_HEADER = "X-ComfyStudio-Secret"  # noqa: S105 - the header's name
OWNER_HEADER = "X-ComfyStudio-Owner"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# What the portal answers from its own record, or never: ComfyUI's answers would show, stop or hold everybody's.
CLOSED = frozenset(
    ("assets", "comfystudio", "free", "history", "internal", "interrupt", "jobs", "queue", "tags", "ws")
)
OPEN = frozenset((("POST", "/comfystudio/validate"), ("GET", "/internal/files/{directory_type}")))
CLOSED_METHODS = frozenset((("GET", "/prompt"), ("POST", "/users")))


class Guard:
    """One middleware in front of all others. `checks` look at requests of owners that name files."""

    def __init__(
        self,
        secret: str | None,
        owners: Owners,
        prompts: Prompts,
        missing: list[str],
        *,
        checks: dict[str, Callable[[web.Request, int], Awaitable[bool]]],
        on_owner: Callable[[int], None],
    ) -> None:
        self._secret = secret.encode() if secret else None
        self._owners = owners
        self._prompts = prompts
        self._missing = missing
        self._checks = checks
        self._on_owner = on_owner

    def middleware(self) -> Any:
        """For `app.middlewares`."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            refused = self._refused(request)
            if refused is not None:
                return refused
            headers = request.headers.getall(OWNER_HEADER, [])
            if not headers:
                return await self._for_studio(request, handler)
            try:
                owner = parse_owner(headers[0]) if len(headers) == 1 else None
            except BadOwner:
                owner = None
            if owner is None:
                return _answer(400, "The owner header is not readable.")
            if self._missing:
                return web.json_response(
                    {"error": "This ComfyUI lacks what keeps artists apart.", "missing": self._missing}, status=503
                )
            self._owners.learn(owner.id, owner.folder)
            self._on_owner(owner.id)
            return await self._for_owner(request, handler, owner.id)

        return guard

    def _refused(self, request: web.Request) -> web.Response | None:
        if self._secret is None:
            return _answer(503, "This ComfyUI was started without the studio's secret.")
        given = request.headers.getall(SECRET_HEADER, [])
        if len(given) != 1 or not hmac.compare_digest(given[0].encode("utf-8", "surrogateescape"), self._secret):
            return _answer(403, "Only the studio may ask here.")
        return None

    async def _for_studio(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        with self._owners.acting(None):
            return await self._handled(request, handler, route_of(request))

    async def _for_owner(self, request: web.Request, handler: Handler, number: int) -> web.StreamResponse:
        route = route_of(request)
        asked = (request.method, route)
        if ((route.split("/")[1:2] or [""])[0] in CLOSED and asked not in OPEN) or asked in CLOSED_METHODS:
            return _answer(404, "The studio answers this itself.")
        with self._owners.acting(number):
            check = self._checks.get(route)
            if check is not None and not await check(request, number):
                return _answer(403, "The path leads outside your folders.")
            return await self._handled(request, handler, route)

    async def _handled(self, request: web.Request, handler: Handler, route: str) -> web.StreamResponse:
        if route != "/prompt" or request.method != "POST":
            return await handler(request)
        try:
            with self._prompts.submitting():
                return await handler(request)
        except DuplicateError:
            return _answer(409, "A prompt with this id is in the queue or was executed.")


def route_of(request: web.Request) -> str:
    """The pattern of the route that answers, without the /api in front; "" when none does."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else ""
    while path.startswith("/api/"):
        path = path[4:]
    return path


def _answer(status: int, error: str) -> web.Response:
    return web.json_response({"error": error}, status=status)
