"""The gateway: an authenticated origin for the portal and one for each tool, on one loop, by one set of rules."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError

from comfystudio import words
from comfystudio.errors import Misdirected, NotSignedIn, Refused, StudioError
from comfystudio.gateway import answers, door
from comfystudio.gateway.addresses import Addresses
from comfystudio.gateway.admission import Admission, Passage
from comfystudio.gateway.bodies import SlowBody
from comfystudio.gateway.codes import Codes
from comfystudio.gateway.enter import ENTER, Enter, refuse_without_grant
from comfystudio.gateway.opens import Opens
from comfystudio.gateway.origins import PORTAL, Origins
from comfystudio.gateway.proxy import Exchange, Proxy
from comfystudio.gateway.seams import Caller, Handler, Sessions, Tokens, Tools, Upstream
from comfystudio.gateway.server import Request, Sent, Server, Timing
from comfystudio.gateway.sockets import Sockets
from comfystudio.gateway.starting import INTERNAL, Starting
from comfystudio.gateway.upstream import Unreachable
from comfystudio.gateway.visit import Front, Header, Visit
from comfystudio.gateway.ways import Ways
from comfystudio.gateway.writing import connection_of
from comfystudio.settings import Settings

__all__ = ["Gateway"]

log = logging.getLogger(__name__)

PORTAL_BODY = 8 * 1024 * 1024
RETRY_SECONDS = 2.0


class Gateway:
    """All listeners of the studio.

    `portal` answers requests to the portal once they are let in; it finds in the request: `caller` (Caller or None),
    `address` (of the client), `place` (Place: origin, secure) and `origin` (the portal's, as this browser sees it).
    `fronts` answer, by name, for the tools whose manifests ask for one.
    `on_problem` is told which tool's port could not be opened and why, or None once it could.
    """

    def __init__(  # noqa: PLR0917 the parts of a composition, each of a type of its own
        self,
        settings: Settings,
        origins: Origins,
        sessions: Sessions,
        tokens: Tokens,
        tools: Tools,
        portal: Handler,
        *,
        on_problem: Callable[[str, StudioError | None], None] = lambda _tool, _problem: None,
        sign_in: str = "/signin",
        fronts: Mapping[str, Front] | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._settings = settings
        self._origins = origins
        self._tools = tools
        self._portal = portal
        self._on_problem = on_problem
        self._fronts = fronts or {}
        self._timing = timing or Timing()
        self._admission = Admission(
            origins,
            Addresses(settings.trusted_proxies),
            sessions,
            tokens,
            only_here=settings.auth == "open",
        )
        self.opens = Opens()
        self._codes = Codes()
        days = settings.session_days
        self._enter = Enter(self._codes, origins, sessions, tools, sign_in=sign_in, days=days)
        self._ways = Ways()
        self._proxy = Proxy(self.opens)
        self._sockets = Sockets(self.opens, self._proxy)
        self._starting = Starting(tools)
        self._listeners: dict[str, door.Listener] = {}
        self._problems: dict[str, str] = {}
        self._trying: asyncio.Task[None] | None = None
        sessions.on_ended(self._ended)

    async def start(self) -> None:
        """Open the portal's port, or raise; then the tools' ports, whose problems are reported one by one."""
        door.raise_file_limit()
        context = door.tls(self._settings)
        await self._open(PORTAL, self._settings.portal_port, context)
        await self.update()

    async def update(self) -> None:
        """Tools have come or gone: open and close their ports; try again those that were taken."""
        wanted = dict(self._tools.listeners())
        self._origins.update(wanted.items())
        context = door.tls(self._settings)
        for tool in [tool for tool, open_ in self._listeners.items() if tool and wanted.get(tool) != open_.port]:
            await self._listeners.pop(tool).close()
        self._problems = {tool: problem for tool, problem in self._problems.items() if tool in wanted}
        for tool, port in wanted.items():
            if tool in self._listeners:
                continue
            try:
                await self._open(tool, port, context)
            except StudioError as problem:
                self._refused(tool, problem)
            else:
                self._problems.pop(tool, None)
                self._on_problem(tool, None)
        if self._problems and self._trying is None:
            self._trying = asyncio.create_task(self._try_again(), name="ports")

    def _refused(self, tool: str, problem: StudioError) -> None:
        if self._problems.get(tool) != problem.sentence:
            self._problems[tool] = problem.sentence
            log.warning("%s: %s", tool, problem.sentence)
            self._on_problem(tool, problem)

    async def _try_again(self) -> None:
        """A port that somebody else had is taken as soon as it is free."""
        while self._problems:
            await asyncio.sleep(RETRY_SECONDS)
            with contextlib.suppress(StudioError):
                await self.update()
        self._trying = None

    async def stop(self) -> None:
        """Close every listener and everything that is open."""
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.wait([self._trying])
        self.opens.stop()
        await asyncio.gather(*(listener.close() for listener in self._listeners.values()))
        self._listeners.clear()
        self._ways.close()

    async def _open(self, name: str, port: int, context: ssl.SSLContext | None) -> None:
        answer = self._at_portal if name == PORTAL else partial(self._at_tool, name)
        # A tool is not to go on working for a client that has left; the portal finishes what it was asked to do.
        server = Server(answer, self._timing, body_limit=PORTAL_BODY, cancel=name != PORTAL)
        listener = door.Listener(server, port)
        await listener.open(self._settings, context)
        self._listeners[name] = listener

    def _ended(self, sessions: frozenset[int]) -> None:
        self._codes.ended(sessions)
        self.opens.ended(sessions)

    async def _at_portal(self, request: Request) -> web.StreamResponse:
        words.speak(words.heard(request.headers))
        try:
            passage = self._admission.admit(request, PORTAL)
        except StudioError as error:
            return _refusal(request, error)
        if request.path.startswith(ENTER) and request.method == "GET":
            return self._enter.portal(passage)
        place = passage.place
        request.tell(place=place, origin=place.origin, address=passage.address, caller=passage.caller)
        return await self._portal(request)

    async def _at_tool(self, tool: str, request: web.Request) -> web.StreamResponse:
        back = ""
        words.speak(words.heard(request.headers))
        try:
            passage = self._admission.admit(request, tool)
            back = passage.place.portal
            return await self._admitted(passage)
        except RequestPayloadError:
            await connection_of(request).last_words(400)
        except ConnectionError:
            pass
        except StudioError as error:
            return _refusal(request, error, back)
        return Sent(keep_alive=False)

    async def _admitted(self, passage: Passage) -> web.StreamResponse:
        """Somebody came in by all rules: the way in, the gateway's own paths, the tool."""
        request, place, caller = passage.request, passage.place, passage.caller
        internal = request.raw_path.startswith(INTERNAL)
        if internal and request.method == "GET" and request.path == f"{INTERNAL}enter":
            return await self._enter.take(passage)
        if caller is None:
            return self._stranger(passage)
        if caller.scope == "read":
            raise Refused("gateway.read_only_token")
        refuse_without_grant(self._tools, caller, place.listener)
        if internal:
            return await self._internal(passage, caller)
        upstream = self._tools.upstream(place.listener, caller.person)
        front = self._front_of(place.listener)
        if front is not None:
            return await front.answer(self._visit(passage, caller, upstream))
        if upstream is None:
            return await self._starting.not_ready(request, place, caller)
        return await self._forward(passage, caller, upstream)

    def _front_of(self, tool: str) -> Front | None:
        name = self._tools.manifest(tool).gateway.front
        return self._fronts.get(name) if name else None

    def _visit(self, passage: Passage, caller: Caller, upstream: Upstream | None) -> Visit:
        request, place = passage.request, passage.place

        async def not_ready() -> web.StreamResponse:
            return await self._starting.not_ready(request, place, caller)

        async def send_on(
            headers: Sequence[Header], target: str | None, answer: Sequence[Header]
        ) -> web.StreamResponse:
            if upstream is None:
                return await not_ready()
            return await self._forward(passage, caller, upstream, headers=headers, target=target, answer=answer)

        def hold(close: Callable[[], None]) -> contextlib.AbstractContextManager[None]:
            return self.opens.held(partial(self._still, passage), close, caller.session_id)

        return Visit(request, caller, place, passage.address, passage.socket, upstream, send_on, not_ready, hold)

    async def _forward(
        self,
        passage: Passage,
        caller: Caller,
        upstream: Upstream,
        *,
        headers: Sequence[Header] = (),
        target: str | None = None,
        answer: Sequence[Header] = (),
    ) -> web.StreamResponse:
        request, place = passage.request, passage.place
        extra = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
        way, still = self._ways.to(upstream), partial(self._still, passage)
        exchange = Exchange(
            request, place, passage.address, way, still, caller.session_id, extra, target, tuple(answer)
        )
        try:
            return await (self._sockets.relay(exchange) if passage.socket else self._proxy.forward(exchange))
        except Unreachable:
            return self._starting.unreachable(request, place, caller)

    def _stranger(self, passage: Passage) -> web.Response:
        """Nobody is signed in: a window goes to the portal and comes back, everything else is told so."""
        request = passage.request
        if passage.socket:
            raise Refused("gateway.not_signed_in")
        if request.method == "GET" and answers.wants_page(request.headers, request.method):
            return self._enter.ask(passage)
        raise NotSignedIn("gateway.not_signed_in")

    async def _internal(self, passage: Passage, caller: Caller) -> web.StreamResponse:
        route = (passage.request.method, passage.request.path.removeprefix(INTERNAL))
        if route == ("GET", "status"):
            return self._starting.status(passage.place, caller)
        if route == ("POST", "start"):
            return await self._starting.start(passage.place, caller)
        return web.Response(status=404)

    def _still(self, passage: Passage) -> bool:
        """Whether the right by which something was opened holds now; if so, somebody is at work there."""
        tool = passage.place.listener
        caller = self._admission.caller(passage.place, passage.token, passage.cookie)
        if caller is None or self._tools.may(caller.person, tool) is not None:
            return False
        self._tools.upstream(tool, caller.person)
        return True


def _refusal(request: web.Request, error: StudioError, back: str = "") -> web.Response:
    response = answers.answer(error, request.headers, request.method, back=back)
    if isinstance(error, Misdirected | SlowBody) or request.can_read_body:
        # Whatever the client still sends is not read: the connection ends with the answer.
        response.force_close()
    return response
