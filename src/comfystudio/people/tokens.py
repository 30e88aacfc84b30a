"""Personal tokens for programs: shown once, kept as a hash, found in memory."""

from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from comfystudio.errors import Conflict, Invalid, Missing
from comfystudio.people import secrets
from comfystudio.people.audit import Audit
from comfystudio.people.clock import StudioTime
from comfystudio.people.directory import Directory
from comfystudio.people.model import Caller, Person
from comfystudio.people.names import shown
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.storage.tables import TokenRow

__all__ = ["PREFIX", "TokenView", "Tokens"]

PREFIX = "cst_"
LONGEST_LABEL = 100
MOST = 100


@dataclass(frozen=True)
class TokenView:
    """A token as its owner sees it; times in seconds since the epoch, `used_at` to the minute."""

    id: int
    person_id: int
    label: str
    created_at: float
    used_at: float | None


class Tokens:
    """Every token in force. Those of somebody disabled or unlisted do nothing until that person may enter again."""

    def __init__(self, database: Database, directory: Directory, audit: Audit, time: StudioTime) -> None:
        self._database = database
        self._directory = directory
        self._audit = audit
        self._time = time
        self._by_hash: dict[str, TokenView] = {}
        self._hash_of: dict[int, str] = {}
        self._used: dict[int, float] = {}
        self._revoked: dict[int, float] = {}

    def find(self, raw: str) -> Caller | None:
        """Who holds the token `raw`; None where it opens nothing."""
        if not raw.startswith(PREFIX):
            return None
        view = self._by_hash.get(secrets.digest(raw[len(PREFIX) :]) or "")
        person = self._directory.active(view.person_id) if view else None
        if view is None or person is None:
            return None
        self._used[view.id] = self._time.now()
        return Caller(person, "token", token_id=view.id)

    async def create(self, person: Person, label: str, *, by: Caller | None = None) -> tuple[TokenView, str]:
        """A new token for `person`: what the list shows, and the token itself, which is never shown again."""
        label = " ".join(label.split())
        if not label or len(label) > LONGEST_LABEL:
            raise Invalid("people.token_label", longest=LONGEST_LABEL)
        if self._directory.active(person.id) is None:
            raise Missing("people.no_such_person")
        if len(self.list_of(person.id)) >= MOST:
            raise Conflict("people.tokens_many", most=MOST)
        raw = secrets.make()
        stored, now, label = secrets.digest(raw) or "", self._time.now(), shown(label)

        def write(session: Session) -> TokenView:
            row = TokenRow(person_id=person.id, label=label, secret_hash=stored, created_at=now)
            session.add(row)
            session.flush()
            return _view(row)

        view = await self._database.run(write)
        self._keep(view, stored)
        await self._audit.record("token.created", by, person.name, label=label, number=view.id)
        return view, PREFIX + raw

    def list_of(self, person_id: int) -> list[TokenView]:
        """The tokens of a person, newest first."""
        own = [self._current(view) for view in self._by_hash.values() if view.person_id == person_id]
        return sorted(own, key=lambda view: -view.id)

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
            self._by_hash.pop(self._hash_of.pop(number, ""), None)
            self._used.pop(number, None)
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
        for row in await self._database.run(lambda session: list(session.scalars(query))):
            self._keep(_view(row), row.secret_hash)

    async def flush(self) -> None:
        """Write when tokens were last used; what a full disk refuses is forgotten, it is only a hint."""
        used, self._used = self._used, {}
        if not used:
            return
        for number, at in used.items():
            stored = self._hash_of.get(number)
            if stored:
                self._by_hash[stored] = replace(self._by_hash[stored], used_at=at)

        def write(session: Session) -> None:
            for number, at in used.items():
                session.execute(update(TokenRow).where(TokenRow.id == number).values(used_at=at))

        try:
            await self._database.run(write)
        except (StorageFull, StorageBusy):
            return

    def _keep(self, view: TokenView, stored: str) -> None:
        self._by_hash[stored] = view
        self._hash_of[view.id] = stored

    def _current(self, view: TokenView) -> TokenView:
        return replace(view, used_at=self._used.get(view.id, view.used_at))


def _view(row: TokenRow) -> TokenView:
    return TokenView(row.id, row.person_id, row.label, row.created_at, row.used_at)
