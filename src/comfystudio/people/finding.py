"""Finding people among thousands: by part of the name, by state, by role, a page at a time."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from comfystudio.errors import Conflict
from comfystudio.people.model import Person, PersonState, Role

__all__ = ["Found", "Wanted", "find", "fold"]


@dataclass(frozen=True)
class Wanted:
    """Whom to find: `text` stands anywhere in the name. `after` is the number of the last one already shown."""

    text: str = ""
    state: PersonState | None = None
    role: Role | None = None
    after: int | None = None
    limit: int = 100


@dataclass(frozen=True)
class Found:
    """One page, in the roster's order. `total` counts all that fit, `counts` everybody by state.

    `next` is what to ask on with, None on the last page.
    """

    people: tuple[tuple[Person, PersonState], ...]
    total: int
    next: int | None
    counts: Mapping[PersonState, int]


@lru_cache(maxsize=32_768)
def fold(text: str) -> str:
    """How names are compared when somebody looks for one: capitals, accents and the number of blanks do not count."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def find(people: Iterable[Person], state_of: Callable[[Person], PersonState], wanted: Wanted) -> Found:
    """The page of `people` that is `wanted`; `Conflict` where the one it is to begin after is no longer listed."""
    everybody = [(person, state_of(person)) for person in people]
    counts = dict.fromkeys(get_args(PersonState), 0) | Counter(state for _, state in everybody)
    text = fold(wanted.text)
    begun = wanted.after is None
    page: list[tuple[Person, PersonState]] = []
    total = 0
    more = False
    for person, state in everybody:
        fits = (
            (wanted.state is None or state == wanted.state)
            and (wanted.role is None or person.role == wanted.role)
            and text in fold(person.name)
        )
        total += fits
        if begun and fits:
            if len(page) < wanted.limit:
                page.append((person, state))
            else:
                more = True
        begun = begun or person.id == wanted.after
    if not begun:
        raise Conflict("people.list_changed")
    return Found(tuple(page), total, page[-1][0].id if more else None, counts)
