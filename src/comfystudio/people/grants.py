"""Tools that an admin gave a person, or took from them, whatever the tool's manifest says."""

from collections.abc import Callable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from comfystudio.people.audit import Audit
from comfystudio.people.model import Caller, Person
from comfystudio.storage import Database
from comfystudio.storage.tables import GrantRow

__all__ = ["Grants"]

NOTHING: Mapping[str, bool] = {}
_WORDS = {True: "yes", False: "no", None: "as the tool says"}


class Grants:
    """Every grant, in memory for the hot path. What the room does not know of is whether such a tool exists."""

    def __init__(self, database: Database, audit: Audit) -> None:
        self._database = database
        self._audit = audit
        self._of: dict[int, dict[str, bool]] = {}
        self._listeners: list[Callable[[int, str], None]] = []

    async def load(self) -> None:
        """Take up what was granted."""
        rows = await self._database.run(lambda session: list(session.scalars(select(GrantRow))))
        self._of = {}
        for row in rows:
            self._of.setdefault(row.person_id, {})[row.tool] = row.may

    def may(self, person_id: int, tool: str) -> bool | None:
        """Whether the person may use the tool; None where the tool's manifest decides."""
        return self._of.get(person_id, NOTHING).get(tool)

    def of(self, person_id: int) -> Mapping[str, bool]:
        """What was decided for a person, by tool."""
        return self._of.get(person_id, NOTHING)

    async def set(self, person: Person, tool: str, may: bool | None, by: Caller) -> None:
        """Give the person the tool, or take it; None lets the tool's manifest decide again. For admins."""
        by.must_be_admin()
        if self.may(person.id, tool) is may:
            return

        def write(session: Session) -> None:
            session.execute(delete(GrantRow).where(GrantRow.person_id == person.id, GrantRow.tool == tool))
            if may is not None:
                session.add(GrantRow(person_id=person.id, tool=tool, may=may))

        await self._database.run(write)
        own = dict(self.of(person.id))
        own.pop(tool, None)
        self._of[person.id] = own | ({} if may is None else {tool: may})
        self._audit.note("person.tool", by, person.name, tool=tool, may=_WORDS[may])
        for listener in self._listeners:
            listener(person.id, tool)
        await self._audit.flush()

    def forget(self, person_id: int) -> None:
        """A person was removed, and their rows with them."""
        self._of.pop(person_id, None)

    def on_changed(self, callback: Callable[[int, str], None]) -> None:
        """Call `callback` with the numbers of a person and the id of a tool when that was decided anew."""
        self._listeners.append(callback)
