"""Sign-ins and their children on tools' origins: kept on the server, found in memory, ended at once.

`find` and `find_child` stand in the way of every request, so they are a hash, a look-up and two comparisons.
Deadlines count on the steady clock while the studio lives; what has ended or run out is never in force again.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

import structlog

from comfystudio.errors import NotSignedIn, Refused
from comfystudio.people import secrets
from comfystudio.people.admin_mode import AdminModes
from comfystudio.people.audit import Audit
from comfystudio.people.clock import StudioTime
from comfystudio.people.devices import Devices
from comfystudio.people.directory import Directory
from comfystudio.people.model import Caller, Person, Scope
from comfystudio.people.names import shown
from comfystudio.people.session_store import Live, SessionStore, SessionView
from comfystudio.people.sign_in import SignIn
from comfystudio.storage.tables import SessionRow

__all__ = ["Sessions"]

log = structlog.get_logger("people")
DAY = 86400.0
HERE_WITHIN = 5 * 60.0
MOST_PER_PERSON = 100
MOST_CHILDREN = 100
Ended = Callable[[frozenset[int]], None]


class Sessions:
    """Every session in force."""

    def __init__(
        self,
        *,
        store: SessionStore,
        directory: Directory,
        sign_in: SignIn,
        devices: Devices,
        audit: Audit,
        time: StudioTime,
        days: int,
        passwords: bool = True,
    ) -> None:
        self._passwords = passwords
        self._store = store
        self._directory = directory
        self._sign_in = sign_in
        self._devices = devices
        self._audit = audit
        self._time = time
        self._lasts = days * DAY
        self._next_id = 1
        self._by_hash: dict[str, Live] = {}
        self._by_id: dict[int, Live] = {}
        self._children: dict[int, dict[int, Live]] = {}
        self._of_person: dict[int, dict[int, Live]] = {}
        self._listeners: list[Ended] = []
        self._changed: list[Callable[[int], None]] = []
        self._modes = AdminModes(time)
        self._mode_changed: list[Callable[[int], None]] = []

    # -- the hot path

    def find(self, raw: str) -> Caller | None:
        """Who holds the portal session `raw`; None where it is not in force."""
        live = self._by_hash.get(secrets.digest(raw) or "")
        if live is None or live.tool is not None:
            return None
        return self._in_force(live)

    def find_child(self, raw: str, tool: str, origin: str) -> Caller | None:
        """Who holds the session `raw` of `tool` on `origin`; None where it is not in force there."""
        live = self._by_hash.get(secrets.digest(raw) or "")
        if live is None or live.tool != tool or live.origin != origin:
            return None
        return self._in_force(live)

    def alive(self, session_id: int) -> bool:
        """Whether the session with that number is in force; for sockets that stay open. Counts as being here."""
        live = self._by_id.get(session_id)
        return live is not None and self._in_force(live) is not None

    def _in_force(self, live: Live) -> Caller | None:
        now = self._time.steady()
        if now >= live.deadline:
            self._end([live.id], "expired")
            return None
        person = self._directory.active(live.person_id)
        if person is None:
            return None
        live.touched = now
        root = live.parent_id or live.id
        if person.role != "admin":
            # Made an admin again, they prove it again.
            self._modes.end(root)
        scope: Scope = "admin" if self._modes.on(root) else "use"
        if live.caller.person is not person or live.caller.scope != scope:
            live.caller = replace(live.caller, person=person, scope=scope)
        return live.caller

    def current(self, session_id: int) -> Caller | None:
        """Who holds the session with that number, as they are now; None where it is not in force."""
        live = self._by_id.get(session_id)
        return None if live is None else self._in_force(live)

    # -- admin mode

    async def begin_admin_mode(
        self, caller: Caller, password: str | None, *, address: str, device: str | None = None
    ) -> None:
        """Let the session of an admin act as one for half an hour, once the password was typed again.

        `Refused` for everybody else and for tokens, `NotSignedIn` for a wrong password, `TooMany` as at sign-in.
        Where people sign in without passwords, an admin who has none needs none here either.
        """
        if caller.person.role != "admin":
            raise Refused("web.admins_only")
        if caller.session_id is None:
            raise Refused("web.token_scope")
        if not caller.person.joined:
            if self._passwords:
                raise Refused("people.no_password")
            await self.grant_admin_mode(caller)
            return
        try:
            await self._sign_in.prove(caller.person.name, password or "", address=address, device=device)
        except NotSignedIn:
            raise NotSignedIn("people.wrong_password") from None
        await self.grant_admin_mode(caller)

    async def grant_admin_mode(self, caller: Caller) -> None:
        """Begin admin mode in the session of an admin who has proven to be there otherwise, by the setup link."""
        live = self._by_id.get(caller.session_id or 0)
        if live is None or live.parent_id is not None or self._in_force(live) is None:
            raise NotSignedIn("people.not_signed_in")
        self._modes.begin(live.id, live.person_id)
        await self._audit.record("admin_mode.on", live.caller, live.caller.person.name)
        self._tell_mode(live.person_id)

    async def end_admin_mode(self, caller: Caller) -> None:
        """End admin mode in the caller's session; nothing where it is off."""
        if caller.session_id is not None and self._modes.end(caller.session_id):
            await self._audit.record("admin_mode.off", caller, caller.person.name)
            self._tell_mode(caller.person.id)

    def admin_until(self, session_id: int) -> float | None:
        """When admin mode ends in that session, in seconds since the epoch; None where it is off."""
        return self._modes.until(session_id)

    def on_mode(self, callback: Callable[[int], None]) -> None:
        """Call `callback` with a person's number when admin mode begins or ends in a session of theirs."""
        self._mode_changed.append(callback)

    def _tell_mode(self, person_id: int) -> None:
        for callback in self._mode_changed:
            callback(person_id)

    # -- beginning

    async def sign_in(
        self, name: str, password: str, *, address: str, agent: str, device: str | None = None
    ) -> tuple[Caller, str]:
        """Open a session for somebody who knows their password; the caller and the secret for their cookie.

        `device` is the value of `device_for` that this browser was given at an earlier sign-in.
        """
        person = await self._sign_in.prove(name, password, address=address, device=device)
        return await self.open(person, address=address, agent=agent)

    async def prove(self, caller: Caller, password: str, *, address: str) -> None:
        """Raise `NotSignedIn` unless `password` is the caller's; for changes that ask for it again."""
        await self._sign_in.prove(caller.person.name, password, address=address)

    async def open(self, person: Person, *, address: str, agent: str) -> tuple[Caller, str]:
        """Open a session for somebody proven otherwise, such as by a link. Works on a full disk."""
        if self._directory.active(person.id) is None:
            raise NotSignedIn("people.not_signed_in")
        own = self.list_of(person.id)
        self._end([view.id for view in own[MOST_PER_PERSON - 1 :]], "too_many")
        raw = secrets.make()
        live = self._add(raw, person, None, address=address, agent=agent)
        self._audit.note("session.opened", live.caller, person.name, address=address)
        await self._write()
        self._tell(person.id)
        return live.caller, raw

    async def open_child(self, parent: Caller, *, tool: str, origin: str) -> str:
        """Open a session for one tool's origin; it ends with its parent. The secret for its cookie."""
        own = self._by_id.get(parent.session_id or 0)
        if own is None or own.parent_id is not None or self._in_force(own) is None:
            raise NotSignedIn("people.not_signed_in")
        old = [child for child in self._children.get(own.id, {}).values() if child.tool == tool]
        old.sort(key=lambda child: child.touched)
        self._end([child.id for child in old[: max(0, len(old) - MOST_CHILDREN + 1)]], "too_many")
        raw = secrets.make()
        self._add(raw, own.caller.person, own, address=own.address, agent=own.agent, tool=tool, origin=origin)
        await self._store.flush()
        return raw

    def device_for(self, person_id: int) -> str:
        """A value for a long-lived cookie: this browser then keeps its own count of wrong passwords."""
        return self._devices.make(person_id)

    def _add(
        self,
        raw: str,
        person: Person,
        parent: Live | None,
        *,
        address: str,
        agent: str,
        tool: str | None = None,
        origin: str | None = None,
    ) -> Live:
        now, steady = self._time.now(), self._time.steady()
        self._directory.seen(person.id, now)
        person = self._directory.active(person.id) or person
        live = Live(
            id=self._next_id,
            person_id=person.id,
            parent_id=parent.id if parent else None,
            secret_hash=secrets.digest(raw) or "",
            tool=tool,
            origin=origin,
            address=shown(address),
            agent=shown(agent),
            created_at=now,
            expires_at=parent.expires_at if parent else now + self._lasts,
            deadline=parent.deadline if parent else steady + self._lasts,
            touched=steady,
            written_touch=steady,
            caller=Caller(person, "session", session_id=self._next_id, scope="use"),
        )
        self._next_id += 1
        self._keep(live)
        self._store.opened(live)
        return live

    def _keep(self, live: Live) -> None:
        self._by_hash[live.secret_hash] = live
        self._by_id[live.id] = live
        self._of_person.setdefault(live.person_id, {})[live.id] = live
        if live.parent_id is not None:
            self._children.setdefault(live.parent_id, {})[live.id] = live

    # -- ending

    async def end(self, session_id: int, *, why: str = "signed_out", by: Caller | None = None) -> None:
        """End a session and its children now; that it ended is written as soon as the disk lets us."""
        live = self._by_id.get(session_id)
        if live is None:
            return
        self._end([session_id], why)
        self._audit.note("session.ended", by or live.caller, live.caller.person.name, why=why)
        await self._write()
        self._tell(live.person_id)

    async def end_person(self, person_id: int, why: str, *, keep: int | None = None) -> None:
        """End every session of a person, but for the portal session `keep` and its children."""
        self.drop_person(person_id, why, keep=keep)
        await self._store.flush()

    def drop_person(self, person_id: int, why: str, *, keep: int | None = None) -> None:
        """Like `end_person`, in this very step; written with the next flush."""
        own = self._of_person.get(person_id, {}).values()
        self._end([live.id for live in own if keep is None or keep not in {live.id, live.parent_id}], why)

    def on_ended(self, callback: Ended) -> Callable[[], None]:
        """Call `callback` with the numbers of sessions as they end, children included; the answer undoes it."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def on_changed(self, callback: Callable[[int], None]) -> None:
        """Call `callback` with a person's number when they sign in or out."""
        self._changed.append(callback)

    def _end(self, ids: Iterable[int], why: str) -> None:
        gone: set[int] = set()
        for number in ids:
            gone.add(number)
            gone.update(self._children.get(number, ()))
        found = [self._by_id.pop(number) for number in sorted(gone) if number in self._by_id]
        if not found:
            return
        for live in found:
            self._by_hash.pop(live.secret_hash, None)
            self._children.pop(live.id, None)
            self._of_person.get(live.person_id, {}).pop(live.id, None)
            if live.parent_id is not None:
                self._children.get(live.parent_id, {}).pop(live.id, None)
            self._modes.end(live.id)
        ended = frozenset(live.id for live in found)
        self._store.ended(ended, self._time.now(), why)
        for listener in tuple(self._listeners):
            try:
                listener(ended)
            except Exception:  # whoever listens must not keep a session from ending elsewhere
                log.exception("a listener failed when sessions ended")

    # -- looking

    def list_of(self, person_id: int) -> list[SessionView]:
        """The portal sessions of a person, the one used last first."""
        own = [live for live in self._of_person.get(person_id, {}).values() if live.parent_id is None]
        own.sort(key=lambda live: (-live.touched, -live.id))
        return [
            SessionView(
                live.id,
                live.person_id,
                live.address,
                live.agent,
                live.created_at,
                self._seen(live),
                live.expires_at,
            )
            for live in own
        ]

    def count_of(self, person_id: int) -> int:
        """How many portal sessions a person has."""
        return sum(live.parent_id is None for live in self._of_person.get(person_id, {}).values())

    def is_here(self, person_id: int) -> bool:
        """Whether the person did something within the last five minutes."""
        now = self._time.steady()
        return any(now - live.touched < HERE_WITHIN for live in self._of_person.get(person_id, {}).values())

    def _seen(self, live: Live) -> float:
        return self._time.now() - (self._time.steady() - live.touched)

    # -- upkeep

    async def load(self) -> None:
        """Take up the sessions of the life before; people who may no longer enter lose theirs."""
        now, steady = self._time.now(), self._time.steady()
        rows, self._next_id = await self._store.load(now)
        expired, shut = [], []
        for row in rows:
            person = self._directory.active(row.person_id)
            left = min(row.expires_at, row.created_at + self._lasts) - now
            if left <= 0:
                expired.append(row.id)
            elif person is None:
                shut.append(row.id)
            elif row.parent_id is None or row.parent_id in self._by_id:
                self._keep(_revived(row, person, steady + left, steady - max(0.0, now - row.seen_at)))
            else:
                shut.append(row.id)
        for ids, why in ((expired, "expired"), (shut, "removed")):
            if ids:
                self._store.ended(ids, now, why)
        await self._store.flush()

    def sweep(self) -> None:
        """End what has run out."""
        now = self._time.steady()
        self._end([live.id for live in self._by_id.values() if now >= live.deadline], "expired")
        for person_id in self._modes.sweep():
            self._tell_mode(person_id)

    def note_seen(self) -> None:
        """Queue when sessions and people were last seen, where that changed."""
        moved = [live for live in self._by_id.values() if live.touched > live.written_touch]
        people: dict[int, float] = {}
        for live in moved:
            live.written_touch = live.touched
            people[live.person_id] = max(people.get(live.person_id, 0.0), self._seen(live))
        if moved:
            self._store.seen({live.id: self._seen(live) for live in moved}, people)
        for person_id, at in people.items():
            self._directory.seen(person_id, at)

    async def _write(self) -> None:
        await asyncio.gather(self._store.flush(), self._audit.flush())

    async def flush(self) -> None:
        """Write what waits."""
        await self._store.flush()

    def _tell(self, person_id: int) -> None:
        for callback in self._changed:
            callback(person_id)


def _revived(row: SessionRow, person: Person, deadline: float, touched: float) -> Live:
    return Live(
        id=row.id,
        person_id=row.person_id,
        parent_id=row.parent_id,
        secret_hash=row.secret_hash,
        tool=row.tool,
        origin=row.origin,
        address=row.address,
        agent=row.agent,
        created_at=row.created_at,
        expires_at=row.expires_at,
        deadline=deadline,
        touched=touched,
        written_touch=touched,
        caller=Caller(person, "session", session_id=row.id, scope="use"),
    )
