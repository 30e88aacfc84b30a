"""Every log that somebody may read, and looking for words in all of them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from comfystudio.errors import Missing, StudioError, Unavailable
from comfystudio.keeper import Log
from comfystudio.keeper.search import Place, Question, Results
from comfystudio.people import Caller, Person
from comfystudio.web import jobs
from comfystudio.web.call import Call
from comfystudio.web.logs import LogName, Stream
from comfystudio.web.rights import held
from comfystudio.web.routing import Need, route
from comfystudio.web.services import Services
from comfystudio.web.shapes import At, Query, Shape

__all__ = ["Found", "LogList", "name_of_tool"]

PATH = "/api/v1/logs"
LOOK_EVERY = 0.1
_NAME = r"(tool:[a-z][a-z0-9-]{0,39}(:[0-9]{1,15})?|job:[0-9]{1,15})"
Kind = Literal["tool", "job"]


@dataclass(frozen=True)
class _Readable:
    name: str
    title: str
    kind: Kind
    state: str
    log: Log


class LogShown(Shape):
    """One log. `size`: the bytes it keeps; `state` is that of the tool or the job."""

    log: LogName
    title: str
    kind: Kind
    state: str
    size: int
    changed_at: At | None


class LogList(Shape):
    """Those that the caller may read: tools first, then jobs, the newest first."""

    logs: list[LogShown]


class Wanted(Query):
    """What to look for, as it is shown: secrets are masked, colours do not count.

    `log`: names of logs with commas between them, instead of all. `before`: the `next` of an earlier answer.
    """

    text: Annotated[str, Field(min_length=1, max_length=200)]
    case: bool = False
    log: Annotated[str | None, Field(pattern=rf"^{_NAME}(,{_NAME}){{0,199}}$")] = None
    from_: Annotated[float, Field(alias="from", ge=0, le=1e11)] = 0
    to: Annotated[float, Field(ge=0, le=1e11)] = 1e11
    before: Annotated[str | None, Field(pattern=rf"^[0-9]{{1,15}}-[0-9]{{1,19}}-{_NAME}$")] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class FoundLine(Shape):
    """A line that says it. A very long one is cut around the place."""

    log: LogName
    title: str
    offset: int
    at: At
    stream: Stream
    text: str


class Found(Shape):
    """The newest first. Where `next` is not null, not everything was looked through: ask again `before` it."""

    hits: list[FoundLine]
    next: str | None
    searched_bytes: int
    seconds: float


def name_of_tool(tool: str, person_id: int | None, caller: Caller) -> str:
    """What the log of that person's instance is called for `caller`; None: of the one that all share."""
    return f"tool:{tool}" if person_id is None or person_id == caller.person.id else f"tool:{tool}:{person_id}"


async def _readable(call: Call) -> list[_Readable]:
    services, caller = call.services, call.caller
    found: dict[Path, _Readable] = {}
    for tool, person_id in await services.runs.instances():
        with suppress(StudioError):
            person = None if person_id is None else services.people.get(person_id)
            each = _of_tool(services, caller, tool, person)
            found.setdefault(each.log.folder, each)
    of_jobs = [
        _Readable(f"job:{job.id}", job.title, "job", job.state, services.jobs.log(job.id))
        for job in services.jobs.list()
        if jobs.mine(job, caller)
    ]
    return [*found.values(), *of_jobs]


def _of_tool(services: Services, caller: Caller, tool: str, person: Person | None) -> _Readable:
    log = services.tools.log(tool, caller, as_=person)
    view = services.tools.view(tool, caller, as_=person)
    title = view.name if person is None or person.id == caller.person.id else f"{view.name} · {person.name}"
    return _Readable(name_of_tool(tool, person.id if person else None, caller), title, "tool", view.state, log)


def _listed(readable: Sequence[_Readable]) -> list[LogShown]:
    return [
        LogShown(
            log=each.name,
            title=each.title,
            kind=each.kind,
            state=each.state,
            size=max(0, each.log.size - each.log.oldest),
            changed_at=each.log.changed_at,
        )
        for each in readable
    ]


@route("GET", PATH, need=Need.SIGNED_IN, about="Every log that the caller may read.", raises=(503,))
async def everything(call: Call) -> LogList:
    """List logs."""
    return LogList(logs=await asyncio.to_thread(_listed, await _readable(call)))


@route(
    "GET",
    PATH + "/search",
    need=Need.SIGNED_IN,
    about="Look for words in every log that the caller may read, the newest lines first.",
    raises=(404, 429, 503),
)
async def search(call: Call, query: Wanted) -> Found:
    """Search logs."""
    readable = {each.name: each for each in await _readable(call)}
    if query.log is not None:
        names = query.log.split(",")
        if not all(name in readable for name in names):
            raise Missing("web.nothing_here")
        readable = {name: readable[name] for name in names}
    question = Question(
        text=query.text,
        case=query.case,
        earliest=query.from_,
        latest=query.to,
        before=_place(query.before) if query.before else None,
        limit=query.limit,
    )
    results = await _while_there(call, question, {name: each.log for name, each in readable.items()})
    hits = [FoundLine.model_validate({**vars(hit), "title": readable[hit.log].title}) for hit in results.hits]
    rest = results.next
    return Found(
        hits=hits,
        next=f"{rest[0]}-{rest[2]}-{rest[1]}" if rest else None,
        searched_bytes=results.searched_bytes,
        seconds=results.seconds,
    )


def _place(before: str) -> Place:
    at, offset, name = before.split("-", 2)
    return int(at), name, int(offset)


async def _while_there(call: Call, question: Question, logs: dict[str, Log]) -> Results:
    """The search, for as long as somebody waits for it who may."""
    work = asyncio.create_task(call.shared.search.find(question, logs, of=call.caller.person.id))
    try:
        with held(call):
            while not (await asyncio.wait({work}, timeout=LOOK_EVERY))[0]:
                transport = call.request.transport
                if transport is None or transport.is_closing():
                    raise Unavailable("keeper.search_failed")
            return work.result()
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
