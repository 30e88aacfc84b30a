"""One-time links: to set up the studio, to join it, to choose a new password."""

import asyncio
from dataclasses import dataclass, field, replace

from comfystudio.errors import Conflict, Gone, Invalid, Missing
from comfystudio.people import link_store, names, passwords
from comfystudio.people.audit import Audit
from comfystudio.people.clock import StudioTime
from comfystudio.people.link_store import LinkStore, OpenLink, Purpose
from comfystudio.people.model import LOCAL, Caller, Person
from comfystudio.people.passwords import Passwords
from comfystudio.people.service import People
from comfystudio.people.tokens import Tokens

__all__ = ["HOURS", "Link", "LinkView", "Links", "Purpose"]

HOURS: dict[Purpose, float] = {"setup": 24.0, "join": 7 * 24.0, "reset": 24.0}
SETUP = Caller(replace(LOCAL.person, name="setup link"), via="local")


@dataclass(frozen=True)
class Link:
    """A link just made; `raw` is its code and is never shown again. `expires_at` in seconds since the epoch."""

    raw: str = field(repr=False)
    purpose: Purpose
    person: Person | None
    expires_at: float


@dataclass(frozen=True)
class LinkView:
    """What somebody who holds a link may see: for whom (None for setup), the listed admins (setup only), by whom."""

    purpose: Purpose
    name: str | None
    admins: tuple[str, ...]
    expires_at: float
    by: str


class Links:
    """Makes, shows and uses links."""

    def __init__(
        self,
        *,
        store: LinkStore,
        people: People,
        tokens: Tokens,
        hashing: Passwords,
        audit: Audit,
        time: StudioTime,
    ) -> None:
        self._store = store
        self._people = people
        self._tokens = tokens
        self._hashing = hashing
        self._audit = audit
        self._time = time
        self._setting_up = asyncio.Lock()

    async def make(
        self, purpose: Purpose, person: Person | None = None, hours: float | None = None, *, by: Caller | None = None
    ) -> Link:
        """A new link; older ones of that person, or older setup links, end.

        A setup link is for nobody in particular and exists only while no admin can sign in (`Conflict` else).
        """
        if purpose == "setup":
            if not self._people.setup_needed:
                raise Conflict("people.setup_done")
            person = None
        else:
            (by or LOCAL).must_be_admin()
            person = self._enters(person.id if person else 0)
        made_by = by.person.name if by else LOCAL.person.name
        lasts = 3600.0 * (HOURS[purpose] if hours is None else hours)
        link, raw = await self._store.make(purpose, person.id if person else None, made_by, lasts)
        await self._audit.record(f"link.{purpose}", by or LOCAL, person.name if person else "studio")
        return Link(raw, purpose, person, link.expires_at)

    async def invite(self, person: Person, *, by: Caller) -> Link:
        """The link this person needs: to join where they have no password yet, to choose a new one else."""
        return await self.make("reset" if self._people.get(person.id).joined else "join", person, by=by)

    def check(self, raw: str) -> LinkView | None:
        """What the link is for; None where it was used, ran out, was replaced or never was."""
        link = self._store.find(raw)
        if link is None:
            return None
        if link.purpose == "setup":
            if not self._people.setup_needed:
                return None
            listed = tuple(person.name for person in self._people.people() if person.role == "admin")
            return LinkView("setup", None, listed, link.expires_at, link.made_by)
        person = self._people.get(link.person_id or 0)
        return LinkView(link.purpose, person.name, (), link.expires_at, link.made_by) if person.active else None

    async def use(self, raw: str, password: str, name: str | None = None) -> Person:
        """Choose a password with a link, which ends it; `Gone` where it cannot be used (any more).

        `name` is asked for at setup only: a listed person claims their place, a new name is added, both as admin.
        """
        link = self._store.find(raw)
        if link is None or self.check(raw) is None:
            raise Gone("people.link_over")
        if link.person_id is not None:
            return await self._choose(link, self._people.get(link.person_id), password)
        async with self._setting_up:
            if self._store.find(raw) is None or not self._people.setup_needed:
                raise Gone("people.link_over")
            return await self._set_up(link, password, name)

    async def _choose(self, link: OpenLink, person: Person, password: str) -> Person:
        passwords.check(password, person.name)
        hashed = await self._hashing.hash(password)
        now = self._time.now()
        self._enters(person.id)
        chosen = await self._people.store_password(
            person.id,
            hashed,
            person.name,
            action=f"password.{link.purpose}",
            within=lambda session: link_store.claim(session, link.id, now),
        )
        if link.purpose == "join":
            # Whoever had this name before leaves no keys behind.
            await self._tokens.revoke_all(person.id)
        return chosen

    async def _set_up(self, link: OpenLink, password: str, name: str | None) -> Person:
        if name is None:
            raise Invalid("people.setup_name")
        name = names.check(name)
        passwords.check(password, name)
        hashed = await self._hashing.hash(password)
        person = self._people.by_name(name)
        if person is None:
            person = await self._people.add(name, admin=True, by=SETUP)
        if person.role != "admin":
            person = await self._people.set_admin(person.id, True, SETUP)
        if person.disabled:
            person = await self._people.set_disabled(person.id, False, SETUP)
        now = self._time.now()
        person = await self._people.store_password(
            person.id,
            hashed,
            person.name,
            action="password.setup",
            within=lambda session: link_store.claim(session, link.id, now),
        )
        self._store.closed(None)
        return person

    def _enters(self, person_id: int) -> Person:
        person = self._people.get(person_id)
        if not person.listed:
            raise Missing("people.no_such_person")
        if person.disabled:
            raise Conflict("people.disabled_no_link", name=person.name)
        return person
