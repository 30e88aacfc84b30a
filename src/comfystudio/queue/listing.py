"""Prompts a part at a time with their count, for lists that are turned page by page in any order."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from comfystudio.errors import Unavailable
from comfystudio.queue.model import Prompt, State
from comfystudio.queue.prompts import Prompts
from comfystudio.storage import Database
from comfystudio.storage.tables import PromptRow

__all__ = ["Listing"]

_COLUMNS = tuple(getattr(PromptRow, field.name) for field in fields(Prompt))


@dataclass(frozen=True)
class _Asked:
    """What a list is asked for; see `Listing.part`."""

    owner_id: int
    states: tuple[State, ...]
    limit: int
    offset: int
    by_duration: bool
    descending: bool

    def found(self, session: Session) -> tuple[list[Prompt], int]:
        """The part and the count."""
        wanted = (
            PromptRow.owner_id == self.owner_id,
            PromptRow.state.in_(self.states),
            PromptRow.hidden_at.is_(None),
        )
        count = session.scalar(select(func.count()).select_from(PromptRow).where(*wanted)) or 0
        took = func.coalesce(PromptRow.ended_at - PromptRow.started_at, 0)
        by = (took, PromptRow.number) if self.by_duration else (PromptRow.number,)
        asked = (
            select(*_COLUMNS)
            .where(*wanted)
            .order_by(*(each.desc() if self.descending else each.asc() for each in by))
            .limit(self.limit)
            .offset(self.offset)
        )
        return [Prompt(*row) for row in session.execute(asked)], count


class Listing:
    """Reads prompts on record, those that wait and run among them."""

    def __init__(self, database: Database, prompts: Prompts) -> None:
        self._database = database
        self._prompts = prompts

    async def part(
        self,
        owner_id: int,
        states: Collection[State],
        *,
        limit: int,
        offset: int = 0,
        by_duration: bool = False,
        descending: bool = True,
    ) -> tuple[Sequence[Prompt], int]:
        """Those of `owner_id` in one of `states` and not hidden, from `offset`, and how many there are in all.

        In the order of their submission, or of how long they ran. On a full disk, as they were last written.
        """
        with suppress(Unavailable):
            await self._prompts.flush()
        asked = _Asked(owner_id, tuple(states), limit, offset, by_duration, descending)
        return await self._database.read(asked.found)
