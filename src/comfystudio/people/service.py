"""People: who may enter, and every change to that. Changes go to the roster file and into the audit trail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from comfystudio.errors import Conflict, Missing, Refused
from comfystudio.people import identity_rows, link_store, names, passwords, roster
from comfystudio.people.audit import Audit
from comfystudio.people.clock import StudioTime
from comfystudio.people.directory import Directory, Record
from comfystudio.people.finding import Found, Wanted, find
from comfystudio.people.grants import Grants
from comfystudio.people.identity_rows import Identity
from comfystudio.people.link_store import LinkStore
from comfystudio.people.model import Caller, Person, PersonState
from comfystudio.people.passwords import Passwords
from comfystudio.people.roster_keeper import Renaming, RosterKeeper, RosterState
from comfystudio.people.sessions import Sessions
from comfystudio.people.tokens import Tokens
from comfystudio.storage import Database
from comfystudio.storage.tables import GrantRow, PersonRow

__all__ = ["Change", "People", "RosterState"]


@dataclass(frozen=True)
class Change:
    """What is to change about a person, or what somebody saw of them; None is left as it is, or was not looked at."""

    name: str | None = None
    admin: bool | None = None
    disabled: bool | None = None

    def describes(self, person: Person) -> bool:
        """Whether the person is as this says."""
        return (
            self.name in {None, person.name}
            and self.admin in {None, person.role == "admin"}
            and self.disabled in {None, person.disabled}
        )


def _nothing_more(_session: Session) -> None:
    """What most changes of a password do besides."""


def _forget(session: Session, person_id: int) -> None:
    """What was decided about somebody who is removed: whoever has that name next begins without it."""
    identity_rows.unlink(session, person_id)
    session.execute(delete(GrantRow).where(GrantRow.person_id == person_id))


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
        grants: Grants,
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
        self._grants = grants
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

    def tools_of(self, person_id: int) -> Mapping[str, bool]:
        """What admins decided about tools for a person: given or taken, by the tool's id."""
        return self._grants.of(person_id)

    async def identity_of(self, person_id: int) -> Identity | None:
        """The account of the sign-in provider that is bound to a person."""
        return await self._database.read(lambda session: identity_rows.identity_of(session, person_id))

    def roster_state(self) -> RosterState:
        """How the roster file is; while it is broken the last good one stays in force."""
        return self._keeper.state

    def state_of(self, person: Person) -> PersonState:
        """How the people page shows somebody."""
        return self._states()(person)

    def find(self, wanted: Wanted) -> Found:
        """A page of the people on the roster."""
        return find(self.people(), self._states(), wanted)

    def _states(self) -> Callable[[Person], PersonState]:
        """Tells the state of any number of people; who has a link is looked up once for all of them."""
        invited = self._links.holders()

        def state(person: Person) -> PersonState:
            if person.disabled:
                return "disabled"
            if self._sessions.is_here(person.id):
                return "here"
            # Who picked a profile, or came over the provider, is signed in without a password of their own.
            if person.joined or self._sessions.count_of(person.id):
                return "away"
            return "invited" if person.id in invited else "not_invited"

        return state

    @property
    def setup_needed(self) -> bool:
        """Whether no admin can sign in, so that a setup link is offered.

        Not while the studio is `closed`: the roster that cannot be read may well name an admin.
        """
        return not self.closed and not self._directory.admins_who_can_enter()

    @property
    def closed(self) -> bool:
        """Whether nobody can sign in until the roster file is mended: it is broken, and no last good one is known."""
        return self._keeper.state.line is not None and not self._directory.listed()

    # -- changing the roster

    async def add(self, name: str, *, admin: bool, by: Caller) -> Person:
        """List somebody; `Conflict` where the name is listed, `Invalid` where it cannot be one."""
        by.must_be_admin()
        name = names.check(name)
        await self._keeper.change(
            lambda text: roster.add(text, name, admin=admin), by, allowed=lambda: self._still_admin(by)
        )
        return self._listed(name)

    async def change(self, person_id: int, wanted: Change, by: Caller, *, was: Change | None = None) -> Person:
        """Rename somebody, give or take admin rights, shut them out or let them in, in one turn.

        `was` is what the caller saw before: `Conflict` where that is no longer so. The last admin who can sign in
        stays one. Renaming ends that person's own tools first, and their folder goes along unless one is there.
        """
        by.must_be_admin()
        name = None if wanted.name is None else names.check(wanted.name)
        wanted = replace(wanted, name=name)
        self._may_change(person_id, wanted, by, was)
        person = self.get(person_id)
        if name not in {None, person.name}:
            # Before the turn: a tool may take its time to end, and others are not to wait for it.
            await self._keeper.let_go(person)
        async with self._keeper.turn:
            self._may_change(person_id, wanted, by, was)
            await self._change_roster(person_id, wanted, by, was)
            if wanted.disabled is not None:
                await self._set_disabled(person_id, wanted.disabled, by)
        await self._settle("person.changed")
        return self.get(person_id)

    async def set_admin(self, person_id: int, admin: bool, by: Caller) -> Person:
        """Make somebody an admin or an artist."""
        return await self.change(person_id, Change(admin=admin), by)

    async def rename(self, person_id: int, name: str, by: Caller) -> Person:
        """Call somebody otherwise, in the same line of the roster."""
        return await self.change(person_id, Change(name=name), by)

    async def set_disabled(self, person_id: int, disabled: bool, by: Caller) -> Person:
        """Shut somebody out, or let them in again. Their sessions end at once; tokens rest meanwhile."""
        return await self.change(person_id, Change(disabled=disabled), by)

    async def remove(self, person_id: int, by: Caller) -> None:
        """Take somebody off the roster: sessions, tokens, links, tools and the password end, files stay.

        Added again they are the same person with the same files, and start with a new link.
        """
        by.must_be_admin()
        person = self._on_roster(person_id)
        await self._keeper.change(
            lambda text: roster.remove(text, person.name), by, allowed=lambda: self._may_remove(person_id, by)
        )
        await self._tokens.revoke_all(person_id)
        async with self._keeper.turn:
            values = {"password_hash": None, "disabled_at": None}
            await self._change_row(
                person_id, values, close_links=True, within=lambda session: _forget(session, person_id)
            )
            self._grants.forget(person_id)
            record = self._directory.record(person_id)
            self._directory.put(Record(replace(record.person, joined=False, disabled=False), None))
        self._tell("person.removed")

    # -- changing a person

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

    async def set_tool(self, person_id: int, tool: str, may: bool | None, by: Caller) -> None:
        """Give somebody a tool, or take it; None lets the tool's manifest decide."""
        await self._grants.set(self._on_roster(person_id), tool, may, by)

    async def unlink(self, person_id: int, by: Caller) -> None:
        """Forget which account of the sign-in provider is somebody's; the next one with their name is bound anew."""
        by.must_be_admin()
        person = self.get(person_id)
        await self._database.run(lambda session: identity_rows.unlink(session, person_id))
        self._audit.note("person.unlinked", by, person.name)
        await self._settle("person.unlinked")

    async def sign_out(self, person_id: int, by: Caller, *, keep: int | None = None) -> None:
        """End every session of a person but the portal session `keep`. For admins and oneself."""
        if by.person.id != person_id:
            by.must_be_admin()
        person = self.get(person_id)
        await self._sessions.end_person(person_id, "signed_out", keep=keep)
        self._audit.note("session.all_ended", by, person.name, kept=keep is not None)
        await self._settle("presence")

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

    def on_renaming(self, callback: Renaming) -> None:
        """Await `callback` with a person before they are renamed: it ends what works in their folder."""
        self._keeper.on_renaming(callback)

    # -- inside

    def _may_change(self, person_id: int, wanted: Change, by: Caller, was: Change | None) -> None:
        """Raise where this may not be: asked again in the turn, since much can happen until then."""
        self._still_admin(by)
        person = self._on_roster(person_id)
        if was is not None and not was.describes(person):
            raise Conflict("people.changed_meanwhile", name=person.name)
        if wanted.name is not None:
            known = self._directory.named(wanted.name)
            if known is not None and known.person.id != person_id:
                raise Conflict("people.name_taken" if known.person.listed else "people.name_known", name=wanted.name)
        if wanted.admin is False or wanted.disabled is True:
            self._not_last_admin(person_id)

    def _still_admin(self, by: Caller) -> None:
        """Raise where an admin whose request has waited is none now: of two who demote each other one is too late."""
        now = self._directory.active(by.person.id)
        if by.via != "local" and (now is None or now.role != "admin"):
            raise Refused("web.admins_only")

    def _may_remove(self, person_id: int, by: Caller) -> None:
        self._still_admin(by)
        self._not_last_admin(person_id)

    async def _change_roster(self, person_id: int, wanted: Change, by: Caller, was: Change | None) -> None:
        """The part of a change that stands in the file, in one edit."""
        person = self.get(person_id)
        renamed = wanted.name if wanted.name != person.name else None
        role = wanted.admin if wanted.admin != (person.role == "admin") else None
        if renamed is None and role is None:
            return

        def edit(text: str) -> str:
            if role is not None:
                text = roster.set_admin(text, person.name, admin=role)
            return text if renamed is None else roster.rename(text, person.name, renamed)

        await self._keeper.change_in_turn(
            edit,
            by,
            allowed=lambda: self._may_change(person_id, wanted, by, was),
            renamed={} if renamed is None else {person.name: renamed},
        )

    async def _set_disabled(self, person_id: int, disabled: bool, by: Caller) -> None:
        if self._on_roster(person_id).disabled == disabled:
            return
        at = self._time.now() if disabled else None
        await self._change_row(person_id, {"disabled_at": at}, close_links=disabled)
        record = self._directory.record(person_id)
        self._directory.put(replace(record, person=replace(record.person, disabled=disabled)))
        if disabled:
            self._sessions.drop_person(person_id, "disabled")
        self._audit.note("person.disabled" if disabled else "person.enabled", by, record.person.name)

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
