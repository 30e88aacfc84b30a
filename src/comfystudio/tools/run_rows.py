"""Runs in the database. Each function is one transaction's work; `Database.run` and `Database.read` do it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Select, delete, false, or_, select
from sqlalchemy.orm import Session

from comfystudio.storage.tables import PersonRow, RunRow

__all__ = ["Ending", "Run", "begun", "closed", "ended", "instances", "live", "newest", "prune"]

Ending = Literal["running", "stopped", "crashed", "killed", "lost"]


@dataclass(frozen=True)
class Run:
    """One life of a tool's process. Times are in seconds since the epoch, places are offsets in the tool's log.

    `instance` is "" for a tool that all share, "p12" for person 12's own; `run` is the keeper's name for it.
    """

    run: str
    tool: str
    instance: str
    person_id: int | None
    started_by: str
    started_at: float
    log_start: int
    ending: Ending = "running"
    ended_at: float | None = None
    exit_code: int | None = None
    exit_signal: int | None = None
    first_error: str | None = None
    first_error_at: int | None = None
    log_end: int | None = None
    id: int = 0


_NAMES = tuple(name for name in Run.__dataclass_fields__ if name != "id")


def _run(row: RunRow) -> Run:
    return Run(**{name: getattr(row, name) for name in _NAMES}, id=row.id)


def _row(session: Session, run: str) -> RunRow | None:
    return session.scalars(select(RunRow).where(RunRow.run == run)).first()


def begun(session: Session, found: Run) -> None:
    """Note a run; nothing where it is there already."""
    if _row(session, found.run) is None:
        values = {name: getattr(found, name) for name in _NAMES}
        if found.person_id is not None and session.get(PersonRow, found.person_id) is None:
            values["person_id"] = None  # from a database that is no more
        session.add(RunRow(**values))


def ended(session: Session, found: Run) -> None:
    """Note how a run ended, also of one that was not noted before; nothing where its end is known."""
    begun(session, found)
    session.flush()
    row = _row(session, found.run)
    if row is not None and row.ending == "running":
        for name in ("ending", "ended_at", "exit_code", "exit_signal", "first_error", "first_error_at", "log_end"):
            setattr(row, name, getattr(found, name))


def live(session: Session) -> list[Run]:
    """Those of which no end is known."""
    return [_run(row) for row in session.scalars(select(RunRow).where(RunRow.ending == "running"))]


def closed(session: Session, runs: Collection[str], at: float) -> None:
    """Note that these ended without anybody there to see how, at the latest `at`."""
    for run in runs:
        row = _row(session, run)
        if row is not None and row.ending == "running":
            row.ending, row.ended_at = "lost", at


def newest(
    session: Session,
    *,
    shared: Collection[str] | None,
    person_id: int | None,
    tool: str | None,
    before: int | None,
    limit: int,
) -> list[Run]:
    """The newest first: those of `person_id`, and of the tools in `shared` what belongs to nobody alone.

    `shared` None: of every tool; with `person_id` None as well everybody's.
    """
    wanted: Select[RunRow] = select(RunRow).order_by(RunRow.id.desc()).limit(limit)
    if shared is not None:
        mine = RunRow.person_id == person_id if person_id is not None else false()
        wanted = wanted.where(or_(mine, (RunRow.instance == "") & RunRow.tool.in_(shared)))
    elif person_id is not None:
        wanted = wanted.where(RunRow.person_id == person_id)
    if tool is not None:
        wanted = wanted.where(RunRow.tool == tool)
    if before is not None:
        wanted = wanted.where(RunRow.id < before)
    return [_run(row) for row in session.scalars(wanted)]


def instances(session: Session) -> list[tuple[str, int | None]]:
    """Each tool that ever ran, with each person whose own instance that was; None for one that all share."""
    found = session.execute(select(RunRow.tool, RunRow.person_id).distinct().order_by(RunRow.tool, RunRow.person_id))
    return [(tool, person_id) for tool, person_id in found]


def prune(session: Session, keep: int) -> None:
    """Forget all but the newest `keep`, and never one that lives."""
    oldest = session.scalars(select(RunRow.id).order_by(RunRow.id.desc()).offset(keep).limit(1)).first()
    if oldest is not None:
        session.execute(delete(RunRow).where(RunRow.id <= oldest, RunRow.ending != "running"))
