"""People: who may enter, and every change to that. Changes go to the roster file and into the audit trail."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from comfystudio.errors import Conflict, Missing
from comfystudio.people import link_store, names, passwords, roster
from comfystudio.people.audit import Audit
from comfystudio.people.clock import StudioTime
from comfystudio.people.directory import Directory, Record
from comfystudio.people.link_store import LinkStore
from comfystudio.people.model import Caller, Person, PersonState
from comfystudio.people.passwords import Passwords
from comfystudio.people.roster_keeper import RosterKeeper, RosterState
from comfystudio.people.sessions import Sessions
from comfystudio.people.tokens import Tokens
from comfystudio.storage import Database
from comfystudio.storage.tables import PersonRow

__all__ = ["People", "RosterState"]


def _nothing_more(_session: Session) -> None:
    """What most changes of a password do besides."""


class People:
    """Everybody, by number and by name, and what admins do to them."""

    def __init__(
        self,
        *,
        database: Database,
        directory: Directory,
        keeper: RosterKeeper,
        sessions: Sessions,
        tokens: Tokens,
        links: LinkStore,
        hashing: Passwords,
        audit: Audit,
        time: StudioTime,
    ) -> None:
        self._database = database
        self._directory = directory
        self._keeper = keeper
        self._sessions = sessions
        self._tokens = tokens
        self._links = links
        self._hashing = hashing
        self._audit = audit
        self._time = time
        self._listeners: list[Callable[[str], None]] = []

    # -- looking

    def people(self) -> list[Person]:
        """Everybody on the roster, in its order."""
        return self._directory.listed()

    def get(self, person_id: int) -> Person:
        """The person with that number, removed ones included (`listed` says so); `Missing` where there is none."""
        return self._directory.record(person_id).person

    def by_name(self, name: str) -> Person | None:
        """The listed person called so."""
        record = self._directory.named(name)
        return record.person if record and record.person.listed else None

    def roster_state(self) -> RosterState:
        """How the roster file is; while it is broken the last good one stays in force."""
        return self._keeper.state

    def state_of(self, person: Person) -> PersonState:
        """How the people page shows somebody."""
        if person.disabled:
            return "disabled"
        if not person.joined:
            return "invited" if self._links.of(person.id) else "not_invited"
        return "here" if self._sessions.is_here(person.id) else "away"

    @property
    def setup_needed(self) -> bool:
        """Whether no admin can sign in, so that a setup link is offered."""
        return not self._directory.admins_who_can_enter()

    # -- changing the roster

    async def add(self, name: str, *, admin: bool, by: Caller) -> Person:
        """List somebody; `Conflict` where the name is listed, `Invalid` where it cannot be one."""
        by.must_be_admin()
        name = names.check(name)
        await self._keeper.change(lambda text: roster.add(text, name, admin=admin), by)
        return self._listed(name)

    async def set_admin(self, person_id: int, admin: bool, by: Caller) -> Person:
        """Make somebody an admin or an artist; the last admin who can sign in stays one."""
        by.must_be_admin()
        person = self._on_roster(person_id)
        await self._keeper.change(
            lambda text: roster.set_admin(text, person.name, admin=admin),
            by,
            allowed=lambda: None if admin else self._not_last_admin(person_id),
        )
        return self.get(person_id)

    async def rename(self, person_id: int, name: str, by: Caller) -> Person:
        """Call somebody otherwise, in the same line of the roster. Their folder goes along unless one is there."""
        by.must_be_admin()
        name = names.check(name)
        person = self._on_roster(person_id)
        known = self._directory.named(name)
        if known is not None and known.person.id != person_id:
            raise Conflict("people.name_taken" if known.person.listed else "people.name_known", name=name)
        await self._keeper.change(
            lambda text: roster.rename(text, person.name, name), by, renamed={person.name: name}
        )
        return self.get(person_id)

    async def remove(self, person_id: int, by: Caller) -> None:
        """Take somebody off the roster: sessions, tokens, links and the password end, files stay.

        Added again they are the same person with the same files, and start with a new link.
        """
        by.must_be_admin()
        person = self._on_roster(person_id)
        await self._keeper.change(
            lambda text: roster.remove(text, person.name), by, allowed=lambda: self._not_last_admin(person_id)
        )
        await self._tokens.revoke_all(person_id)
        async with self._keeper.turn:
            await self._change_row(person_id, {"password_hash": None, "disabled_at": None}, close_links=True)
            record = self._directory.record(person_id)
            self._directory.put(Record(replace(record.person, joined=False, disabled=False), None))
        self._tell("person.removed")

    # -- changing a person

    async def set_disabled(self, person_id: int, disabled: bool, by: Caller) -> Person:
        """Shut somebody out, or let them in again. Their sessions end at once; tokens rest meanwhile."""
        by.must_be_admin()
        async with self._keeper.turn:
            person = self._on_roster(person_id)
            if person.disabled == disabled:
                return person
            if disabled:
                self._not_last_admin(person_id)
            at = self._time.now() if disabled else None
            await self._change_row(person_id, {"disabled_at": at}, close_links=disabled)
            record = self._directory.record(person_id)
            person = replace(record.person, disabled=disabled)
            self._directory.put(replace(record, person=person))
            if disabled:
                self._sessions.drop_person(person_id, "disabled")
        self._audit.note("person.disabled" if disabled else "person.enabled", by, person.name)
        await self._settle("person.disabled")
        return person

    async def set_password(self, person_id: int, password: str, by: Caller, *, keep: int | None = None) -> Person:
        """Give somebody a password; every session ends but the portal session `keep`. For admins and oneself."""
        if by.person.id != person_id:
            by.must_be_admin()
        person = self._on_roster(person_id)
        passwords.check(password, person.name)
        hashed = await self._hashing.hash(password)
        return await self.store_password(person_id, hashed, by, action="password.changed", keep=keep)

    async def change_password(
        self, caller: Caller, current: str, new: str, *, address: str, keep: bool = True
    ) -> Person:
        """Change one's own password, knowing the present one; all other sessions end, this one too unless `keep`."""
        passwords.check(new, caller.person.name)
        await self._sessions.prove(caller, current, address=address)
        return await self.set_password(caller.person.id, new, caller, keep=caller.session_id if keep else None)

    async def store_password(
        self,
        person_id: int,
        hashed: str,
        by: Caller | str,
        *,
        action: str,
        keep: int | None = None,
        within: Callable[[Session], None] = _nothing_more,
    ) -> Person:
        """Keep a hashed password; `within` runs first in the same transaction and may refuse by raising."""
        async with self._keeper.turn:
            record = self._directory.record(person_id)
            values = {"password_hash": hashed}
            await self._change_row(person_id, values, close_links=True, within=within, joined=True)
            record = self._directory.record(person_id)
            person = replace(record.person, joined=True)
            self._directory.put(replace(record, person=person, password_hash=hashed))
            self._sessions.drop_person(person_id, "password", keep=keep)
        self._audit.note(action, by, person.name)
        await self._settle(action)
        return person

    def on_changed(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with what happened when a person changed (the roster keeper tells its own)."""
        self._listeners.append(callback)

    # -- inside

    def _on_roster(self, person_id: int) -> Person:
        person = self.get(person_id)
        if not person.listed:
            raise Missing("people.no_such_person")
        return person

    def _listed(self, name: str) -> Person:
        person = self.by_name(name)
        if person is None:
            raise Missing("people.not_listed", name=names.shown(name))
        return person

    def _not_last_admin(self, person_id: int) -> None:
        if [person.id for person in self._directory.admins_who_can_enter()] == [person_id]:
            raise Conflict("people.last_admin", name=self.get(person_id).name)

    async def _change_row(
        self,
        person_id: int,
        values: Mapping[str, str | float | None],
        *,
        close_links: bool,
        within: Callable[[Session], None] = _nothing_more,
        joined: bool = False,
    ) -> None:
        now = self._time.now()

        def write(session: Session) -> None:
            within(session)
            session.execute(update(PersonRow).where(PersonRow.id == person_id).values(**values))
            if joined:
                first = PersonRow.joined_at.is_(None)
                session.execute(update(PersonRow).where(PersonRow.id == person_id, first).values(joined_at=now))
            if close_links:
                link_store.close(session, person_id, now)

        await self._database.run(write)
        if close_links:
            self._links.closed(person_id)

    async def _settle(self, what: str) -> None:
        self._tell(what)
        await self._sessions.flush()
        await self._audit.flush()

    def _tell(self, what: str) -> None:
        for callback in self._listeners:
            callback(what)
