"""Every table, as SQLAlchemy 2 classes. Times are seconds since the epoch; hashes are SHA-256 in hex."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["AuditRow", "Base", "JobRow", "LinkRow", "PersonRow", "SessionRow", "TokenRow"]


class Base(DeclarativeBase):
    """What all tables share."""


class PersonRow(Base):
    """Somebody who is or was on the roster. The roster says who may enter and who is an admin."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String, unique=True)
    folder: Mapped[str] = mapped_column(String, unique=True)
    uid: Mapped[int | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    disabled_at: Mapped[float | None]
    joined_at: Mapped[float | None]
    seen_at: Mapped[float | None]
    created_at: Mapped[float]


class SessionRow(Base):
    """One sign-in on the portal (`parent_id` empty) or its child on a tool's origin."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("session.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String, unique=True)
    tool: Mapped[str | None]
    origin: Mapped[str | None]
    address: Mapped[str]
    agent: Mapped[str]
    created_at: Mapped[float]
    expires_at: Mapped[float]
    seen_at: Mapped[float]
    ended_at: Mapped[float | None] = mapped_column(index=True)
    ended_why: Mapped[str | None]


class TokenRow(Base):
    """A personal token for programs."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(String, unique=True)
    created_at: Mapped[float]
    used_at: Mapped[float | None]
    revoked_at: Mapped[float | None]


class LinkRow(Base):
    """A link that works once: to set up the studio, to join it, to choose a new password."""

    __tablename__ = "link"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String, unique=True)
    made_by: Mapped[str]
    created_at: Mapped[float]
    expires_at: Mapped[float]
    used_at: Mapped[float | None]


class AuditRow(Base):
    """One line of the audit trail. `fields` never holds a secret."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[float] = mapped_column(index=True)
    by: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)


class JobRow(Base):
    """One-shot work that outlives the request which asked for it."""

    __tablename__ = "job"
    # One running job a lock: the database itself refuses a second.
    __table_args__ = (
        Index(
            "job_one_running_per_lock",
            "lock",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    lock: Mapped[str] = mapped_column(String)
    title: Mapped[str]
    state: Mapped[str] = mapped_column(String)
    by: Mapped[str]
    by_id: Mapped[int | None]
    started_at: Mapped[float]
    ended_at: Mapped[float | None]
    exit_code: Mapped[int | None]
    exit_signal: Mapped[int | None]
    first_error: Mapped[str | None]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
