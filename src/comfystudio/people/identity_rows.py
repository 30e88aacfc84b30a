"""Which account of a sign-in provider belongs to a person, for the people page."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from comfystudio.storage.tables import IdentityRow

__all__ = ["Identity", "identity_of", "unlink"]


@dataclass(frozen=True)
class Identity:
    """That a person signed in over the provider `issuer`, first at `created_at` (seconds since the epoch)."""

    issuer: str
    created_at: float


def identity_of(session: Session, person_id: int) -> Identity | None:
    """The account that was bound last; None where there is none."""
    newest = select(IdentityRow).where(IdentityRow.person_id == person_id).order_by(IdentityRow.id.desc()).limit(1)
    row = session.scalar(newest)
    return Identity(row.issuer, row.created_at) if row else None


def unlink(session: Session, person_id: int) -> None:
    """Forget every account of a person: the next one that comes with their name is bound anew."""
    session.execute(delete(IdentityRow).where(IdentityRow.person_id == person_id))
