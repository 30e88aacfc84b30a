"""Which account at a provider is whose here: the first one that comes with a name, until an admin unlinks it."""

import contextlib
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from comfystudio.people.clock import StudioTime
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.storage.tables import IdentityRow

__all__ = ["Identities", "Verdict"]

# `other`: the account is somebody else's here; `taken`: the person has another account there.
Verdict = Literal["known", "bound", "other", "taken"]


class Identities:
    """Accounts at one provider, by its `issuer` and its own lasting name for each, the subject."""

    def __init__(self, database: Database, time: StudioTime, issuer: str) -> None:
        self._database = database
        self._time = time
        self._issuer = issuer

    async def settle(self, person_id: int, subject: str) -> Verdict:
        """Whether `subject` is that person; bound for good where neither was known. A new bond needs the disk."""
        found = await self._database.read(lambda session: self._look(session, person_id, subject))
        if found == "bound":
            return await self._database.run(lambda session: self._bind(session, person_id, subject))
        if found == "known":
            with contextlib.suppress(StorageFull, StorageBusy):
                await self._database.run(lambda session: self._used(session, subject))
        return found

    def _look(self, session: Session, person_id: int, subject: str) -> Verdict:
        here = IdentityRow.issuer == self._issuer
        holder = session.scalar(select(IdentityRow.person_id).where(here, IdentityRow.subject == subject))
        if holder is not None:
            return "known" if holder == person_id else "other"
        others = select(IdentityRow.id).where(here, IdentityRow.person_id == person_id)
        return "taken" if session.scalar(others.limit(1)) is not None else "bound"

    def _bind(self, session: Session, person_id: int, subject: str) -> Verdict:
        # Two may come with one name at once: what counts is what is true now.
        found = self._look(session, person_id, subject)
        if found == "bound":
            now = self._time.now()
            session.add(
                IdentityRow(person_id=person_id, issuer=self._issuer, subject=subject, created_at=now, used_at=now)
            )
        return found

    def _used(self, session: Session, subject: str) -> None:
        own = (IdentityRow.issuer == self._issuer, IdentityRow.subject == subject)
        session.execute(update(IdentityRow).where(*own).values(used_at=self._time.now()))
