"""Runs of tools: when each lived, who started it, how it ended and where its part of the log is."""

import asyncio
from contextlib import suppress
from typing import Annotated

from pydantic import Field

from comfystudio.errors import StudioError
from comfystudio.keeper.masking import clean
from comfystudio.tools import Ending, Run
from comfystudio.web.call import Call
from comfystudio.web.library import name_of_tool
from comfystudio.web.logs import LogName
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Query, Shape
from comfystudio.web.tools import person_of

__all__ = ["RunList", "RunShown"]


class RunError(Shape):
    """The line that says what went wrong; `offset` is where it stands in the log, null where nobody noted that."""

    text: str
    offset: int | None


class RunShown(Shape):
    """One life of a tool's process. `person`: whose own instance it was, null for one that all share.

    `ending`: stopped by somebody or by itself, crashed, killed (SIGKILL: by an admin, a deadline or want of memory),
    or lost: it ended while nobody watched. `log_start` and `log_end` are offsets in `log`.
    """

    id: Id
    tool: str
    name: str
    person: str | None
    started_by: str
    started_at: At
    ended_at: At | None
    exit_code: int | None
    exit_signal: int | None
    ending: Ending
    first_error: RunError | None
    log: LogName
    log_start: int
    log_end: int | None


class RunList(Shape):
    """The newest first. For more, ask again with `before` = the last id."""

    runs: list[RunShown]


class Wanted(Query):
    """Which runs: of one tool, of one person's own instances, before an earlier answer's last id."""

    tool: Annotated[str | None, Field(max_length=40)] = None
    as_: Annotated[str | None, Field(alias="as", max_length=200)] = None
    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


@route(
    "GET",
    "/api/v1/runs",
    need=Need.SIGNED_IN,
    about="Runs of the caller's own tools and of those that all share; an admin sees everybody's.",
    raises=(404, 503),
)
async def runs(call: Call, query: Wanted) -> RunList:
    """List runs."""
    services, caller = call.services, call.caller
    person = person_of(services, caller, query.as_)
    if query.as_ is not None:
        shared, whose = frozenset[str](), (person or caller.person).id
    elif caller.is_admin:
        shared, whose = None, None
    else:
        shared, whose = (
            frozenset(view.id for view in services.tools.list(caller) if view.can["log"]),
            caller.person.id,
        )
    found = await services.runs.newest(
        shared=shared, person_id=whose, tool=query.tool, before=query.before, limit=query.limit
    )
    return RunList(runs=[await _shown(call, each) for each in found])


async def _shown(call: Call, run: Run) -> RunShown:
    services = call.services
    name, person = run.tool, None
    with suppress(StudioError):
        name = services.tools.view(run.tool, call.caller).name
    if run.person_id is not None:
        person = services.people.get(run.person_id)
    return RunShown(
        id=run.id,
        tool=run.tool,
        name=name,
        person=person.name if person else None,
        started_by=run.started_by,
        started_at=run.started_at,
        ended_at=run.ended_at,
        exit_code=run.exit_code,
        exit_signal=run.exit_signal,
        ending=run.ending,
        first_error=await _error(call, run),
        log=name_of_tool(run.tool, run.person_id, call.caller),
        log_start=run.log_start,
        log_end=run.log_end,
    )


async def _error(call: Call, run: Run) -> RunError | None:
    """What went wrong, also in one that still runs."""
    if run.ending != "running":
        return RunError(text=clean(run.first_error), offset=run.first_error_at) if run.first_error else None
    with suppress(StudioError):
        person = None if run.person_id is None else call.services.people.get(run.person_id)
        log = call.services.tools.log(run.tool, call.caller, as_=person)
        found = await asyncio.to_thread(log.first_error)
        if found is not None:
            return RunError(text=clean(found.text), offset=found.offset)
    return None
