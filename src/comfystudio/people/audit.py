"""The audit trail: who changed what, when. It never holds a secret, and a full disk delays it but loses nothing."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from comfystudio.people.clock import StudioTime
from comfystudio.people.model import Caller
from comfystudio.people.names import shown
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.storage.tables import AuditRow

__all__ = ["Audit", "AuditEntry"]

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

    async def recent(self, limit: int = 100, before: int | None = None) -> list[AuditEntry]:
        """The newest entries first, at most `limit` (1 to 1000), older than the entry `before`."""
        limit = min(max(limit, 1), 1000)

        def read(session: Session) -> list[AuditEntry]:
            query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
            if before is not None:
                query = query.where(AuditRow.id < before)
            return [
                AuditEntry(row.id, row.at, row.by, row.action, row.subject, dict(row.fields))
                for row in session.scalars(query)
            ]

        return await self._database.run(read)

    async def trim(self) -> None:
        """Keep the newest hundred thousand entries."""

        def cut(session: Session) -> None:
            newest = session.scalar(select(func.max(AuditRow.id))) or 0
            session.execute(delete(AuditRow).where(AuditRow.id <= newest - KEPT))

        await self._database.run(cut)
