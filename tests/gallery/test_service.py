"""The gallery as a whole: current lists, events, details from file and record, and a trash that empties itself."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from comfystudio.errors import Invalid, Missing
from comfystudio.events import Bus, Event
from comfystudio.gallery import Gallery, TrashKeeper, Wanted
from comfystudio.pictures import Pictures
from comfystudio.workspace import Workspace
from tests.gallery.conftest import Somebody, put
from tests.pictures.samples import corners, encoded
from tests.waiting import until

ALICE, BOB, NOBODY = Somebody(1, "Alice"), Somebody(2, "Bob O'Hara"), Somebody(0, "")
DAY = 86_400 * 10**9


class NoRecords:
    """Nothing is on record."""

    async def of_output(self, owner_id: int, place: str, path: str) -> None:
        return None

    async def one(self, owner_id: int, name: str, /) -> None:
        return None


@dataclass
class House:
    """The gallery, its clock and what it told."""

    gallery: Gallery
    workspace: Workspace
    events: list[Event]
    now: int


@pytest.fixture
async def house(workspace: Workspace) -> AsyncIterator[House]:
    """A gallery over a real workspace."""
    bus, events = Bus(), []
    bus.subscribe(events.append)
    pictures = Pictures(workspace.state / "thumbnails", workers=1)
    found = House(None, workspace, events, time.time_ns())  # type: ignore[arg-type]
    found.gallery = Gallery(workspace, bus, pictures, NoRecords(), now_ns=lambda: found.now)
    yield found
    await pictures.close()


async def paths(house: House, owner: Somebody = ALICE, place: str = "output") -> list[str]:
    """What is listed."""
    page = await house.gallery.page(owner, place, Wanted(), None, 1000)  # type: ignore[arg-type]
    return [entry.path for entry in page.entries]


async def test_lists_asked_for_at_once_look_at_the_disk_in_turn(house: House) -> None:
    """Twenty pages that open together get the same complete list."""
    for number in range(200):
        put(house.workspace.outputs("Alice"), f"{number % 7}/{number}.png")
    found = await asyncio.gather(*(paths(house) for _ in range(20)))
    assert all(each == found[0] for each in found)
    assert len(found[0]) == 200


async def test_what_changed_is_told_to_its_owner_alone(house: House) -> None:
    """One event for one person, and the next list is looked at anew."""
    old = time.time() - 3600
    file = put(house.workspace.outputs("Alice"), "a.png", b"1", at=old)
    os.utime(file.parent, (old, old))
    assert await paths(house) == ["a.png"]
    file.write_bytes(b"22")
    os.utime(file, (old, old))
    house.gallery.changed(ALICE)
    page = await house.gallery.page(ALICE, "output", Wanted(), None, 10)
    assert page.size == 2
    assert [(event.topic, event.type, event.audience.person_id) for event in house.events] == [
        ("outputs", "outputs.changed", 1)
    ]


async def test_somebody_without_a_folder_has_nothing(house: House) -> None:
    """The command line is nobody: nothing of everybody's parent folder is listed, opened or thrown away."""
    put(house.workspace.outputs("Alice"), "a.png")
    for work in (
        house.gallery.page(NOBODY, "output", Wanted(), None, 10),
        house.gallery.open(NOBODY, "output", "Alice/a.png"),
        house.gallery.throw_away(NOBODY, ["Alice/a.png"]),
        house.gallery.purge(NOBODY, None),
    ):
        with pytest.raises(Missing):
            await work


async def test_pixels_are_told_and_remembered(house: House) -> None:
    """Each file's own; unknown for what is no picture; anew when the content is another one."""
    root = house.workspace.outputs("Alice")
    put(root, "a.png", encoded(corners(30, 20)), at=100)
    put(root, "clip.mp4", b"x", at=50)
    put(root, "broken.png", b"x", at=10)
    page = await house.gallery.page(ALICE, "output", Wanted(), None, 10)
    assert await house.gallery.pixels(ALICE, "output", page.entries) == [(30, 20), None, None]
    put(root, "a.png", encoded(corners(60, 40)), at=200)
    page = await house.gallery.page(ALICE, "output", Wanted(), None, 10)
    assert await house.gallery.pixels(ALICE, "output", page.entries) == [(60, 40), None, None]


async def test_what_is_chosen_is_what_is_there(house: House) -> None:
    """Named files that exist, or all; nothing chosen is refused."""
    for name in ("a.png", "b.png"):
        put(house.workspace.outputs("Alice"), name)
    assert [each.path for each in await house.gallery.chosen(ALICE, ["b.png", "none.png"], Wanted())] == ["b.png"]
    assert len(await house.gallery.chosen(ALICE, None, Wanted())) == 2
    for paths_ in (["none.png"], []):
        with pytest.raises(Invalid):
            await house.gallery.chosen(ALICE, paths_, Wanted())


async def test_a_thumbnail_of_one_is_not_shown_to_another(house: House) -> None:
    """The same inode, size and time under two owners are two pictures: what is kept is kept for one person."""
    mine = put(house.workspace.outputs("Alice"), "a.png", encoded(corners(300, 200)))
    theirs = house.workspace.outputs("Bob O'Hara")
    theirs.mkdir(parents=True)
    os.link(mine, theirs / "a.png")
    for owner in (ALICE, BOB):
        with await house.gallery.open(owner, "output", "a.png") as file:
            await house.gallery.thumbnail(owner, file, 256)
    assert len(list(house.workspace.state.rglob("*.webp"))) == 2


async def test_the_trash_empties_itself_of_what_is_old(house: House) -> None:
    """After so many days and not before, told to those whose files went; trouble of one is no other's."""
    for owner in (ALICE, BOB):
        put(house.workspace.outputs(owner.folder), "old.png")
        await house.gallery.throw_away(owner, ["old.png"])
    house.now += 29 * DAY
    put(house.workspace.outputs("Alice"), "new.png")
    await house.gallery.throw_away(ALICE, ["new.png"])
    keeper = TrashKeeper(house.gallery, lambda: [NOBODY, ALICE, BOB], 30, every=0.01, now_ns=lambda: house.now)
    assert await keeper.purge() == 0
    assert len(await paths(house, ALICE, "trash")) == 2
    house.now += DAY + 1
    house.events.clear()
    await keeper.start()
    await until(lambda: len(house.events) == 2)
    await keeper.stop()
    assert [path.partition("/")[2] for path in await paths(house, ALICE, "trash")] == ["new.png"]
    assert await paths(house, BOB, "trash") == []


async def test_a_keeper_that_never_began_ends(house: House) -> None:
    """Stopping twice, or before the start, is no trouble."""
    keeper = TrashKeeper(house.gallery, list, 30)
    await keeper.stop()
    await keeper.start()
    await keeper.stop()
    await keeper.stop()


@pytest.mark.root
async def test_what_comes_back_belongs_to_those_who_may_write_there(house: House) -> None:
    """A studio of root makes a folder anew: it belongs to the account that its parent belongs to."""
    root: Path = house.workspace.outputs("Alice")
    put(root, "sub/a.png")
    os.chown(root, 19_999, 20_001)
    (moved,) = await house.gallery.throw_away(ALICE, ["sub/a.png"])
    (root / "sub").rmdir()
    assert await house.gallery.restore(ALICE, [moved]) == ["sub/a.png"]
    found = (root / "sub").stat()
    assert (found.st_uid, found.st_gid) == (19_999, 20_001)
