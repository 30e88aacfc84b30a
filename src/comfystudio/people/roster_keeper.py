"""Keeps the roster in force: reads the file when it changes, holds the last good one, ends who is gone."""

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from comfystudio.errors import Conflict, StudioError, Unavailable
from comfystudio.people.audit import Audit
from comfystudio.people.bash_array import RosterError
from comfystudio.people.clock import StudioTime
from comfystudio.people.directory import Directory, Record
from comfystudio.people.folders import folder_of
from comfystudio.people.model import Caller, Person
from comfystudio.people.moves import Moves
from comfystudio.people.person_rows import reconcile, records_of, relisted
from comfystudio.people.roster import EMPTY, Edit, Roster, parse, renames
from comfystudio.people.roster_file import RosterFile
from comfystudio.people.sessions import Sessions
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.words import plainly
from comfystudio.workspace import write_atomic

__all__ = ["FILE", "RosterKeeper", "RosterState"]

log = structlog.get_logger("people")
FILE = "roster file"
EVERY = 0.8
ATTEMPTS = 10
Renaming = Callable[[Person], Awaitable[object]]


class _WrittenMeanwhile(Exception):
    """Somebody wrote the file between reading and editing it."""


@dataclass(frozen=True)
class RosterState:
    """How the file is: `ok`, or what is wrong, with line and column (from 1) where it is about the text."""

    path: Path
    ok: bool
    error: str | None = None
    line: int | None = None
    column: int | None = None


