"""Terminals: jobs that admins type at. Their keepers hold them, so they outlive the page and the portal."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from comfystudio import words
from comfystudio.errors import Conflict, Gone, Missing
from comfystudio.jobs.model import TERMINAL, Auditor, Job
from comfystudio.jobs.service import Jobs
from comfystudio.keeper import Attachment
from comfystudio.people import Caller

__all__ = ["MOST", "Terminals"]

MOST = 16
SHELLS = ("/bin/bash", "/bin/sh")
# What ignores the hang-up is ended this many seconds later.
LEAVES_WITHIN = 2.0


class Terminals:
    """Opens shells in `folder` with what `environment` says, and lets callers attach. Who may is asked elsewhere."""

    def __init__(
        self, jobs: Jobs, audit: Auditor, *, folder: Path, environment: Callable[[], Mapping[str, str]]
    ) -> None:
        self._jobs = jobs
        self._audit = audit
        self._folder = folder
        self._environment = environment
        jobs.on_end(self._ended)

    def list(self) -> tuple[Job, ...]:
        """The terminals that are open, newest first."""
        return tuple(job for job in self._jobs.list() if job.kind == TERMINAL and job.state == "running")

    async def open(self, by: Caller) -> Job:
        """A new shell; `Conflict` where as many are open as may be."""
        taken = {job.lock for job in self.list()}
        for number in range(1, MOST + 1):
            lock = f"{TERMINAL}:{number}"
            if lock in taken:
                continue
            try:
                return await self._start(number, lock, by)
            except Conflict as error:
                if error.key != "jobs.running":
                    raise  # else somebody else was given this number in the meantime
        raise Conflict("jobs.too_many_terminals", most=MOST)

    async def _start(self, number: int, lock: str, by: Caller) -> Job:
        shell = next((path for path in SHELLS if os.access(path, os.X_OK)), SHELLS[-1])
        return await self._jobs.start(
            TERMINAL,
            lock=lock,
            title=words.plainly("jobs.terminal_title", number=number),
            argv=(shell,),
            env={**self._environment(), "SHELL": shell, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            cwd=self._folder,
            account=None,
            by=by,
            fields={},
            terminal=True,
            interactive=True,
            stop_signal="SIGHUP",
            stop_within=LEAVES_WITHIN,
            action="terminal.opened",
        )

    async def attach(self, job_id: int, by: Caller, columns: int, rows: int) -> Attachment:
        """Look and type at a terminal; `Missing` where there is none, `Gone` where it has ended."""
        job = self._jobs.get(job_id)
        if job.kind != TERMINAL:
            raise Missing("jobs.missing", job=job_id)
        unit = self._jobs.unit(job_id)
        if unit is None:
            raise Gone("keeper.terminal_over")
        found = await unit.attach(columns, rows)
        if job.by_id != (by.person.id or None):
            await self._audit.record("terminal.joined", by, job.title, job=job.id)
        return found

    async def _ended(self, job: Job) -> None:
        if job.kind == TERMINAL:
            await self._audit.record("terminal.closed", job.by, job.title, job=job.id, state=job.state)
