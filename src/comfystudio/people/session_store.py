"""Sessions on disk, written when the disk lets us: memory decides who is signed in, this remembers it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from comfystudio.people.model import Caller
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.storage.tables import PersonRow, SessionRow

__all__ = ["Live", "SessionStore", "SessionView"]

log = structlog.get_logger("people")
Change = Callable[[Session], None]
KEPT_SECONDS = 30 * 86400.0


@dataclass(frozen=True)
class SessionView:
    """A sign-in as its owner and admins see it; times in seconds since the epoch."""

    id: int
    person_id: int
    address: str
    agent: str
    created_at: float
    seen_at: float
    expires_at: float


@dataclass(slots=True)
class Live:
    """A session in force. `deadline` and `touched` are on the steady clock, the other times since the epoch."""

    id: int
    person_id: int
    parent_id: int | None
    secret_hash: str
    tool: str | None
    origin: str | None
    address: str
    agent: str
    created_at: float
    expires_at: float
    deadline: float
    touched: float
    written_touch: float
    caller: Caller

    def row(self, seen_at: float) -> SessionRow:
        """The row that remembers it."""
        return SessionRow(
            id=self.id,
            person_id=self.person_id,
            parent_id=self.parent_id,
            secret_hash=self.secret_hash,
            tool=self.tool,
            origin=self.origin,
            address=self.address,
            agent=self.agent,
            created_at=self.created_at,
            expires_at=self.expires_at,
            seen_at=seen_at,
            ended_at=None,
            ended_why=None,
        )


class SessionStore:
    """A queue of changes to the session table. Nothing in it is lost while the disk is full."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[Change] = []
        self._turn = asyncio.Lock()

    def opened(self, live: Live) -> None:
        """Remember a new session."""
        self._waiting.append(lambda session: session.add(live.row(live.created_at)))

    def ended(self, ids: Iterable[int], at: float, why: str) -> None:
        """Remember that these ended."""
        numbers = sorted(ids)

        def write(session: Session) -> None:
            session.flush()
            over = update(SessionRow).where(SessionRow.id.in_(numbers), SessionRow.ended_at.is_(None))
            session.execute(over.values(ended_at=at, ended_why=why))

        self._waiting.append(write)

    def seen(self, sessions: dict[int, float], people: dict[int, float]) -> None:
        """Remember when sessions and people were last seen (by number)."""

        def write(session: Session) -> None:
            session.flush()
            for number, at in sessions.items():
                session.execute(update(SessionRow).where(SessionRow.id == number).values(seen_at=at))
            for number, at in people.items():
                session.execute(update(PersonRow).where(PersonRow.id == number).values(seen_at=at))

        self._waiting.append(write)

    async def flush(self) -> bool:
        """Write what waits, in order and in one transaction; False where a full or busy disk makes it wait on."""
        # Whoever leaves meanwhile must not take the changes along.
        return await asyncio.shield(self._flush())

    async def _flush(self) -> bool:
        async with self._turn:
            batch = list(self._waiting)
            if not batch:
                return True

            try:
                await self._write(batch)
            except (StorageFull, StorageBusy):
                return False
            del self._waiting[: len(batch)]
            return True

    async def _write(self, batch: list[Change]) -> None:
        def write(session: Session) -> None:
            for change in batch:
                change(session)

        try:
            await self._database.run(write)
        except SQLAlchemyError:
            # One change the database will never take must not hold up the others.
            for change in batch:
                try:
                    await self._database.run(change)
                except SQLAlchemyError as error:
                    # Not the error itself: it quotes the row.
                    log.error("a change of sessions was refused by the database", problem=type(error).__name__)  # noqa: TRY400

    async def load(self, now: float) -> tuple[list[SessionRow], int]:
        """Sessions in force at `now`, parents first, and the number of the next one; old ones are cleared away."""

        def read(session: Session) -> tuple[list[SessionRow], int]:
            newest = session.scalar(select(func.max(SessionRow.id))) or 0
            rows = select(SessionRow).where(SessionRow.ended_at.is_(None)).order_by(SessionRow.id)
            return list(session.scalars(rows)), newest + 1

        rows, following = await self._database.run(read)
        try:
            await self._database.run(lambda session: _clear(session, now - KEPT_SECONDS))
        except (StorageFull, StorageBusy):
            return rows, following
        return rows, following


def _clear(session: Session, before: float) -> None:
    """Forget what ended before that moment, children first."""
    session.execute(delete(SessionRow).where(SessionRow.parent_id.is_not(None), SessionRow.ended_at < before))
    parents = select(SessionRow.parent_id).where(SessionRow.parent_id.is_not(None))
    session.execute(delete(SessionRow).where(SessionRow.ended_at < before, SessionRow.id.not_in(parents)))
