"""ComfyUI's front: one process, and to every artist their own. A request is answered here, sent on, or refused."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiohttp import web

from comfystudio.comfy.owners import header, owner_of
from comfystudio.comfy.routes.files import Files
from comfystudio.comfy.routes.jobs import Jobs
from comfystudio.comfy.routes.paths import BadPath, Target, read
from comfystudio.comfy.routes.recall import Recall
from comfystudio.comfy.routes.record import Record
from comfystudio.comfy.routes.replies import PRIVATE, empty, told
from comfystudio.comfy.routes.scrub import Scrub
from comfystudio.comfy.routes.seams import Pictures, Preparer, Prompts, Tabs, Visit, Workers
from comfystudio.comfy.routes.submit import Submit
from comfystudio.comfy.routes.table import Found, Table, parse
from comfystudio.errors import Missing, Refused, StudioError
from comfystudio.workspace import Workspace

__all__ = ["ComfyFront"]

log = structlog.get_logger("comfy")
Handler = Callable[[Visit, tuple[str, ...]], Awaitable[web.StreamResponse]]
LONGEST_SHOWN = 200
REMEMBERED = 512


class ComfyFront:
    """Answers every admitted request to ComfyUI. `more` are rows from the setting comfyui_routes."""

    def __init__(
        self,
        *,
        prompts: Prompts,
        workers: Workers,
        tabs: Tabs,
        pictures: Pictures,
        workspace: Workspace,
        preparer: Preparer,
        more: Sequence[str] = (),
    ) -> None:
        self._workers = workers
        self._tabs = tabs
        self._preparer = preparer
        self._table = Table(parse(more))
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()
        recall = Recall(prompts, workers)
        record, jobs = Record(prompts, recall), Jobs(prompts, recall)
        files = Files(workspace, pictures)
        self._handlers: dict[str, Handler] = {
            "GET /prompt": record.count,
            "POST /prompt": Submit(prompts, workers, preparer),
            "GET /queue": record.queue,
            "POST /queue": record.change_queue,
            "POST /interrupt": record.interrupt,
            "GET /history": record.history,
            "POST /history": record.change_history,
            "GET /history/{prompt_id}": record.entry,
            "GET /ws": self._socket,
            "GET /view": files.view,
            "GET /viewvideo": files.video,
            "GET /vhs/viewvideo": files.video,
            "GET /vhs/viewaudio": files.video,
            "GET /vhs/queryvideo": files.ask,
            **{f"GET {path}": Scrub(workers, path) for path in ("/system_stats", "/experiment/models")},
        }
        for before in ("", "/api"):
            self._handlers |= {
                f"GET {before}/jobs": jobs.page,
                f"GET {before}/jobs/{{job_id}}": jobs.one,
                f"POST {before}/jobs/cancel": jobs.cancel_many,
                f"POST {before}/jobs/{{job_id}}/cancel": jobs.cancel,
            }

    async def answer(self, visit: Visit) -> web.StreamResponse:
        """The answer to an admitted request."""
        if self._workers.sentence is not None and visit.upstream is not None:
            # Nobody is kept apart in this ComfyUI: it is as it is, and for admins alone.
            if visit.caller.person.role != "admin":
                raise Refused("comfy.closed", why=self._workers.sentence)
            visit.caller.must_be_admin()
            return await visit.forward()
        request = visit.request
        try:
            target = read(request.raw_path)
        except BadPath as problem:
            raise self._unknown(request, "", str(problem)) from None
        found = self._table.find(request.method, target)
        if found is None:
            raise self._unknown(request, f"/{'/'.join(target.segments)}", "a route that is not in the table")
        return await self._by(found, target, visit)

    async def _by(self, found: Found, target: Target, visit: Visit) -> web.StreamResponse:
        row, person = found.row, visit.caller.person
        if row.way == "refused":
            raise self._unknown(visit.request, "", "refused by the table")
        if row.way == "admin":
            if person.role != "admin":
                raise Refused("comfy.admins_only")
            visit.caller.must_be_admin()
        if row.way in {"mine", "scrubbed"}:
            return await self._handled(row.route, visit, found.held)
        if visit.upstream is None:
            return await visit.not_ready()
        if row.file:
            # The same for everybody, and kept by the gateway: nobody's name goes along.
            return await visit.forward(target=None if target.text == visit.request.raw_path else target.text)
        if row.way == "admin":
            return await visit.forward(target=target.text, answer=[PRIVATE])
        await self._preparer.prepare(person)
        answer = [PRIVATE] if row.way == "own" else []
        return await visit.forward(headers=[header(owner_of(person))], target=target.text, answer=answer)

    async def _handled(self, route: str, visit: Visit, held: tuple[str, ...]) -> web.StreamResponse:
        try:
            return await self._handlers[route](visit, held)
        except StudioError as error:
            if visit.request.method == "POST":
                return told(error)
            raise

    async def _socket(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        if not visit.socket:
            return empty(400)
        if visit.upstream is None:
            return await visit.not_ready()
        return await self._tabs.serve(visit)

    def _unknown(self, request: web.Request, path: str, why: str) -> Missing:
        """The refusal of a request; the log has one line for each route, however often it is asked for."""
        shown = ascii(request.raw_path.partition("?")[0])[1:-1][:LONGEST_SHOWN]
        key = (request.method, shown)
        if key not in self._told:
            self._told[key] = None
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)
            allow = f'comfyui_routes = ["{request.method} {ascii(path)[1:-1][:LONGEST_SHOWN]}"]' if path else None
            log.warning("ComfyUI route refused", method=request.method, path=shown, why=why, setting=allow)
        return Missing("comfy.unknown_route")
