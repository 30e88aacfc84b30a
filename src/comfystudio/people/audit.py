"""The audit trail: who changed what, when. It never holds a secret, and a full disk delays it but loses nothing."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, func, or_, select
from sqlalchemy.orm import Session

from comfystudio.people.clock import StudioTime
from comfystudio.people.model import Caller
from comfystudio.people.names import shown
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.storage.tables import AuditRow

__all__ = ["Audit", "AuditEntry", "AuditFilter"]

KEPT = 100_000
WAITING = 10_000
NOBODY = "nobody signed in"
_SECRET = ("password", "secret", "token", "code", "raw", "cookie", "hash")


@dataclass(frozen=True)
class AuditEntry:
    """One line of the trail; `at` in seconds since the epoch."""

    id: int
    at: float
    by: str
    action: str
    subject: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class AuditFilter:
    """Which entries are asked for; what is None does not matter.

    `text` stands anywhere in subject, person, action or what is told of it, whatever its case where it is ASCII;
    `action` is one, or all that begin with it and a dot; `since` and `until` are in seconds since the epoch.
    """

    text: str | None = None
    by: str | None = None
    action: str | None = None
    since: float | None = None
    until: float | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As conditions of a query."""
        found: list[ColumnElement[bool]] = []
        if self.text:
            columns = (AuditRow.subject, AuditRow.by, AuditRow.action)
            # JSON in the database is ASCII: letters beyond that stand there by their numbers.
            told = cast(AuditRow.fields, String).icontains(json.dumps(self.text)[1:-1], autoescape=True)
            found.append(or_(*(column.icontains(self.text, autoescape=True) for column in columns), told))
        if self.by is not None:
            found.append(AuditRow.by == self.by)
        if self.action is not None:
            found.append(
                or_(AuditRow.action == self.action, AuditRow.action.startswith(f"{self.action}.", autoescape=True))
            )
        if self.since is not None:
            found.append(AuditRow.at >= self.since)
        if self.until is not None:
            found.append(AuditRow.at < self.until)
        return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else shown(str(value))


class Audit:
    """Writes and reads the trail."""

    def __init__(self, database: Database, time: StudioTime) -> None:
        self._database = database
        self._time = time
        self._waiting: deque[dict[str, Any]] = deque(maxlen=WAITING)

    async def record(self, action: str, by: Caller | str | None, subject: str, **fields: Any) -> None:
        """Note that `by` did `action` to `subject`; text is cut to 200 characters and kept to one line.

        What cannot be written now is written later; the change it speaks of has happened either way.
        """
        self.note(action, by, subject, **fields)
        await self.flush()

    def note(self, action: str, by: Caller | str | None, subject: str, **fields: Any) -> None:
        """Like `record`, to be written with the next one."""
        if any(mark in name for name in fields for mark in _SECRET):
            raise ValueError(f"the audit trail takes no secrets: {sorted(fields)}")
        who = by.person.name if isinstance(by, Caller) else by or NOBODY
        if isinstance(by, Caller) and by.via == "token":
            fields["via"] = "token"
        self._waiting.append(
            {
                "at": self._time.now(),
                "by": shown(who),
                "action": action,
                "subject": shown(subject),
                "fields": {name: _plain(value) for name, value in fields.items()},
            }
        )

    async def flush(self) -> None:
        """Write what waits; on a full or busy disk it goes on waiting."""
        # A caller who leaves meanwhile must neither lose the lines nor write them twice.
        await asyncio.shield(self._flush())

    async def _flush(self) -> None:
        lines = list(self._waiting)
        if not lines:
            return
        self._waiting.clear()

        def write(session: Session) -> None:
            session.add_all(AuditRow(**line) for line in lines)

        try:
            await self._database.run(write)
        except (StorageFull, StorageBusy):
            self._waiting.extendleft(reversed(lines))

    async def recent(
        self, limit: int = 100, before: int | None = None, wanted: AuditFilter | None = None
    ) -> list[AuditEntry]:
        """The newest entries first that are `wanted`, at most `limit` (1 to 1000), older than the entry `before`."""
        limit = min(max(limit, 1), 1000)

        def read(session: Session) -> list[AuditEntry]:
            query = select(AuditRow).where(*(wanted or AuditFilter()).conditions()).order_by(AuditRow.id.desc())
            if before is not None:
                query = query.where(AuditRow.id < before)
            return [
                AuditEntry(row.id, row.at, row.by, row.action, row.subject, dict(row.fields))
                for row in session.scalars(query.limit(limit))
            ]

        return await self._database.read(read)

    async def kinds(self) -> tuple[list[str], list[str]]:
        """Every action on record and everybody who did one, by name."""

        def read(session: Session) -> tuple[list[str], list[str]]:
            actions = session.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action))
            people = session.scalars(select(AuditRow.by).distinct().order_by(AuditRow.by))
            return list(actions), list(people)

        return await self._database.read(read)

    async def trim(self) -> None:
        """Keep the newest hundred thousand entries."""

        def cut(session: Session) -> None:
            newest = session.scalar(select(func.max(AuditRow.id))) or 0
            session.execute(delete(AuditRow).where(AuditRow.id <= newest - KEPT))

        await self._database.run(cut)
