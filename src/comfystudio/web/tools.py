"""The tools: what the caller may do with each, start, stop, install, and their logs."""

from typing import Annotated, Any

from pydantic import Field

from comfystudio.errors import Missing
from comfystudio.keeper import Log
from comfystudio.keeper.masking import clean
from comfystudio.people import Caller, Person, Role
from comfystudio.tools import State, ToolView
from comfystudio.web import jobs, logs
from comfystudio.web.call import Call
from comfystudio.web.jobs import JobStarted
from comfystudio.web.logs import LogPart, Part
from comfystudio.web.routing import Media, Need, route
from comfystudio.web.services import Services
from comfystudio.web.shapes import At, Id, Query, Shape, Text
from comfystudio.words.kept import again

__all__ = ["ToolShown", "log_of", "shown"]

PATH = "/api/v1/tools"
ONE = PATH + "/{tool}"


class Can(Shape):
    """What the caller may do with the tool now."""

    start: bool
    stop: bool
    install: bool
    open: bool
    log: bool


class ToolShown(Shape):
    """A tool as the caller sees it. `progress` runs from 0 to 1; `url` is its own origin."""

    id: str
    name: str
    icon: str
    summary: str
    instances: str
    state: State
    progress: float | None
    phase: str | None
    since: At | None
    started_by: str | None
    people: list[str]
    exit_code: int | None
    exit_signal: int | None
    first_error: str | None
    restarts: int
    next_try_at: At | None
    url: str | None
    url_port: int
    access: Role
    access_reason: str | None
    refusal: str | None
    installed: bool
    job_id: Id | None
    can: Can
    error: str | None
    takes_seconds: float | None


class ToolList(Shape):
    """Every tool, in the order of the cards."""

    tools: list[ToolShown]


class AsBody(Shape):
    """Whose instance is meant, by name; only admins may name somebody else."""

    as_: Text | None = Field(default=None, alias="as")


class AsQuery(Query):
    """Whose instance is meant, by name; only admins may name somebody else."""

    as_: Annotated[str | None, Field(alias="as", max_length=200)] = None


class AsPart(Part):
    """Which part of whose log."""

    as_: Annotated[str | None, Field(alias="as", max_length=200)] = None


_OWN_WORDS = {"people", "can", "first_error", "error", "phase", "access_reason", "refusal"}


def shown(view: ToolView, url: str | None) -> ToolShown:
    """`view` for the page; what a tool printed is cleaned."""
    plain: dict[str, Any] = {
        name: getattr(view, name) for name in ToolShown.model_fields if name not in _OWN_WORDS | {"url"}
    }
    return ToolShown(
        **plain,
        url=url,
        people=list(view.people),
        can=Can(**view.can),
        first_error=clean(view.first_error) if view.first_error else None,
        error=_said(view.error),
        phase=_said(view.phase),
        access_reason=_said(view.access_reason),
        refusal=_said(view.refusal),
    )


def _said(kept: str | None) -> str | None:
    return again(clean(kept), "tools", "comfy", "keeper", "gateway", "storage") if kept else None


def _shown(call: Call, view: ToolView) -> ToolShown:
    return shown(view, call.services.addresses.tool(call.request, view.id))


def person_of(services: Services, caller: Caller, name: str | None) -> Person | None:
    """The person that `as` names. For artists there is nobody but themselves."""
    if name is None or name == caller.person.name:
        return None
    found = services.people.by_name(name) if caller.is_admin else None
    if found is None:
        raise Missing("web.no_such_person")
    return found


def log_of(services: Services, caller: Caller, tool: str, as_: Person | None) -> Log:
    """The log of a tool's instance that `caller` may see."""
    return services.tools.log(tool, caller, as_=as_)


@route("GET", PATH, need=Need.SIGNED_IN, about="Every tool as the caller sees it.")
async def everything(call: Call) -> ToolList:
    """List tools."""
    return ToolList(tools=[_shown(call, view) for view in call.services.tools.list(call.caller)])


@route("GET", ONE, need=Need.SIGNED_IN, about="One tool as the caller sees it.")
async def one(call: Call, tool: str, query: AsQuery) -> ToolShown:
    """Look at a tool."""
    person = person_of(call.services, call.caller, query.as_)
    return _shown(call, call.services.tools.view(tool, call.caller, as_=person))


@route(
    "POST",
    ONE + "/start",
    need=Need.SIGNED_IN,
    about="Start a tool, or join a start under way. The answer comes at once; events tell how it goes.",
    status=202,
    raises=(403, 409, 503),
)
async def start(call: Call, tool: str, body: AsBody) -> ToolShown:
    """Start a tool."""
    person = person_of(call.services, call.caller, body.as_)
    view = await call.services.tools.start(tool, call.caller, as_=person)
    return _shown(call, view)


@route(
    "POST",
    ONE + "/stop",
    need=Need.SIGNED_IN,
    about="Stop a tool and everything it started. Refused where somebody else is at work in it.",
    status=202,
    raises=(403, 409, 503),
)
async def stop(call: Call, tool: str, body: AsBody) -> ToolShown:
    """Stop a tool."""
    person = person_of(call.services, call.caller, body.as_)
    view = await call.services.tools.stop(tool, call.caller, as_=person)
    return _shown(call, view)


@route(
    "POST",
    ONE + "/install",
    need=Need.ADMIN,
    about="Start the job that installs a tool.",
    status=202,
    raises=(409, 503),
)
async def install(call: Call, tool: str) -> JobStarted:
    """Install a tool."""
    made = await call.services.tools.install(tool, call.caller)
    return JobStarted(job=jobs.shown(call.services.jobs.get(made.id)))


@route("GET", ONE + "/log", need=Need.SIGNED_IN, about="Part of a tool's log.", raises=(403, 409))
async def log(call: Call, tool: str, query: AsPart) -> LogPart:
    """Read a tool's log."""
    person = person_of(call.services, call.caller, query.as_)
    return await logs.part(log_of(call.services, call.caller, tool, person), query)


@route(
    "GET",
    ONE + "/log/download",
    need=Need.SIGNED_IN,
    about="A tool's whole log as a text file.",
    raises=(403, 409),
    media=Media.TEXT,
)
async def download(call: Call, tool: str, query: AsQuery) -> logs.Download:
    """Download a tool's log."""
    person = person_of(call.services, call.caller, query.as_)
    services = call.services
    found = log_of(services, call.caller, tool, person)
    return await logs.download(call, found, tool, lambda caller: services.tools.may(caller.person, tool) is None)


@route(
    "POST",
    ONE + "/log/clear",
    need=Need.SIGNED_IN,
    about="Empty a tool's log. A shared tool's log is emptied by admins.",
    status=204,
    raises=(403, 409),
)
async def clear(call: Call, tool: str, body: AsBody) -> None:
    """Clear a tool's log."""
    person = person_of(call.services, call.caller, body.as_)
    found = log_of(call.services, call.caller, tool, person)
    if call.services.tools.view(tool, call.caller, as_=person).instances == "one":
        call.caller.must_be_admin()
    await logs.clear(found)
    subject = f"{tool}: {person.name}" if person else tool
    await call.services.audit.record("tool.log_cleared", call.caller, subject)
