"""The original's API at its addresses: bodies as JSON or as a form, `success` in what they answer.

What it could be tricked into is gone: a name is somebody's own, admin mode asks for the password, and a failure has
its proper status besides `success: false`.
"""

import asyncio
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from comfystudio import words
from comfystudio.errors import NotSignedIn, Refused
from comfystudio.keeper import Log
from comfystudio.keeper.masking import plain
from comfystudio.people import Caller, Person
from comfystudio.tools import ToolView
from comfystudio.web import logs
from comfystudio.web.call import Call
from comfystudio.web.profiles import profiles_of, sign_in_as
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import Shape, Text
from comfystudio.web.tools import person_of

LINES = 1000
RUNNING = frozenset({"starting", "ready", "unhealthy", "stopping"})
FAILURES = (404, 409, 503)


class Sent(BaseModel):
    """What clients of the original send; fields that nobody knows are passed over, as it did."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Artist(Sent):
    """Whose profile is picked."""

    artist: Text


class Mode(Sent):
    """Admin mode on or off; on asks for the password of those who have one."""

    admin_mode: bool
    password: Text | None = Field(default=None, repr=False)


class Session(Sent):
    """A tool, and for whom: the caller unless an admin names somebody else."""

    tool_id: Text
    artist: Text | None = None


class Debug(Shape):
    """The roster and whoever asks."""

    USERS: list[str]
    ADMINS: list[str]
    REPO_DIR: str
    current_artist: str
    is_current_admin: bool


class Success(Shape):
    """It was done."""

    success: bool = True


class SessionChanged(Success):
    """A tool was started or stopped."""

    tool_name: str
    message: str


class ToolStatus(Shape):
    """How a tool is."""

    tool_id: str
    name: str
    running: bool
    port_ready: bool
    installed: bool


class Content(Shape):
    """The last thousand lines of a log, and whether it is still written."""

    content: str
    running: bool


@route("GET", "/debug", need=Need.ADMIN, about="As the original: the roster and who asks.", original=True)
async def debug(call: Call) -> Debug:
    """Show what the studio read."""
    listed = [person for person in call.services.people.people() if person.listed]
    return Debug(
        USERS=[person.name for person in listed],
        ADMINS=[person.name for person in listed if person.role == "admin"],
        REPO_DIR=str(call.services.settings.repo_dir or ""),
        current_artist=call.caller.person.name,
        is_current_admin=call.caller.is_admin,
    )


@route(
    "POST",
    "/set_artist",
    need=Need.PUBLIC,
    about="As the original: pick a profile. The caller's own, or any where people sign in without passwords.",
    raises=(401, 403),
    original=True,
)
async def set_artist(call: Call, body: Artist) -> Success:
    """Pick a profile."""
    wanted = call.services.people.by_name(body.artist)
    if call.who is not None and wanted is not None and wanted.id == call.who.person.id:
        return Success()
    if wanted is not None and wanted in profiles_of(call):
        await sign_in_as(call, wanted)
        return Success()
    if call.who is None:
        raise NotSignedIn("web.not_signed_in")
    raise Refused("web.not_your_name")


@route(
    "POST",
    "/set_admin_mode",
    need=Need.SIGNED_IN,
    about="As the original: admin mode on or off. On takes the caller's password as `password`.",
    raises=(401, 403, 429, 503),
    original=True,
)
async def set_admin_mode(call: Call, body: Mode) -> Success:
    """Turn admin mode on or off."""
    sessions = call.services.sessions
    if body.admin_mode:
        device = call.services.cookies.device(call.request)
        await sessions.begin_admin_mode(call.caller, body.password, address=call.address, device=device)
    else:
        await sessions.end_admin_mode(call.caller)
    return Success()


def _artist(call: Call, name: str | None) -> Person | None:
    return person_of(call.services, call.caller, name or None)


@route(
    "POST",
    "/start_session",
    need=Need.SIGNED_IN,
    about="As the original: start a tool.",
    raises=(403, *FAILURES),
    original=True,
)
async def start_session(call: Call, body: Session) -> SessionChanged:
    """Start a tool, or join a start under way."""
    view = await call.services.tools.start(body.tool_id, call.caller, as_=_artist(call, body.artist))
    return SessionChanged(tool_name=view.name, message=words.say("web.original_started", tool=view.name))


@route(
    "POST",
    "/stop_session",
    need=Need.SIGNED_IN,
    about="As the original: stop a tool.",
    raises=(403, *FAILURES),
    original=True,
)
async def stop_session(call: Call, body: Session) -> SessionChanged:
    """Stop a tool and everything it started."""
    view = await call.services.tools.stop(body.tool_id, call.caller, as_=_artist(call, body.artist))
    return SessionChanged(tool_name=view.name, message=words.say("web.original_stopped", tool=view.name))


@route("GET", "/tool_status/{tool}", need=Need.SIGNED_IN, about="As the original: how a tool is.", original=True)
async def tool_status(call: Call, tool: str) -> ToolStatus:
    """Look at a tool."""
    view = call.services.tools.view(tool, call.caller)
    return ToolStatus(
        tool_id=view.id,
        name=view.name,
        running=view.state in RUNNING,
        port_ready=view.state == "ready",
        installed=view.installed,
    )


def _newest_tool(views: Sequence[ToolView], caller: Caller) -> ToolView | None:
    """The tool that the caller started last, or that runs for them alone, whose log they may read."""
    own = [
        view
        for view in views
        if view.can["log"]
        and view.since is not None
        and (view.instances == "per-artist" or view.started_by == caller.person.name)
    ]
    return max(own, key=lambda view: view.since or 0.0, default=None)


async def _content(log: Log, *, running: bool) -> Content:
    chunk = await asyncio.to_thread(log.tail, LINES)
    return Content(content="".join(plain(line.text) + "\n" for line in chunk.lines), running=running)


@route("GET", "/logs", need=Need.ADMIN, about="As the original: the newest job's log.", original=True)
async def job_log(call: Call) -> Content:
    """Read the newest job's log."""
    job = next(iter(call.services.jobs.list()), None)
    if job is None:
        return Content(content="", running=False)
    return await _content(call.services.jobs.log(job.id), running=job.state == "running")


@route(
    "GET",
    "/user_logs",
    need=Need.SIGNED_IN,
    about="As the original: the log of the tool that the caller started last.",
    original=True,
)
async def user_logs(call: Call) -> Content:
    """Read the log of the caller's newest tool."""
    view = _newest_tool(call.services.tools.list(call.caller), call.caller)
    if view is None:
        return Content(content="", running=False)
    return await _content(call.services.tools.log(view.id, call.caller), running=view.state in RUNNING)


@route(
    "POST",
    "/clear_logs",
    need=Need.SIGNED_IN,
    about="As the original: empty what `/user_logs` shows, and for an admin what `/logs` shows.",
    raises=(403,),
    original=True,
)
async def clear_logs(call: Call) -> Success:
    """Empty the logs that the caller sees."""
    caller, audit = call.caller, call.services.audit
    view = _newest_tool(call.services.tools.list(caller), caller)
    if view is not None:
        if view.instances == "one":
            caller.must_be_admin()
        await logs.clear(call.services.tools.log(view.id, caller))
        await audit.record("tool.log_cleared", caller, view.id)
    job = next(iter(call.services.jobs.list()), None)
    if caller.is_admin and job is not None:
        await logs.clear(call.services.jobs.log(job.id))
        await audit.record("job.log_cleared", caller, job.title, job=job.id)
    return Success()
