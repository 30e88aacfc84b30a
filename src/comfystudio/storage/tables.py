"""Every table, as SQLAlchemy 2 classes. Times are seconds since the epoch; hashes are SHA-256 in hex."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = [
    "AuditRow",
    "Base",
    "GrantRow",
    "IdentityRow",
    "JobRow",
    "LinkRow",
    "OutputRow",
    "PersonRow",
    "PromptBodyRow",
    "PromptRow",
    "RunRow",
    "SessionRow",
    "TokenRow",
    "ToolOptionRow",
]


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
    scope: Mapped[str] = mapped_column(String, server_default="use")
    expires_at: Mapped[float | None]


class IdentityRow(Base):
    """Who somebody is at a sign-in provider: `subject` is the provider's own, lasting name for them."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[float]
    used_at: Mapped[float]


class GrantRow(Base):
    """That an admin gave a person a tool, or took it; without a row the tool's manifest decides."""

    __tablename__ = "tool_grant"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    tool: Mapped[str] = mapped_column(String, primary_key=True)
    may: Mapped[bool]


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


class RunRow(Base):
    """One life of a tool's process, from start to exit, and which part of the tool's log is its own.

    `run` is the keeper's name for it; `log_end` and what follows from an exit are empty while it lives.
    """

    __tablename__ = "tool_run"
    __table_args__ = (Index("tool_run_of_tool", "tool", "id"), Index("tool_run_of_person", "person_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    tool: Mapped[str]
    instance: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    run: Mapped[str] = mapped_column(String, unique=True)
    started_by: Mapped[str]
    started_at: Mapped[float]
    ended_at: Mapped[float | None]
    exit_code: Mapped[int | None]
    exit_signal: Mapped[int | None]
    ending: Mapped[str]
    first_error: Mapped[str | None]
    first_error_at: Mapped[int | None]
    log_start: Mapped[int]
    log_end: Mapped[int | None]


class ToolOptionRow(Base):
    """What an admin set an option of a tool to; without a row the tool's manifest decides."""

    __tablename__ = "tool_option"

    tool: Mapped[str] = mapped_column(String, primary_key=True)
    name: Mapped[str] = mapped_column(String, primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class PromptRow(Base):
    """One ComfyUI workflow that somebody submitted; what lists show of it. `number` is the order of submission.

    `hidden_at` is set when its owner removes it from ComfyUI's history; the record stays.
    """

    __tablename__ = "prompt"
    __table_args__ = (
        Index("prompt_of_owner", "owner_id", "number"),
        Index("prompt_of_owner_by_state", "owner_id", "state", "number"),
        # The few that are waiting or running, among hundreds of thousands that are not.
        Index(
            "prompt_live",
            "state",
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String, unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str]
    created_at: Mapped[float]
    started_at: Mapped[float | None]
    ended_at: Mapped[float | None]
    worker: Mapped[str | None]
    error: Mapped[str | None]
    summary: Mapped[str]
    nodes: Mapped[int]
    files: Mapped[int]
    hidden_at: Mapped[float | None]


class PromptBodyRow(Base):
    """The large parts of a prompt, as JSON text in ComfyUI's own shapes; kept apart so that lists stay quick."""

    __tablename__ = "prompt_body"

    number: Mapped[int] = mapped_column(ForeignKey("prompt.number"), primary_key=True)
    graph: Mapped[bytes]
    extra: Mapped[bytes]
    targets: Mapped[str] = mapped_column(Text)
    outputs: Mapped[bytes | None]
    status: Mapped[bytes | None]
    meta: Mapped[bytes | None]


class OutputRow(Base):
    """A file that a prompt made: `path` is relative to its owner's folder for `place` (output, temp, input)."""

    __tablename__ = "output"
    __table_args__ = (Index("output_by_path", "owner_id", "place", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey("prompt.number"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    place: Mapped[str]
    path: Mapped[str]
