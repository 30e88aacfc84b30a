"""Terminals: shells of the studio's own account, for admins in admin mode."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from comfystudio.keeper.attachment import LARGEST
from comfystudio.web import jobs
from comfystudio.web.call import Call
from comfystudio.web.events import PING_SECONDS, NoSocket
from comfystudio.web.jobs import JobShown, JobStarted
from comfystudio.web.routing import Media, Need, route
from comfystudio.web.shapes import Query, Shape
from comfystudio.web.terminal_screen import LONGEST_PASTE, Screen

PATH = "/api/v1/terminals"


class TerminalList(Shape):
    """The newest first."""

    terminals: list[JobShown]


class Size(Query):
    """How large the screen is, in characters."""

    cols: Annotated[int, Field(ge=1, le=LARGEST)] = 80
    rows: Annotated[int, Field(ge=1, le=LARGEST)] = 24


@route(
    "POST",
    PATH,
    need=Need.ADMIN,
    about="Open a terminal in the workspace, as the studio's own account. It is a job: cancelling it closes it, and "
    "its log is the transcript.",
    status=202,
    raises=(409, 503),
)
async def start(call: Call) -> JobStarted:
    """Open a terminal."""
    return JobStarted(job=jobs.shown(await call.services.terminals.open(call.caller)))


@route("GET", PATH, need=Need.ADMIN, about="The terminals that are open, everybody's.")
async def everything(call: Call) -> TerminalList:
    """List terminals."""
    return TerminalList(terminals=[jobs.shown(job) for job in call.services.terminals.list()])


@route(
    "GET",
    PATH + "/{id}/socket",
    need=Need.ADMIN,
    about="Look and type at a terminal (WebSocket). Binary messages are what is typed and what is drawn, beginning "
    'with the last part of what was; `{"type": "resize", "cols": …, "rows": …}` tells the size. Once admin mode has '
    "ended nothing more is typed, which a message says; what is drawn goes on.",
    status=101,
    raises=(410, 426),
    media=Media.SOCKET,
)
async def socket(call: Call, id: int, query: Size) -> web.StreamResponse:  # noqa: A002 the brace in the path
    """Attach and stay until either side leaves."""
    page = web.WebSocketResponse(heartbeat=PING_SECONDS, max_msg_size=LONGEST_PASTE, compress=False)
    if not page.can_prepare(call.request):
        raise NoSocket("web.not_a_socket")
    line = await call.services.terminals.attach(id, call.caller, query.cols, query.rows)
    try:
        await page.prepare(call.request)
        await Screen(call, page, line).run()
    finally:
        line.close()
    return page
