"""Personal tokens for programs: shown once, kept as a hash, found in memory."""

import math
from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from comfystudio.errors import Conflict, Invalid, Missing
from comfystudio.people import secrets
from comfystudio.people.audit import Audit
from comfystudio.people.clock import StudioTime
from comfystudio.people.directory import Directory
from comfystudio.people.model import LOCAL, Caller, Person, Scope
from comfystudio.people.names import shown
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.storage.tables import TokenRow

__all__ = ["PREFIX", "TokenView", "Tokens"]

PREFIX = "cst_"
LONGEST_LABEL = 100
MOST = 100
DAY = 86400.0


@dataclass(frozen=True)
class TokenView:
    """A token as its owner sees it; times in seconds since the epoch, `used_at` to the minute.

    `expires_at` is None for one that lasts until it is revoked. One that has run out stays on the list.
    """

    id: int
    person_id: int
    label: str
    created_at: float
    used_at: float | None
    scope: Scope
    expires_at: float | None


class Tokens:
    """Every token in force. Those of somebody disabled or unlisted do nothing until that person may enter again."""

    def __init__(self, database: Database, directory: Directory, audit: Audit, time: StudioTime) -> None:
        self._database = database
        self._directory = directory
        self._audit = audit
        self._time = time
        self._by_hash: dict[str, TokenView] = {}
        self._hash_of: dict[int, str] = {}
        self._of_person: dict[int, dict[int, TokenView]] = {}
        self._deadlines: dict[int, float] = {}  # on the steady clock
        self._used: dict[int, float] = {}
        self._revoked: dict[int, float] = {}

    def find(self, raw: str) -> Caller | None:
        """Who holds the token `raw`; None where it opens nothing."""
        if not raw.startswith(PREFIX):
            return None
        view = self._by_hash.get(secrets.digest(raw[len(PREFIX) :]) or "")
        caller = self._caller(view) if view else None
        if caller is not None and caller.token_id is not None:
            self._used[caller.token_id] = self._time.now()
        return caller

    def current(self, token_id: int) -> Caller | None:
        """Who holds the token with that number, as they are now; None where it opens nothing (any more)."""
        view = self._by_hash.get(self._hash_of.get(token_id, ""))
        return self._caller(view) if view else None

    def _caller(self, view: TokenView) -> Caller | None:
        person = self._directory.active(view.person_id)
        if person is None or self._time.steady() >= self._deadlines.get(view.id, math.inf):
            return None
        # Whoever was an admin when it was made may be none now: it does then what artists do.
        scope: Scope = "use" if view.scope == "admin" and person.role != "admin" else view.scope
        return Caller(person, "token", token_id=view.id, scope=scope)

    async def create(
        self,
        person: Person,
        label: str,
        *,
        scope: Scope = "use",
        days: float | None = None,
        by: Caller | None = None,
    ) -> tuple[TokenView, str]:
        """A new token for `person`: what the list shows, and the token itself, which is never shown again.

        It ends after `days`, or when it is revoked. One of scope `admin` is for admins, made by one who acts as such.
        """
        label = " ".join(label.split())
        if not label or len(label) > LONGEST_LABEL:
            raise Invalid("people.token_label", longest=LONGEST_LABEL)
        if self._directory.active(person.id) is None:
            raise Missing("people.no_such_person")
        if scope == "admin":
            self._may_be_admin(person, by or LOCAL)
        if len(self.list_of(person.id)) >= MOST:
            raise Conflict("people.tokens_many", most=MOST)
        raw = secrets.make()
        stored, now, label = secrets.digest(raw) or "", self._time.now(), shown(label)
        steady, expires_at = self._time.steady(), None if days is None else now + days * DAY

        def write(session: Session) -> TokenView:
            row = TokenRow(
                person_id=person.id,
                label=label,
                secret_hash=stored,
                created_at=now,
                scope=scope,
                expires_at=expires_at,
            )
            session.add(row)
            session.flush()
            return _view(row)

        view = await self._database.run(write)
        self._keep(view, stored, now, steady)
        more = {"number": view.id, "scope": scope, "days": days}
        await self._audit.record("token.created", by, person.name, label=label, **more)
        return view, PREFIX + raw

    def _may_be_admin(self, person: Person, by: Caller) -> None:
        by.must_be_admin()
        now = self._directory.active(person.id)
        if now is None or now.role != "admin":
            raise Conflict("people.token_not_admin", name=person.name)

    def list_of(self, person_id: int) -> list[TokenView]:
        """The tokens of a person, newest first."""
        own = self._of_person.get(person_id, {})
        return [self._current(own[number]) for number in sorted(own, reverse=True)]

    async def revoke(self, token_id: int, by: Caller) -> None:
        """End a token of the caller's own, or anybody's for an admin; `Missing` for others."""
        stored = self._hash_of.get(token_id)
        view = self._by_hash.get(stored) if stored else None
        if view is None or not (by.is_admin or view.person_id == by.person.id):
            raise Missing("people.no_such_token")
        await self._revoke([view])
        owner = self._directory.record(view.person_id).person
        await self._audit.record("token.revoked", by, owner.name, label=view.label, number=view.id)

    async def revoke_all(self, person_id: int) -> None:
        """End every token of a person."""
        await self._revoke(self.list_of(person_id))

    async def _revoke(self, views: list[TokenView]) -> None:
        for number in (view.id for view in views):
            gone = self._by_hash.pop(self._hash_of.pop(number, ""), None)
            self._used.pop(number, None)
            self._deadlines.pop(number, None)
            if gone is not None:
                self._of_person[gone.person_id].pop(number)
            self._revoked[number] = self._time.now()
        await self.write_revoked()

    async def write_revoked(self) -> None:
        """Write what was revoked; it works no more at once, and a full disk only delays the note of it."""
        revoked = dict(self._revoked)
        if not revoked:
            return

        def write(session: Session) -> None:
            for number, at in revoked.items():
                session.execute(update(TokenRow).where(TokenRow.id == number).values(revoked_at=at))

        try:
            await self._database.run(write)
        except (StorageFull, StorageBusy):
            return
        for number in revoked:
            self._revoked.pop(number, None)

    async def load(self) -> None:
        """Take up the tokens in force."""
        query = select(TokenRow).where(TokenRow.revoked_at.is_(None))
        rows = await self._database.run(lambda session: list(session.scalars(query)))
        now, steady = self._time.now(), self._time.steady()
        for row in rows:
            self._keep(_view(row), row.secret_hash, now, steady)

    async def flush(self) -> None:
        """Write when tokens were last used; what a full disk refuses is forgotten, it is only a hint."""
        used, self._used = self._used, {}
        if not used:
            return
        for number, at in used.items():
            stored = self._hash_of.get(number)
            if stored:
                self._hold(replace(self._by_hash[stored], used_at=at), stored)

        def write(session: Session) -> None:
            for number, at in used.items():
                session.execute(update(TokenRow).where(TokenRow.id == number).values(used_at=at))

        try:
            await self._database.run(write)
        except (StorageFull, StorageBusy):
            return

    def _keep(self, view: TokenView, stored: str, now: float, steady: float) -> None:
        self._hash_of[view.id] = stored
        if view.expires_at is not None:
            # While the studio lives the machine's clock may be set as anybody likes: this one only grows.
            self._deadlines[view.id] = steady + view.expires_at - now
        self._hold(view, stored)

    def _hold(self, view: TokenView, stored: str) -> None:
        self._by_hash[stored] = view
        self._of_person.setdefault(view.person_id, {})[view.id] = view

    def _current(self, view: TokenView) -> TokenView:
        return replace(view, used_at=self._used.get(view.id, view.used_at))


def _view(row: TokenRow) -> TokenView:
    scope: Scope = "read" if row.scope == "read" else "admin" if row.scope == "admin" else "use"
    return TokenView(row.id, row.person_id, row.label, row.created_at, row.used_at, scope, row.expires_at)