class RosterKeeper:
    """The roster in force. `good` is where the last good text is kept; `shipped` the text a new workspace gets."""

    def __init__(
        self,
        *,
        file: RosterFile,
        good: Path,
        shipped: bytes | None,
        database: Database,
        directory: Directory,
        sessions: Sessions,
        moves: Moves,
        audit: Audit,
        time: StudioTime,
    ) -> None:
        self.turn = asyncio.Lock()  # one change of people at a time, wherever it comes from
        self._file = file
        self._good = good
        self._shipped = shipped
        self._database = database
        self._directory = directory
        self._sessions = sessions
        self._moves = moves
        self._audit = audit
        self._time = time
        self._roster = Roster(EMPTY)
        self._behind: Unavailable | None = None  # why the database could not take the roster in force
        self._first = True
        self._mark: tuple[int, ...] | None = None
        self._settled = False
        self._state = RosterState(file.path, ok=True)
        self._listeners: list[Callable[[str], None]] = []
        self._renaming: list[Renaming] = []

    @property
    def state(self) -> RosterState:
        """How the file is."""
        return self._state

    def on_changed(self, callback: Callable[[str], None]) -> None:
        """Call `callback` when people or the file's state changed."""
        self._listeners.append(callback)

    def on_renaming(self, callback: Renaming) -> None:
        """Await `callback` with a person before their folder moves: it ends whatever of theirs works in it."""
        self._renaming.append(callback)

    async def let_go(self, person: Person) -> bool:
        """End whatever works in a person's folder; False where that did not succeed and the folder has to stay."""
        ended = await asyncio.gather(*(callback(person) for callback in self._renaming), return_exceptions=True)
        for problem in ended:
            if isinstance(problem, BaseException):
                log.error("what works in a folder could not be ended", folder=person.folder, exc_info=problem)
        return not any(isinstance(problem, BaseException) for problem in ended)

    async def prepare(self) -> bool:
        """Seed the file where there never was one, and list who was listed last; whether that is known."""
        good = await asyncio.to_thread(self._last_good)
        if good is None and self._shipped is not None:
            await self._seed(self._shipped)
        async with self.turn:
            known = await self._database.run(lambda session: reconcile(session, Roster(EMPTY), {}, 0.0))
            self._list(records_of(known, good or Roster(EMPTY)), good or Roster(EMPTY))
            if good is not None:
                self._first = False
                self._roster = good
        return good is not None

    async def begin(self) -> None:
        """Put the file in force; a broken one leaves the last good."""
        async with self.turn:
            await self._look()

    async def watch(self) -> None:
        """Notice changes of the file until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            mark = await asyncio.to_thread(self._file.mark)
            if mark.key != self._mark or not self._settled or self._behind:
                async with self.turn:
                    await self._look()

    async def change(
        self,
        edit: Edit,
        by: Caller,
        *,
        allowed: Callable[[], None] = lambda: None,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        """Edit the file and put the result in force. `allowed` may refuse, asked when nobody else changes people.

        `Conflict` while the file is broken: an edit would have to guess; `StorageFull` and `Unavailable` where it
        cannot be written.
        """
        async with self.turn:
            await self.change_in_turn(edit, by, allowed=allowed, renamed=renamed)

    async def change_in_turn(
        self,
        edit: Edit,
        by: Caller,
        *,
        allowed: Callable[[], None] = lambda: None,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        """As `change`, for whoever holds the `turn` already and does more in it."""
        before, roster = await self._edit_in_force(edit, allowed)
        behind = await self._apply(roster, dict(renamed or {}), by)
        if behind is not None:
            # Promised is only what is kept: without a row for it the edit is taken back.
            with contextlib.suppress(StudioError):
                await asyncio.to_thread(self._edit, lambda text: before if text == roster.text else text)
            await self._apply(await asyncio.to_thread(parse, before), {}, by)
            raise behind

    async def _edit_in_force(self, edit: Edit, allowed: Callable[[], None]) -> tuple[str, Roster]:
        """Edit the very text that is in force: what somebody writes by hand meanwhile is put in force first."""
        for attempt in range(ATTEMPTS):
            await self._look()
            if self._behind is not None:
                raise self._behind.with_traceback(None)
            allowed()
            expected = self._roster.text if self._state.ok and attempt + 1 < ATTEMPTS else None
            with contextlib.suppress(_WrittenMeanwhile):
                return await asyncio.to_thread(self._edit, edit, expected)
            self._settled = False
        raise AssertionError("the last attempt takes whatever there is")

    def _edit(self, edit: Edit, expected: str | None = None) -> tuple[str, Roster]:
        """The file's text before the edit, and the roster after it."""
        before = ""

        def noted(text: str) -> str:
            nonlocal before
            if expected is not None and text != expected:
                raise _WrittenMeanwhile
            before = text
            return edit(text)

        try:
            after = self._file.edit(noted, otherwise=self._roster.text)
        except RosterError as error:
            raise Conflict("people.roster_broken", problem=error.sentence) from None
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StorageFull from None
            raise Unavailable("people.roster_unwritable", path=self._file.path, problem=error.strerror) from None
        return before, parse(after)

    async def _seed(self, shipped: bytes) -> None:
        try:
            await asyncio.to_thread(self._file.seed, shipped)
        except OSError as error:
            raise Unavailable("people.roster_unwritable", path=self._file.path, problem=error.strerror) from None

    def _last_good(self) -> Roster | None:
        try:
            return parse(self._good.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, RosterError):
            return None

    async def _look(self) -> None:
        """Read the file where it changed and put it in force, or say what is wrong with it."""
        mark = await asyncio.to_thread(self._file.mark)
        if mark.key == self._mark and self._settled and not self._behind:
            return
        self._mark, self._settled = mark.key, mark.settled
        try:
            roster = await asyncio.to_thread(lambda: parse(self._file.read()))
        except RosterError as error:
            self._now(RosterState(self._file.path, False, error.sentence, error.line, error.column))
        except FileNotFoundError:
            self._now(RosterState(self._file.path, False, plainly("people.roster_missing", path=self._file.path)))
        except OSError as error:
            sentence = plainly("people.roster_unreadable", path=self._file.path, problem=error.strerror)
            self._now(RosterState(self._file.path, False, sentence))
        else:
            self._now(RosterState(self._file.path, ok=True))
            if roster.text != self._roster.text or self._behind or self._first:
                await self._apply(roster, renames(self._roster, roster), FILE)

    def _now(self, state: RosterState) -> None:
        if state != self._state:
            self._state = state
            self._tell("roster")

    async def _apply(self, roster: Roster, renamed: dict[str, str], by: Caller | str) -> Unavailable | None:
        """Put `roster` in force; why the database cannot take it now, in which case only who is gone is gone."""
        moved = await self._move(renamed)
        now = self._time.now()
        try:
            known = await self._database.run(lambda session: reconcile(session, roster, moved, now))
        except (StorageFull, StorageBusy) as error:
            # Who is gone is gone at once all the same; who is new gets in when the disk has room.
            self._behind = error
            await self._move_back(moved)
            records = relisted(self._directory.records(), roster)
        else:
            self._behind = None
            records = records_of(known, roster)
        before = {person.id: person for person in self._directory.listed()}
        self._list(records, roster)
        self._shut_out(before, by)
        self._note(before, by)
        self._tell("people")
        await asyncio.gather(self._sessions.flush(), self._audit.flush())
        if self._behind is None:
            self._roster, self._first = roster, False
            await asyncio.to_thread(self._keep_good, roster.text)
        return self._behind

    async def _move(self, renamed: dict[str, str]) -> dict[str, tuple[str, str]]:
        """Move folders of the renamed; old name to new name and the folder they have from now on."""
        moved = {}
        for old, new in renamed.items():
            record = self._directory.named(old)
            if record is None or self._directory.named(new) is not None:
                continue
            own = record.person.folder
            others = [each.person.folder for each in self._directory.records() if each.person.folder != own]
            folder = folder_of(new, others)
            free = folder != own and await self.let_go(record.person)
            there = free and await asyncio.to_thread(self._moves.move, own, folder)
            moved[old] = (new, folder if there else own)
        return moved

    async def _move_back(self, moved: Mapping[str, tuple[str, str]]) -> None:
        for old, (_, folder) in moved.items():
            record = self._directory.named(old)
            if record is not None and record.person.folder != folder:
                await asyncio.to_thread(self._moves.move, folder, record.person.folder)

    def _list(self, records: Iterable[Record], roster: Roster) -> None:
        """Know these people, listed as `roster` has them."""
        seen = {record.person.id: record.person.seen_at for record in self._directory.records()}
        records = [_seen_later(record, seen.get(record.person.id)) for record in records]
        numbers = {record.person.name: record.person.id for record in records}
        order = [numbers[entry.name] for entry in roster.entries if entry.name in numbers]
        self._directory.replace_all(records, order)

    def _shut_out(self, before: Mapping[int, Person], by: Caller | str) -> None:
        for number, person in before.items():
            after = self._directory.active(number)
            if after is None:
                self._sessions.drop_person(number, "removed")
            elif after.name != person.name and by == FILE:
                # The line may as well have gone to somebody else: whoever it is shows the password again.
                self._sessions.drop_person(number, "renamed")

    def _note(self, before: Mapping[int, Person], by: Caller | str) -> None:
        after = {person.id: person for person in self._directory.listed()}
        if self._first:
            self._audit.note("roster.read", by, str(self._file.path), people=len(after))
            return
        for number, person in before.items():
            if number not in after:
                self._audit.note("person.removed", by, person.name)
        for number, person in after.items():
            old = before.get(number)
            if old is None:
                self._audit.note("person.added", by, person.name, role=person.role)
                continue
            if old.name != person.name:
                self._audit.note("person.renamed", by, person.name, was=old.name, folder=person.folder)
            if old.role != person.role:
                self._audit.note("person.role", by, person.name, role=person.role)

    def _keep_good(self, text: str) -> None:
        try:
            write_atomic(self._good, text.encode("utf-8"))
        except OSError:
            return  # on a full disk the one before stands; it is only needed if the file breaks later

    def _tell(self, what: str) -> None:
        for callback in self._listeners:
            callback(what)


def _seen_later(record: Record, at: float | None) -> Record:
    if at is None or (record.person.seen_at or 0.0) >= at:
        return record
    return replace(record, person=replace(record.person, seen_at=at))
