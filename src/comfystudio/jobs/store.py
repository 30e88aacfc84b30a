"""Jobs in the database. Each function is one transaction's work; `Database.run` runs it."""

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from comfystudio.errors import Conflict
from comfystudio.jobs.model import Job
from comfystudio.storage.tables import JobRow

__all__ = ["insert", "load", "remove", "update"]

_NAMES = tuple(field.name for field in fields(Job))


def _job(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in _NAMES})


def insert(session: Session, **values: Any) -> Job:
    """A new running job; `Conflict` with the number of the one that holds the lock."""
    holder = session.scalars(select(JobRow).where(JobRow.lock == values["lock"], JobRow.state == "running")).first()
    if holder is not None:
        raise Conflict("jobs.running", job=holder.id, title=holder.title, by=holder.by)
    row = JobRow(**values, state="running")
    session.add(row)
    session.flush()
    return _job(row)


def update(session: Session, job: Job) -> None:
    """Write what changed about a job."""
    session.merge(JobRow(**asdict(job)))


def load(session: Session) -> list[Job]:
    """Every job, newest first."""
    return [_job(row) for row in session.scalars(select(JobRow).order_by(JobRow.id.desc()))]


def remove(session: Session, job_ids: list[int]) -> None:
    """Forget jobs."""
    for job_id in job_ids:
        row = session.get(JobRow, job_id)
        if row is not None:
            session.delete(row)
