"""Finding people among many: text, state, role, pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.errors import Conflict
from comfystudio.people import Caller, PeopleRoom, Person, PersonState, Wanted
from comfystudio.people.finding import find
from tests.people.conftest import signed_in


def somebody(number: int, name: str, role: str = "artist") -> Person:
    """A listed person."""
    return Person(number, name, name, role, disabled=False, joined=True, uid=None, seen_at=None, listed=True)  # type: ignore[arg-type]


NAMES = (
    "Zoë Ćosić",
    "Ana-Marija",
    "Fionnuala O'Hara",
    "Рада Ђурђевић",
    "艺术家 小明",
    "🎨 Zoe 👩‍🎨",
    "STRAßE",
    "ana",
)
EVERYBODY = [somebody(number, name, "admin" if number == 2 else "artist") for number, name in enumerate(NAMES, 1)]
STATES: dict[int, PersonState] = {1: "here", 2: "away", 3: "invited"}


def state(person: Person) -> PersonState:
    """Made up."""
    return STATES.get(person.id, "not_invited")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("zoe", [1, 6]),
        ("COSIC", [1]),
        ("ana", [2, 8]),
        ("o'hara", [3]),
        ("рада", [4]),
        ("小明", [5]),
        ("strasse", [7]),
        ("  zoe   cosic ", [1]),
        ("🎨", [6]),
        ("nobody", []),
        ("", list(range(1, 9))),
    ],
)
def test_by_part_of_the_name(text: str, numbers: list[int]) -> None:
    """Capitals, accents and blanks do not have to be typed as they stand there."""
    assert [person.id for person, _ in find(EVERYBODY, state, Wanted(text)).people] == numbers


def test_by_state_and_role() -> None:
    """Both narrow what is shown; the counts are of everybody."""
    found = find(EVERYBODY, state, Wanted(state="away", role="admin"))
    assert [person.id for person, _ in found.people] == [2]
    assert found.counts == {"here": 1, "away": 1, "disabled": 0, "invited": 1, "not_invited": 5}
    assert find(EVERYBODY, state, Wanted(state="here", role="admin")).total == 0


@given(st.integers(1, 9), st.sampled_from(["", "a", "zoe"]), st.sampled_from([None, "artist"]))
def test_pages_are_the_whole_list_once(limit: int, text: str, role: str | None) -> None:
    """Page by page, nobody is left out or shown twice, and the last page says that it is the last."""
    seen: list[int] = []
    after = None
    while True:
        found = find(EVERYBODY, state, Wanted(text, role=role, after=after, limit=limit))  # type: ignore[arg-type]
        seen += [person.id for person, _ in found.people]
        after = found.next
        if after is None:
            break
        assert len(found.people) == limit
    assert seen == [person.id for person, _ in find(EVERYBODY, state, Wanted(text, role=role, limit=1000)).people]  # type: ignore[arg-type]
    assert found.total == len(seen)


async def test_the_list_changes_between_pages(room: PeopleRoom, admin: Caller) -> None:
    """Somebody added or removed elsewhere does not shift pages; where the last one shown is gone, it is said."""
    first = room.people.find(Wanted(limit=2))
    assert [person.name for person, _ in first.people] == ["Rosa Macak", "Karlo Vukovic"]
    await room.people.remove(first.people[0][0].id, admin)
    second = room.people.find(Wanted(limit=2, after=first.next))
    assert [person.name for person, _ in second.people] == ["Оля Жук", "Razvan Matei"]
    await room.people.remove(first.people[1][0].id, admin)
    with pytest.raises(Conflict) as caught:
        room.people.find(Wanted(after=first.next))
    assert caught.value.key == "people.list_changed"


async def test_states(room: PeopleRoom, admin: Caller) -> None:
    """The page shows who is here, invited, disabled or none of these, as each is."""
    _, _ = await signed_in(room, "Rosa Macak")
    karlo = room.people.by_name("Karlo Vukovic")
    assert karlo is not None
    await room.links.invite(karlo, by=admin)
    states = {person.name: state for person, state in room.people.find(Wanted()).people}
    assert states == {
        "Rosa Macak": "here",
        "Karlo Vukovic": "invited",
        "Оля Жук": "not_invited",
        "Razvan Matei": "here",
    }
    await room.people.set_disabled(karlo.id, True, admin)
    assert room.people.find(Wanted(state="disabled")).total == 1
