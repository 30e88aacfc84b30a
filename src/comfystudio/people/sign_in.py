"""Who is at the door: a name and a password become a person, at the same price for right, wrong and unknown."""

from dataclasses import replace

import structlog
from sqlalchemy import update

from comfystudio.errors import NotSignedIn, Refused, TooMany
from comfystudio.people.audit import Audit
from comfystudio.people.devices import Devices
from comfystudio.people.directory import Directory, Record
from comfystudio.people.model import Person
from comfystudio.people.names import LONGEST, key, shown
from comfystudio.people.passwords import Passwords
from comfystudio.people.throttle import Throttle
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.storage.tables import PersonRow

__all__ = ["SignIn"]

log = structlog.get_logger("people")


class SignIn:
    """Proves people by their password, within limits."""

    def __init__(
        self,
        *,
        database: Database,
        directory: Directory,
        passwords: Passwords,
        throttle: Throttle,
        devices: Devices,
        audit: Audit,
    ) -> None:
        self._database = database
        self._directory = directory
        self._passwords = passwords
        self._throttle = throttle
        self._devices = devices
        self._audit = audit

    async def prove(self, name: str, password: str, *, address: str, device: str | None = None) -> Person:
        """The person with this name and password.

        `NotSignedIn` where they do not fit, whatever the reason; `Refused` for somebody disabled who knew the
        password; `TooMany` from the eleventh failure for a name from one place.
        """
        name = name[: LONGEST + 1]
        record = self._directory.named(name)
        nonce = self._devices.nonce(device, record.person.id) if record else None
        try:
            counted = self._throttle.attempt(key(name), address, nonce)
        except TooMany:
            log.warning("sign-in held back", person=shown(name), address=shown(address))
            raise
        stored = record.password_hash if record else None
        right = await self._passwords.verify(password, stored, known=nonce is not None)
        if record is None or not right:
            raise await self._wrong(name, address)
        # Much can happen while a password is hashed: ask again, and answer by what is true now.
        record = self._directory.record(record.person.id)
        if record.password_hash != stored or not record.person.listed:
            raise await self._wrong(name, address)
        counted.succeeded()
        if record.person.disabled:
            await self._audit.record("sign_in.disabled", None, record.person.name, address=address)
            raise Refused("people.disabled")
        await self._renew(record, password)
        person = self._directory.active(record.person.id)
        if person is None:
            raise await self._wrong(name, address)
        return person

    async def _wrong(self, name: str, address: str) -> NotSignedIn:
        log.info("sign-in failed", person=shown(name), address=shown(address))
        await self._audit.record("sign_in.failed", None, name, address=address)
        return NotSignedIn("people.wrong_name_or_password")

    async def _renew(self, record: Record, password: str) -> None:
        """Hash anew where the parameters were raised since; a full disk can wait for that."""
        if record.password_hash is None or not self._passwords.outdated(record.password_hash):
            return
        fresh = await self._passwords.hash(password)
        number, old = record.person.id, record.password_hash
        try:
            same = update(PersonRow).where(PersonRow.id == number, PersonRow.password_hash == old)
            await self._database.run(lambda session: session.execute(same.values(password_hash=fresh)))
        except (StorageFull, StorageBusy):
            return
        current = self._directory.record(number)
        if current.password_hash == old:
            self._directory.put(replace(current, password_hash=fresh))
