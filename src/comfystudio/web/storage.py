"""Backups of what the studio knows, for the system page."""

import asyncio
from typing import Annotated

from pydantic import Field

from comfystudio.storage.backups import Backup
from comfystudio.web.call import Call
from comfystudio.web.jobs import JobStarted
from comfystudio.web.jobs import shown as job_shown
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Shape
from comfystudio.words.kept import again

__all__ = ["Backups"]

PATH = "/api/v1/storage/backups"


class BackupShown(Shape):
    """One backup. `before`: what it was made before, a change of that schema or `restore`; null where asked for.

    With a `problem` it cannot be used, and what it says of itself is not known.
    """

    name: str
    bytes: int
    before: str | None
    made_at: At | None
    version: str | None
    schema_: Annotated[str | None, Field(alias="schema")]
    problem: str | None


class Backups(Shape):
    """Every backup, the newest first, and how large the database is now. `job_id`: one is being made."""

    folder: str
    kept: int
    database_bytes: int
    job_id: Id | None
    backups: list[BackupShown]


def _shown(backup: Backup) -> BackupShown:
    said = backup.contents
    return BackupShown(
        name=backup.name,
        bytes=backup.bytes,
        before=backup.before,
        made_at=said.made_at if said else None,
        version=said.version if said else None,
        schema_=said.schema if said else None,
        problem=again(backup.problem, "storage") if backup.problem else None,
    )


@route("GET", PATH, need=Need.ADMIN, about="The backups of database, settings and roster.")
async def backups(call: Call) -> Backups:
    """List backups."""
    service = call.services.backups
    found = await asyncio.to_thread(service.list)
    running = (job.id for job in call.services.jobs.list() if job.kind == "backup" and job.state == "running")
    return Backups(
        folder=str(service.folder),
        kept=service.kept,
        database_bytes=await asyncio.to_thread(service.database_bytes),
        job_id=next(running, None),
        backups=[_shown(each) for each in found],
    )


@route("POST", PATH, need=Need.ADMIN, about="Make a backup, as a job.", status=202, raises=(409, 503))
async def make(call: Call) -> JobStarted:
    """Start a backup."""
    job = await call.services.backup_jobs.start(call.caller)
    return JobStarted(job=job_shown(job))
