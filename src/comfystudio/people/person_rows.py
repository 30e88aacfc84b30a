"""The table of people brought in line with the roster: rows are added and renamed, never deleted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comfystudio.people.directory import Record
from comfystudio.people.folders import Folders
from comfystudio.people.model import Person
from comfystudio.people.roster import Roster
from comfystudio.storage.tables import AuditRow, LinkRow, PersonRow, SessionRow

__all__ = ["FIRST_UID", "Known", "latest_time", "reconcile", "records_of", "relisted"]

FIRST_UID = 20_000


@dataclass(frozen=True)
class Known:
    """A row of the table, detached from the database."""

    id: int
    name: str
    folder: str
    uid: int | None
    password_hash: str | None
    disabled: bool
    seen_at: float | None


def _known(row: PersonRow) -> Known:
    disabled = row.disabled_at is not None
    return Known(row.id, row.name, row.folder, row.uid, row.password_hash, disabled, row.seen_at)


def reconcile(session: Session, roster: Roster, renamed: Mapping[str, tuple[str, str]], now: float) -> list[Known]:
    """Everybody known after `renamed` (old name to new name and folder) and after whoever is new got a row.

    Numbers of accounts only grow: no two people ever share one, not even one after the other.
    """
    rows = {row.name: row for row in session.scalars(select(PersonRow))}
    for old, (new, folder) in renamed.items():
        row = rows.pop(old)
        row.name, row.folder = new, folder
        rows[new] = row
        session.flush()
    uid = max([FIRST_UID - 1, *(row.uid for row in rows.values() if row.uid is not None)])
    folders = Folders(row.folder for row in rows.values())
    for entry in roster.entries:
        if entry.name in rows:
            continue
        uid += 1
        folder = folders.take(entry.name)
        rows[entry.name] = PersonRow(name=entry.name, folder=folder, uid=uid, created_at=now)
        session.add(rows[entry.name])
    session.flush()
    return [_known(row) for row in rows.values()]


def records_of(known: Iterable[Known], roster: Roster) -> list[Record]:
    """The rows as people, with what the roster says of each."""
    found = (
        Record(
            Person(
                id=row.id,
                name=row.name,
                folder=row.folder,
                role="artist",
                disabled=row.disabled,
                joined=row.password_hash is not None,
                uid=row.uid,
                seen_at=row.seen_at,
                listed=False,
            ),
            row.password_hash,
        )
        for row in known
    )
    return relisted(found, roster)


def relisted(records: Iterable[Record], roster: Roster) -> list[Record]:
    """The same people, listed and with the role as the roster has them."""
    admin = {entry.name: entry.admin for entry in roster.entries}
    return [
        replace(
            record,
            person=replace(
                record.person,
                listed=record.person.name in admin,
                role="admin" if admin.get(record.person.name) else "artist",
            ),
        )
        for record in records
    ]


def latest_time(session: Session) -> float:
    """The newest moment any row of this room speaks of, 0 where there is none."""
    columns = (SessionRow.created_at, SessionRow.seen_at, SessionRow.ended_at, LinkRow.created_at, LinkRow.used_at)
    found = [session.scalar(select(func.max(column))) for column in (*columns, AuditRow.at, PersonRow.seen_at)]
    return max((at for at in found if at is not None), default=0.0)
