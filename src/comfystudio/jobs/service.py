"""Starting, following and cancelling jobs, and finding them again after the portal was gone."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from comfystudio.errors import Conflict, Missing, StudioError
from comfystudio.events import Bus, admins, person
from comfystudio.jobs import store
from comfystudio.jobs.model import Auditor, Job, state_after
from comfystudio.keeper import Account, Exit, Keepers, Log, Spec, Unit
from comfystudio.people import Caller
from comfystudio.storage import Database, StorageBusy, StorageFull

__all__ = ["Jobs"]

KEPT = 500
RETRY_EVERY = 5.0
TOPIC = "jobs"
_log = logging.getLogger(__name__)


def unit_of(job_id: int) -> str:
    """The keeper's name for a job."""
    return f"job-{job_id}"


class Jobs:
    """All jobs of the studio. `recover` comes first; `close` leaves what runs running."""

    def __init__(
        self, database: Database, keepers: Keepers, bus: Bus, audit: Auditor, *, log_megabytes: int = 64
    ) -> None:
        self._database = database
        self._keepers = keepers
        self._bus = bus
        self._audit = audit
        self._log_megabytes = log_megabytes
        self._jobs: dict[int, Job] = {}
        self._units: dict[int, Unit] = {}
        self._starting: dict[int, asyncio.Task[Any]] = {}
        self._ended: dict[int, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_end: list[Callable[[Job], Awaitable[None]]] = []

    def on_end(self, callback: Callable[[Job], Awaitable[None]]) -> None:
        """Have `callback` told of every job that ends, also of those that are found to have ended by `recover`."""
        self._on_end.append(callback)

    async def recover(self) -> None:
        """Adopt the jobs that live, close those that ended meanwhile, forget the oldest."""
        units = {unit.unit: unit for unit in await self._keepers.adopt()}
        records = {record.unit: record.exit for record in await asyncio.to_thread(self._keepers.records)}
        for job in await self._database.run(store.load):
            self._jobs[job.id] = job
            if job.state != "running":
                continue
            self._ended[job.id] = asyncio.Event()
            name = unit_of(job.id)
            if name in units:
                self._follow(job.id, units[name])
            else:
                await self._close(job.id, records.get(name) or _never_started(job))
        await self._forget_old()

    async def start(
        self,
        kind: str,
        *,
        lock: str,
        title: str,
        argv: tuple[str, ...],
        env: Mapping[str, str],
        cwd: Path,
        account: Account | None,
        by: Caller,
        fields: Mapping[str, Any],
        umask: int = 0o022,
        terminal: bool = False,
        interactive: bool = False,
        stop_signal: str = "SIGTERM",
        stop_within: float = 10.0,
        action: str = "job.started",
    ) -> Job:
        """Run `argv` as a job; `Conflict("jobs.running", job=…)` while another one holds `lock`.

        What it installs is for others too, hence the umask. A job that cannot start is kept as failed, and
        the reason is raised. `action` is what the audit trail calls it.
        """
        values = {
            "kind": kind,
            "lock": lock,
            "title": title,
            "by": by.person.name,
            "by_id": by.person.id or None,
            "started_at": time.time(),
            "fields": dict(fields),
        }
        spec = Spec(
            unit="",
            argv=argv,
            cwd=cwd,
            env=dict(env),
            account=account,
            umask=umask,
            terminal=terminal,
            interactive=interactive,
            stop_signal=stop_signal,
            stop_within=stop_within,
            log_megabytes=self._log_megabytes,
            labels={"kind": kind, "title": title, "started_by": by.person.name},
        )
        # Whoever asked may go away (a closed page); what was begun is brought to a defined end all the same.
        return await asyncio.shield(self._spawn(self._start(values, spec, by, action)))

    async def _start(self, values: dict[str, Any], spec: Spec, by: Caller, action: str) -> Job:
        job = await self._database.run(partial(store.insert, **values))
        task = asyncio.current_task()
        assert task is not None
        self._starting[job.id] = task
        self._jobs[job.id] = job
        self._ended[job.id] = asyncio.Event()
        try:
            # A folder of this name can only be from a database that is no more.
            await asyncio.to_thread(self._keepers.forget, unit_of(job.id))
            unit = await self._keepers.start(replace(spec, unit=unit_of(job.id)))
        except Exception as error:
            why = error.sentence if isinstance(error, StudioError) else repr(error)
            await self._close(job.id, replace(_never_started(job), lost=False, first_error=why))
            raise
        finally:
            del self._starting[job.id]
        self._follow(job.id, unit)
        self._publish(job)
        await self._audit.record(action, by, job.title, job=job.id, kind=job.kind)
        return job

    def get(self, job_id: int) -> Job:
        """One job; `Missing` where there is none."""
        if job_id not in self._jobs:
            raise Missing("jobs.missing", job=job_id)
        return self._jobs[job_id]

    def list(self) -> tuple[Job, ...]:
        """Every job, newest first."""
        return tuple(self._jobs[job_id] for job_id in sorted(self._jobs, reverse=True))

    def log(self, job_id: int) -> Log:
        """The log of a job."""
        return self._keepers.log(unit_of(self.get(job_id).id))

    def unit(self, job_id: int) -> Unit | None:
        """What runs for a job; None where it runs no longer, or not yet."""
        return self._units.get(job_id)

    async def cancel(self, job_id: int, by: Caller) -> Job:
        """Stop a job and everything it started; `Conflict` where it has ended already."""
        job = self.get(job_id)
        if job_id in self._starting:
            await asyncio.wait({self._starting[job_id]})
        unit = self._units.get(job_id)
        if unit is None:
            raise Conflict("jobs.over", title=job.title)
        await self._audit.record("job.cancelled", by, job.title, job=job.id, kind=job.kind)
        await unit.stop()
        return await self.wait(job_id)

    async def end_all(self, by: Caller) -> None:
        """Cancel whatever runs; one that cannot be ended keeps none of the others."""
        running = [self.cancel(job.id, by) for job in self.list() if job.state == "running"]
        for ended in await asyncio.gather(*running, return_exceptions=True):
            # One that ended by itself meanwhile is just as well.
            if isinstance(ended, BaseException) and not isinstance(ended, Conflict):
                raise ended

    async def wait(self, job_id: int) -> Job:
        """The job once it has ended."""
        if self.get(job_id).state == "running":
            await self._ended[job_id].wait()
        return self.get(job_id)

    async def close(self) -> None:
        """Follow the jobs no longer; they go on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _follow(self, job_id: int, unit: Unit) -> None:
        self._units[job_id] = unit
        self._spawn(self._until_end(job_id, unit))

    async def _until_end(self, job_id: int, unit: Unit) -> None:
        await self._close(job_id, await unit.wait())

    async def _close(self, job_id: int, ended: Exit) -> None:
        """Write down how a job ended, then tell."""
        job = replace(
            self._jobs[job_id],
            state=state_after(ended, self._jobs[job_id].kind),
            ended_at=ended.at,
            exit_code=ended.code,
            exit_signal=ended.signal,
            first_error=ended.first_error,
        )
        if not await self._written(job):
            self._spawn(self._write_later(job))
        self._jobs[job_id] = job
        self._units.pop(job_id, None)
        self._ended.pop(job_id).set()
        self._publish(job)
        for callback in self._on_end:
            self._spawn(callback(job))

    async def _written(self, job: Job) -> bool:
        with suppress(StorageFull, StorageBusy):
            await self._database.run(partial(store.update, job=job))
            return True
        return False

    async def _write_later(self, job: Job) -> None:
        """On a full disk the exit record keeps the truth; the database learns it when there is room again."""
        _log.warning("job %d has ended; the database cannot note it yet", job.id)
        while True:
            await asyncio.sleep(RETRY_EVERY)
            if await self._written(job):
                return

    async def _forget_old(self) -> None:
        """Keep the newest 500; what runs is kept in any case."""
        old = [job.id for job in self.list()[KEPT:] if job.state != "running"]
        if old:
            await self._database.run(partial(store.remove, job_ids=old))
        for job_id in old:
            del self._jobs[job_id]
            await asyncio.to_thread(self._keepers.forget, unit_of(job_id))

    def _publish(self, job: Job) -> None:
        to = admins() if job.by_id is None else person(job.by_id, and_admins=True)
        self._bus.publish(TOPIC, "job.changed", {"id": job.id}, to=to)

    def _spawn(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _never_started(job: Job) -> Exit:
    """For a job of which no run is known: the portal ended between writing it down and starting it."""
    return Exit(None, None, time.time(), max(0.0, time.time() - job.started_at), None, (), asked=False, lost=True)
