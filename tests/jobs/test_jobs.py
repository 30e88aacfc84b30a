"""Jobs: a lock, a log, an exit; told to whom they concern; and a defined state whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from comfystudio.errors import Conflict, Missing, Unavailable
from comfystudio.events import Bus, Event
from comfystudio.jobs import Job, Jobs
from comfystudio.jobs import service as service_module
from comfystudio.keeper import Keepers
from comfystudio.people import LOCAL, Caller, Person
from comfystudio.storage import Database, StorageFull
from comfystudio.storage.tables import JobRow
from tests.keeper.units import alive, children_of, shell, texts
from tests.waiting import until

MIA = Caller(
    Person(
        id=7,
        name="Mia",
        folder="Mia",
        role="artist",
        disabled=False,
        joined=True,
        uid=20007,
        seen_at=None,
        listed=True,
    ),
    "session",
)


class Trail:
    """An audit trail in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    async def record(self, action: str, by: Caller | None, subject: str, **_fields: Any) -> None:
        """Remember who did what."""
        self.lines.append((action, by.person.name if by else ""))


@pytest.fixture
def trail() -> Trail:
    """An empty trail."""
    return Trail()


@pytest.fixture
def bus() -> Bus:
    """A bus."""
    return Bus()


@pytest.fixture
async def jobs(database: Database, keepers: Keepers, bus: Bus, trail: Trail) -> AsyncIterator[Jobs]:
    """The jobs of an empty studio."""
    found = Jobs(database, keepers, bus, trail, log_megabytes=1)
    await found.recover()
    yield found
    await found.close()


async def begin(jobs: Jobs, script: str, *, lock: str = "install:x", by: Caller = MIA, **rest: Any) -> Job:
    """Start a line of shell as a job."""
    spec = shell("", script)
    rest = {"argv": spec.argv, "env": spec.env, "cwd": Path("/"), "account": None, "fields": {"tool": "x"}, **rest}
    return await jobs.start("install", lock=lock, title="Install X", by=by, **rest)


async def row(database: Database, job_id: int) -> JobRow:
    """The job as the database has it."""
    found = await database.run(lambda session: session.get(JobRow, job_id))
    assert found
    return found


async def test_a_job_runs_to_its_end(jobs: Jobs, database: Database, trail: Trail) -> None:
    """Started, running, done: with its log, in the list, in the database and in the audit trail."""
    job = await begin(jobs, "echo working; sleep 0.2; umask")
    assert (job.state, job.by, job.by_id, job.fields) == ("running", "Mia", 7, {"tool": "x"})
    assert jobs.list() == (job,)
    ended = await jobs.wait(job.id)
    assert (ended.state, ended.exit_code, ended.first_error) == ("done", 0, None)
    assert ended.ended_at is not None
    assert ended.ended_at >= ended.started_at
    assert texts(jobs.log(job.id)) == ["working", "0022"]
    assert jobs.get(job.id) == ended == await jobs.wait(job.id)
    assert (await row(database, job.id)).state == "done"
    assert trail.lines == [("job.started", "Mia")]


@pytest.mark.parametrize(
    ("script", "code", "number", "error"),
    [("echo 'Error: no network' >&2; exit 3", 3, None, "Error: no network"), ("kill -9 $$", None, 9, None)],
)
async def test_a_failure_says_why(jobs: Jobs, script: str, code: int, number: int, error: str) -> None:
    """A failed job has its exit code or signal and its error line."""
    ended = await jobs.wait((await begin(jobs, script)).id)
    assert (ended.state, ended.exit_code, ended.exit_signal, ended.first_error) == ("failed", code, number, error)


async def test_one_at_a_time_per_lock(jobs: Jobs) -> None:
    """A second start on a lock is refused with the number of the first; other locks and later starts are free."""
    first = await begin(jobs, "sleep 60")
    with pytest.raises(Conflict) as caught:
        await begin(jobs, "true")
    assert (caught.value.key, caught.value.fields["job"]) == ("jobs.running", first.id)
    assert "Mia" in caught.value.sentence
    other = await begin(jobs, "true", lock="install:y")
    await jobs.wait(other.id)
    await jobs.cancel(first.id, MIA)
    again = await begin(jobs, "true")
    assert (await jobs.wait(again.id)).state == "done"


async def test_of_two_at_once_one_wins(jobs: Jobs) -> None:
    """Eight admins press the button together: one job, seven pointers to it."""
    found = await asyncio.gather(*(begin(jobs, "sleep 60") for _ in range(8)), return_exceptions=True)
    (winner,) = [one for one in found if isinstance(one, Job)]
    losers = [one for one in found if isinstance(one, Conflict)]
    assert len(losers) == 7
    assert {one.fields["job"] for one in losers} == {winner.id}


