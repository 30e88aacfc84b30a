"""Everybody the studio knows, in memory: what the hot paths ask, many times a request."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from comfystudio.errors import Missing
from comfystudio.people import names
from comfystudio.people.model import Person

__all__ = ["Directory", "Record"]


@dataclass(frozen=True, slots=True)
class Record:
    """A person and what only this room may see of them."""

    person: Person
    password_hash: str | None = field(repr=False)


class Directory:
    """Records by number and by name. It is changed on the loop, a whole step at a time.

    `passwords` says whether somebody needs one to enter.
    """

    def __init__(self, *, passwords: bool = True) -> None:
        self._passwords = passwords
        self._records: dict[int, Record] = {}
        self._by_name: dict[str, int] = {}
        self._active: dict[int, Person] = {}
        self._order: tuple[int, ...] = ()

    def replace_all(self, records: Iterable[Record], order: Iterable[int]) -> None:
        """Know exactly these; `order` are the numbers of the listed ones as the roster has them."""
        self._records = {record.person.id: record for record in records}
        self._by_name = {record.person.name: number for number, record in self._records.items()}
        self._active = {n: record.person for n, record in self._records.items() if record.person.active}
        self._order = tuple(order)

    def put(self, record: Record) -> None:
        """Know this person as they are now."""
        person = record.person
        self._records[person.id] = record
        self._by_name[person.name] = person.id
        self._active.pop(person.id, None)
        if person.active:
            self._active[person.id] = person

    def seen(self, person_id: int, at: float) -> None:
        """Remember when this person was last seen."""
        record = self._records.get(person_id)
        if record is not None and (record.person.seen_at or 0) < at:
            self.put(replace(record, person=replace(record.person, seen_at=at)))

    def active(self, person_id: int) -> Person | None:
        """The person, where they may enter."""
        return self._active.get(person_id)

    def active_ids(self) -> frozenset[int]:
        """Everybody who may enter."""
        return frozenset(self._active)

    def records(self) -> list[Record]:
        """Everybody known, removed people included."""
        return list(self._records.values())

    def record(self, person_id: int) -> Record:
        """The record of a number; `Missing` where there is none."""
        try:
            return self._records[person_id]
        except KeyError:
            raise Missing("people.no_such_person") from None

    def named(self, name: str) -> Record | None:
        """The record of a name, removed people included."""
        if len(name) > 4 * names.LONGEST:
            return None
        number = self._by_name.get(names.key(name))
        return None if number is None else self._records[number]

    def listed(self) -> list[Person]:
        """Everybody on the roster, in its order."""
        return [self._records[number].person for number in self._order]

    def admins_who_can_enter(self) -> list[Person]:
        """Admins who may enter, and have a password where one is asked for."""
        admins = [person for person in self._active.values() if person.role == "admin"]
        return [person for person in admins if person.joined or not self._passwords]
