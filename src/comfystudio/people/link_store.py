"""One-time links as the database keeps them: hashed, ended by the clock, by use, or by a newer one."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from comfystudio.errors import Gone
from comfystudio.people import secrets
from comfystudio.people.clock import StudioTime
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.storage.tables import LinkRow

__all__ = ["LinkStore", "OpenLink", "Purpose", "claim", "close"]

Purpose = Literal["setup", "join", "reset"]
KEPT_SECONDS = 90 * 86400.0


@dataclass(frozen=True)
class OpenLink:
    """A link that can still be used; `expires_at` in seconds since the epoch."""

    id: int
    purpose: Purpose
    person_id: int | None
    made_by: str
    expires_at: float


def claim(session: Session, link_id: int, now: float) -> None:
    """Use up the link, or raise `Gone`: of two at once the database lets one through."""
    mine = update(LinkRow).where(LinkRow.id == link_id, LinkRow.used_at.is_(None), LinkRow.expires_at > now)
    if session.execute(mine.values(used_at=now).returning(LinkRow.id)).first() is None:
        raise Gone("people.link_over")


def close(session: Session, person_id: int | None, now: float) -> None:
    """End every open link of a person, or every setup link for None."""
    whose = LinkRow.person_id.is_(None) if person_id is None else LinkRow.person_id == person_id
    still_open = update(LinkRow).where(whose, LinkRow.used_at.is_(None), LinkRow.expires_at > now)
    session.execute(still_open.values(expires_at=now))


class LinkStore:
    """Open links, in memory for looking and in the database for using."""

    def __init__(self, database: Database, time: StudioTime) -> None:
        self._database = database
        self._time = time
        self._open: dict[str, OpenLink] = {}

    async def load(self) -> None:
        """Take up the open links and forget those that ended long ago."""
        now = self._time.now()
        query = select(LinkRow).where(LinkRow.used_at.is_(None), LinkRow.expires_at > now)
        for row in await self._database.run(lambda session: list(session.scalars(query))):
            self._open[row.secret_hash] = _open_link(row)
        try:
            old = delete(LinkRow).where(LinkRow.expires_at < now - KEPT_SECONDS)
            await self._database.run(lambda session: session.execute(old))
        except (StorageFull, StorageBusy):
            return

    async def make(self, purpose: Purpose, person_id: int | None, made_by: str, lasts: float) -> tuple[OpenLink, str]:
        """A new link and its secret; older ones of that person (or older setup links) end."""
        raw, now = secrets.make(), self._time.now()
        stored = secrets.digest(raw) or ""

        def write(session: Session) -> OpenLink:
            close(session, person_id, now)
            row = LinkRow(
                purpose=purpose,
                person_id=person_id,
                secret_hash=stored,
                made_by=made_by,
                created_at=now,
                expires_at=now + lasts,
            )
            session.add(row)
            session.flush()
            return _open_link(row)

        link = await self._database.run(write)
        self.closed(person_id)
        self._open[stored] = link
        return link, raw

    def find(self, raw: str) -> OpenLink | None:
        """The link with this secret, where it can still be used."""
        link = self._open.get(secrets.digest(raw) or "")
        return link if link and link.expires_at > self._time.now() else None

    def of(self, person_id: int) -> OpenLink | None:
        """The open link of a person."""
        now = self._time.now()
        return next((ln for ln in self._open.values() if ln.person_id == person_id and ln.expires_at > now), None)

    def holders(self) -> frozenset[int]:
        """The numbers of everybody with an open link."""
        now = self._time.now()
        return frozenset(
            ln.person_id for ln in self._open.values() if ln.person_id is not None and ln.expires_at > now
        )

    def closed(self, person_id: int | None) -> None:
        """Forget the links of a person (or the setup links), whose rows were closed."""
        self._open = {key: link for key, link in self._open.items() if link.person_id != person_id}

    def sweep(self) -> None:
        """Forget what has run out."""
        now = self._time.now()
        self._open = {key: link for key, link in self._open.items() if link.expires_at > now}


def _open_link(row: LinkRow) -> OpenLink:
    purpose: Purpose = "setup" if row.purpose == "setup" else "join" if row.purpose == "join" else "reset"
    return OpenLink(row.id, purpose, row.person_id, row.made_by, row.expires_at)