async def test_cancelling_ends_everything_it_started(jobs: Jobs, trail: Trail) -> None:
    """After a cancel nothing of the job runs, it is cancelled, and cancelling it again says that it is over."""
    job = await begin(jobs, "sleep 600 & echo pid $!; setsid sleep 600 & echo pid $!; wait")
    await until(lambda: len(children_of(jobs.log(job.id))) == 2)
    ended = await jobs.cancel(job.id, MIA)
    assert ended.state == "cancelled"
    assert not any(map(alive, children_of(jobs.log(job.id))))
    with pytest.raises(Conflict):
        await jobs.cancel(job.id, MIA)
    assert trail.lines == [("job.started", "Mia"), ("job.cancelled", "Mia")]


async def test_events_go_to_the_starter_and_admins(jobs: Jobs, bus: Bus) -> None:
    """Start and end are told to whoever started it and to admins, and to nobody else."""
    seen: list[Event] = []
    bus.subscribe(seen.append)
    job = await begin(jobs, "true")
    await jobs.wait(job.id)
    assert [(event.topic, event.type, event.data) for event in seen] == [("jobs", "job.changed", {"id": job.id})] * 2
    audience = seen[0].audience
    assert audience.includes(7, is_admin=False)
    assert audience.includes(1, is_admin=True)
    assert not audience.includes(8, is_admin=False)
    local = await begin(jobs, "true", by=LOCAL)
    assert local.by_id is None
    assert not seen[-1].audience.includes(7, is_admin=False)


async def test_what_cannot_start_is_kept_as_failed(jobs: Jobs, database: Database) -> None:
    """The reason is raised and stays with the job; its lock is free again."""
    with pytest.raises(Unavailable) as caught:
        await begin(jobs, "", argv=("/no/such/installer",))
    (job,) = jobs.list()
    assert (job.state, job.first_error) == ("failed", caught.value.sentence)
    assert (await row(database, job.id)).state == "failed"
    assert (await jobs.wait((await begin(jobs, "true")).id)).state == "done"


async def test_a_caller_who_leaves_does_not_break_it(jobs: Jobs) -> None:
    """A page that closes in the middle of a start leaves a job that runs, not a lock without one."""
    task = asyncio.create_task(begin(jobs, "sleep 0.2"))
    await until(jobs.list)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (job,) = jobs.list()
    assert (await jobs.wait(job.id)).state == "done"


async def test_a_job_that_was_never_started_is_lost(jobs: Jobs, database: Database, keepers: Keepers) -> None:
    """Written down but not started, because the portal died in between: lost at the next start, its lock free."""
    values = {"kind": "install", "lock": "install:x", "title": "Install X", "by": "Mia", "by_id": 7}
    await database.run(lambda session: session.add(JobRow(**values, state="running", started_at=1.0, fields={})))
    again = Jobs(database, keepers, Bus(), Trail())
    await again.recover()
    assert [job.state for job in again.list()] == ["lost"]
    assert (await again.wait((await begin(again, "true")).id)).state == "done"
    await again.close()


async def test_the_truth_waits_for_room_on_the_disk(
    jobs: Jobs, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the database is full at the end of a job, the end is shown at once and written as soon as it can be."""
    job = await begin(jobs, "sleep 0.3")
    real, full = database.run, True

    async def run(work: Any) -> Any:
        if full:
            raise StorageFull
        return await real(work)

    monkeypatch.setattr(database, "run", run)
    monkeypatch.setattr(service_module, "RETRY_EVERY", 0.01)
    assert (await jobs.wait(job.id)).state == "done"
    full = False
    await until(lambda: written(database, job.id))


async def written(database: Database, job_id: int) -> bool:
    """Whether the database knows of the end."""
    return (await row(database, job_id)).state == "done"


async def test_the_oldest_are_forgotten(
    jobs: Jobs, database: Database, keepers: Keepers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the newest are kept, with row and log; one that runs is kept in any case."""
    monkeypatch.setattr(service_module, "KEPT", 2)
    running = await begin(jobs, "sleep 60", lock="long")
    made = [await begin(jobs, "true", lock=f"l{number}") for number in range(4)]
    for job in made:
        await jobs.wait(job.id)
    again = Jobs(database, keepers, Bus(), Trail())
    await again.recover()
    assert [job.id for job in again.list()] == [made[3].id, made[2].id, running.id]
    assert {record.unit for record in keepers.records()} == {f"job-{job.id}" for job in made[2:]}
    await again.close()


async def test_a_job_that_is_not_there(jobs: Jobs) -> None:
    """Asking for a number that no job has is an error with a sentence."""
    for ask in (jobs.get, jobs.log):
        with pytest.raises(Missing, match="no job 99"):
            ask(99)
    with pytest.raises(Missing):
        await jobs.cancel(99, MIA)
