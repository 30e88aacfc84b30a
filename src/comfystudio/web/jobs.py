"""One-shot work that outlives a request. Everybody sees their own jobs, admins all of them."""

from typing import Any

from comfystudio.errors import Missing
from comfystudio.jobs import TERMINAL, Job, JobState
from comfystudio.keeper import Log
from comfystudio.keeper.masking import clean
from comfystudio.people import Caller
from comfystudio.web import logs
from comfystudio.web.call import Call
from comfystudio.web.logs import LogPart, Part
from comfystudio.web.routing import Media, Need, route
from comfystudio.web.services import Services
from comfystudio.web.shapes import At, Id, Shape
from comfystudio.words.kept import again

__all__ = ["JobShown", "JobStarted", "log_of", "shown"]

PATH = "/api/v1/jobs"
ONE = PATH + "/{id}"


class JobShown(Shape):
    """A job. `lost`: it ended while nobody watched and left no exit record. `fields` say what it is about."""

    id: Id
    kind: str
    title: str
    state: JobState
    by: str
    started_at: At
    ended_at: At | None
    exit_code: int | None
    exit_signal: int | None
    first_error: str | None
    fields: dict[str, Any]


class JobStarted(Shape):
    """The job that was started."""

    job: JobShown


class JobList(Shape):
    """The newest first."""

    jobs: list[JobShown]


def shown(job: Job) -> JobShown:
    """`job` for the page."""
    return JobShown(
        id=job.id,
        kind=job.kind,
        title=again(job.title, "tools", "storage", "jobs"),
        state=job.state,
        by=job.by,
        started_at=job.started_at,
        ended_at=job.ended_at,
        exit_code=job.exit_code,
        exit_signal=job.exit_signal,
        first_error=clean(job.first_error) if job.first_error else None,
        fields=job.fields,
    )


def mine(job: Job, caller: Caller) -> bool:
    """Whether `caller` may see `job`; whoever is no admin any more sees no terminal, also none of their own."""
    if caller.is_admin:
        return True
    return job.by_id == caller.person.id and (job.kind != TERMINAL or caller.person.role == "admin")


def find(services: Services, caller: Caller, job_id: int) -> Job:
    """The job where `caller` may see it; `Missing` where not, as if it were not there."""
    job = services.jobs.get(job_id)
    if not mine(job, caller):
        raise Missing("web.nothing_here")
    return job


def log_of(services: Services, caller: Caller, job_id: int) -> Log:
    """The log of a job that `caller` may see."""
    return services.jobs.log(find(services, caller, job_id).id)


@route("GET", PATH, need=Need.SIGNED_IN, about="The caller's jobs; an admin sees everybody's.")
async def everything(call: Call) -> JobList:
    """List jobs."""
    return JobList(jobs=[shown(job) for job in call.services.jobs.list() if mine(job, call.caller)])


@route("GET", ONE, need=Need.SIGNED_IN, about="One job.")
async def one(call: Call, id: int) -> JobShown:  # noqa: A002 the brace in the path
    """Look at a job."""
    return shown(find(call.services, call.caller, id))


@route(
    "POST",
    ONE + "/cancel",
    need=Need.SIGNED_IN,
    about="Stop a job and everything it started.",
    raises=(409, 503),
)
async def cancel(call: Call, id: int) -> JobShown:  # noqa: A002 the brace in the path
    """Cancel a job."""
    job = find(call.services, call.caller, id)
    await call.services.jobs.cancel(job.id, call.caller)
    return shown(find(call.services, call.caller, id))


@route("GET", ONE + "/log", need=Need.SIGNED_IN, about="Part of a job's log.")
async def log(call: Call, id: int, query: Part) -> LogPart:  # noqa: A002 the brace in the path
    """Read a job's log."""
    return await logs.part(log_of(call.services, call.caller, id), query)


@route(
    "GET",
    ONE + "/log/download",
    need=Need.SIGNED_IN,
    about="A job's whole log as a text file.",
    media=Media.TEXT,
)
async def download(call: Call, id: int) -> logs.Download:  # noqa: A002 the brace in the path
    """Download a job's log."""
    return await logs.download(call, log_of(call.services, call.caller, id), f"job-{id}")
