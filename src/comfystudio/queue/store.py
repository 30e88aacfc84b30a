"""Prompts in the database. Each function is one transaction's work, or part of one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update
from sqlalchemy.orm import Session

from comfystudio.queue import texts
from comfystudio.queue.files import Made
from comfystudio.queue.model import LIVE, OVER, Accepted, Body, Prompt, State
from comfystudio.storage.tables import OutputRow, PromptBodyRow, PromptRow

__all__ = [
    "Change",
    "New",
    "Part",
    "Wanted",
    "add",
    "change",
    "count",
    "first_outputs",
    "hide",
    "listed",
    "live",
    "of_output",
    "one",
    "whole",
]

_NAMES = tuple(field.name for field in fields(Prompt))
_COLUMNS = tuple(getattr(PromptRow, name) for name in _NAMES)
_CHANGING = ("state", "started_at", "ended_at", "worker", "error", "files")
_PARTS = (
    PromptBodyRow.graph,
    PromptBodyRow.extra,
    PromptBodyRow.targets,
    PromptBodyRow.outputs,
    PromptBodyRow.status,
    PromptBodyRow.meta,
)


@dataclass(frozen=True)
class New:
    """A prompt to be put on record. `kept` holds graph and extra as the database keeps them."""

    id: str
    owner_id: int
    created_at: float
    summary: str
    nodes: int
    body: Body
    kept: tuple[bytes, bytes]


@dataclass(frozen=True)
class Wanted:
    """Which prompts a list is to hold, in which order. Hidden ones are in none.

    Of whom, in which states, with which words, below which number; the newest, or those that took longest, first,
    or the other way round where `upward`.
    """

    owner_id: int | None = None
    states: tuple[State, ...] = ()
    words: tuple[str, ...] = ()
    before: int | None = None
    by_duration: bool = False
    upward: bool = False

    def fits(self, prompt: Prompt) -> bool:
        """Whether `prompt` is one of them."""
        summary = prompt.summary.casefold()
        return (
            self.owner_id in {None, prompt.owner_id}
            and (not self.states or prompt.state in self.states)
            and (self.before is None or prompt.number < self.before)
            and all(word.casefold() in summary for word in self.words)
        )

    def rank(self, prompt: Prompt) -> tuple[float, int]:
        """What they are ordered by."""
        took = (prompt.ended_at or 0.0) - (prompt.started_at or 0.0)
        known = self.by_duration and prompt.ended_at is not None and prompt.started_at is not None
        return (took if known else 0.0, prompt.number)


@dataclass(frozen=True)
class Part:
    """How many of those that are wanted, from which place, leaving out the numbers of `without`."""

    limit: int
    offset: int = 0
    without: tuple[int, ...] = ()


@dataclass(frozen=True)
class Change:
    """A prompt as it is now, to be written over what is on record."""

    now: Accepted
    made: tuple[Made, ...] = ()


def add(session: Session, new: New) -> Prompt | None:
    """Put it on record, queued; None where its id is taken."""
    if session.scalar(select(PromptRow.number).where(PromptRow.id == new.id)) is not None:
        return None
    values = {
        "id": new.id,
        "owner_id": new.owner_id,
        "state": "queued",
        "created_at": new.created_at,
        "summary": new.summary,
        "nodes": new.nodes,
        "files": 0,
    }
    number = session.execute(insert(PromptRow).values(values).returning(PromptRow.number)).scalar_one()
    graph, extra = new.kept
    session.execute(insert(PromptBodyRow).values(number=number, graph=graph, extra=extra, targets=new.body.targets))
    return Prompt(
        number=number,
        id=new.id,
        owner_id=new.owner_id,
        state="queued",
        created_at=new.created_at,
        started_at=None,
        ended_at=None,
        worker=None,
        error=None,
        summary=new.summary,
        nodes=new.nodes,
        files=0,
    )


def change(session: Session, to: Change) -> None:
    """Write what changed about a prompt; of one that is over also what it made."""
    prompt, body = to.now.prompt, to.now.body
    session.execute(
        update(PromptRow)
        .where(PromptRow.number == prompt.number)
        .values({name: getattr(prompt, name) for name in _CHANGING})
    )
    if prompt.state not in OVER:
        return
    session.execute(
        update(PromptBodyRow)
        .where(PromptBodyRow.number == prompt.number)
        .values(outputs=_kept(body.outputs), status=_kept(body.status), meta=_kept(body.meta))
    )
    rows = [
        {"number": prompt.number, "owner_id": prompt.owner_id, "place": made.place, "path": made.path}
        for made in to.made
    ]
    if rows:
        session.execute(insert(OutputRow), rows)


def _kept(text: str | None) -> bytes | None:
    return None if text is None else texts.kept(text)


def _prompt(row: Sequence[Any]) -> Prompt:
    return Prompt(*row[: len(_NAMES)])


def _accepted(row: Sequence[Any]) -> Accepted:
    graph, extra, targets, *rest = row[len(_NAMES) :]
    outputs, status, meta = (None if part is None else texts.read(part) for part in rest)
    return Accepted(_prompt(row), Body(texts.read(graph), texts.read(extra), targets, outputs, status, meta))


def _whole() -> Select[Any]:
    return select(*_COLUMNS, *_PARTS).join(PromptBodyRow, PromptBodyRow.number == PromptRow.number)


def live(session: Session) -> list[Accepted]:
    """Every prompt that is waiting or running, the oldest first."""
    rows = session.execute(_whole().where(PromptRow.state.in_(LIVE)).order_by(PromptRow.number))
    return [_accepted(row) for row in rows]


def one(session: Session, owner_id: int, prompt_id: str) -> Accepted | None:
    """One prompt of `owner_id` that is not hidden."""
    asked = _whole().where(PromptRow.id == prompt_id, PromptRow.owner_id == owner_id, PromptRow.hidden_at.is_(None))
    row = session.execute(asked).one_or_none()
    return None if row is None else _accepted(row)


def whole(session: Session, wanted: Wanted, part: Part) -> list[Accepted]:
    """Those of the part, with their large parts."""
    return [_accepted(row) for row in session.execute(_ordered(_whole(), wanted, part))]


def hide(session: Session, owner_id: int, ids: Sequence[str] | None, at: float) -> None:
    """Hide those of `ids` (None: all) that are over and belong to `owner_id`."""
    wanted = update(PromptRow).where(
        PromptRow.owner_id == owner_id, PromptRow.state.in_(OVER), PromptRow.hidden_at.is_(None)
    )
    if ids is None:
        session.execute(wanted.values(hidden_at=at))
    for each in ids or ():
        session.execute(wanted.where(PromptRow.id == each).values(hidden_at=at))


def listed(session: Session, wanted: Wanted, part: Part) -> list[Prompt]:
    """Those of the part."""
    return [_prompt(row) for row in session.execute(_ordered(select(*_COLUMNS), wanted, part))]


def count(session: Session, wanted: Wanted, without: Collection[int]) -> int:
    """How many are wanted and not in `without`."""
    asked = _matching(select(func.count()).select_from(PromptRow), wanted, without)
    return int(session.execute(asked).scalar_one())


def _matching(asked: Select[Any], wanted: Wanted, without: Collection[int]) -> Select[Any]:
    asked = asked.where(PromptRow.hidden_at.is_(None))
    if wanted.owner_id is not None:
        asked = asked.where(PromptRow.owner_id == wanted.owner_id)
    if wanted.states:
        asked = asked.where(PromptRow.state.in_(wanted.states))
    if wanted.before is not None:
        asked = asked.where(PromptRow.number < wanted.before)
    if without:
        asked = asked.where(PromptRow.number.not_in(without))
    for word in wanted.words:
        asked = asked.where(_says(word))
    return asked


def _ordered(asked: Select[Any], wanted: Wanted, part: Part) -> Select[Any]:
    """`asked` for the part alone, in order: first its numbers are found, so that nothing else is read of the rest."""
    took = func.coalesce(PromptRow.ended_at - PromptRow.started_at, 0.0)
    by = (took, PromptRow.number) if wanted.by_duration else (PromptRow.number,)
    order = [each.asc() if wanted.upward else each.desc() for each in by]
    numbers = _matching(select(PromptRow.number), wanted, part.without).order_by(*order)
    chosen = numbers.limit(part.limit).offset(part.offset).scalar_subquery()
    return asked.where(PromptRow.number.in_(chosen)).order_by(*order)


def _says(word: str) -> ColumnElement[bool]:
    """Whether the summary holds `word`, small or large: of other letters than ASCII's the database knows no cases."""
    spellings = (word,) if word.isascii() else dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    return or_(*(PromptRow.summary.contains(spelling, autoescape=True) for spelling in spellings))


def of_output(session: Session, owner_id: int, place: str, path: str) -> Prompt | None:
    """The newest prompt that made the file and is not hidden."""
    asked = (
        select(*_COLUMNS)
        .join(OutputRow, OutputRow.number == PromptRow.number)
        .where(OutputRow.owner_id == owner_id, OutputRow.place == place, OutputRow.path == path)
        .where(PromptRow.hidden_at.is_(None))
        .order_by(OutputRow.number.desc())
        .limit(1)
    )
    row = session.execute(asked).one_or_none()
    return None if row is None else _prompt(row)


def first_outputs(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """Of those prompts that saved something in their owner's outputs the path of its first file, by number."""
    first = (
        select(func.min(OutputRow.id))
        .where(OutputRow.number.in_(numbers), OutputRow.place == "output")
        .group_by(OutputRow.number)
        .scalar_subquery()
    )
    asked = select(OutputRow.number, OutputRow.path).where(OutputRow.id.in_(first))
    return {row.number: row.path for row in session.execute(asked)}
