"""Changes of a person: seen by two admins, made by two admins, made by hand meanwhile; and renaming."""

import asyncio
from pathlib import Path

import pytest

from comfystudio.errors import Conflict, Missing, Refused, StudioError
from comfystudio.people import Caller, Change, PeopleRoom, Person
from comfystudio.people.roster import set_admin
from comfystudio.workspace import Workspace
from tests.people.conftest import PASSWORD, ROSTER, joined, signed_in
from tests.waiting import until


async def second_admin(room: PeopleRoom, admin: Caller, name: str = "Rosa Macak") -> Caller:
    """Somebody else made an admin, signed in and in admin mode."""
    person = await joined(room, name)
    await room.people.set_admin(person.id, True, admin)
    caller, raw = await signed_in(room, name)
    await room.sessions.grant_admin_mode(caller)
    return room.sessions.find(raw) or caller


def person(room: PeopleRoom, name: str) -> Person:
    """The listed person of that name."""
    found = room.people.by_name(name)
    assert found is not None
    return found


class TestTwoAdmins:
    async def test_what_was_seen_is_no_longer_so(self, room: PeopleRoom, admin: Caller) -> None:
        """Of two admins who decide on the same view the second is refused, and nothing of theirs is done."""
        karlo = person(room, "Karlo Vukovic")
        seen = Change(karlo.name, admin=False, disabled=False)
        await room.people.change(karlo.id, Change(disabled=True), admin, was=seen)
        with pytest.raises(Conflict) as caught:
            await room.people.change(karlo.id, Change(name="Karl", admin=True), admin, was=seen)
        assert caught.value.key == "people.changed_meanwhile"
        assert room.people.get(karlo.id) == person(room, "Karlo Vukovic")
        assert (room.people.get(karlo.id).role, room.people.get(karlo.id).disabled) == ("artist", True)
        # What was not looked at does not count.
        await room.people.change(karlo.id, Change(disabled=False), admin, was=Change(disabled=True))

    async def test_both_at_once_from_the_same_view(self, room: PeopleRoom, admin: Caller) -> None:
        """Ten at once who saw the same: one is heard."""
        karlo = person(room, "Karlo Vukovic")
        seen = Change(karlo.name, admin=False, disabled=False)
        answers = await asyncio.gather(
            *(room.people.change(karlo.id, Change(name=f"K {n}"), admin, was=seen) for n in range(10)),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, Person) for answer in answers) == 1
        assert sum(isinstance(answer, Conflict) for answer in answers) == 9

    async def test_who_demote_each_other(self, room: PeopleRoom, admin: Caller) -> None:
        """Two admins who take the right from each other in the same moment: one of them stays, whichever it is."""
        rosa = await second_admin(room, admin)
        answers = await asyncio.gather(
            room.people.set_admin(rosa.person.id, False, admin),
            room.people.set_admin(admin.person.id, False, rosa),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, StudioError) for answer in answers) == 1
        assert [each.role for each in room.people.people()].count("admin") == 1

    async def test_who_demote_each_other_while_a_third_looks_on(self, room: PeopleRoom, admin: Caller) -> None:
        """Who was demoted while their own request waited no longer decides, though another admin is left."""
        rosa = await second_admin(room, admin)
        await second_admin(room, admin, "Karlo Vukovic")
        answers = await asyncio.gather(
            room.people.set_admin(rosa.person.id, False, admin),
            room.people.set_admin(admin.person.id, False, rosa),
            room.people.add("Nova", admin=False, by=rosa),
            room.people.remove(person(room, "Оля Жук").id, rosa),
            return_exceptions=True,
        )
        assert isinstance(answers[0], Person)
        assert all(isinstance(answer, Refused) for answer in answers[1:])
        assert room.people.get(admin.person.id).role == "admin"
        assert room.people.by_name("Nova") is None
        assert room.people.by_name("Оля Жук") is not None

    async def test_who_disable_each_other(self, room: PeopleRoom, admin: Caller) -> None:
        """The same with disabling, and with removing: somebody can always get in."""
        rosa = await second_admin(room, admin)
        await asyncio.gather(
            room.people.set_disabled(rosa.person.id, True, admin),
            room.people.remove(admin.person.id, rosa),
            return_exceptions=True,
        )
        assert [each for each in room.people.people() if each.role == "admin" and each.active and each.joined]


class TestByHand:
    async def test_an_edit_in_the_same_moment(self, room: PeopleRoom, admin: Caller, roster: Path) -> None:
        """What an editor saves between our look at the file and our edit is in force too, even a renaming."""
        rosa = person(room, "Rosa Macak")
        late = [True]

        def saves() -> None:
            if late:
                late.clear()
                text = roster.read_text(encoding="utf-8")
                roster.write_text(text.replace('"Rosa Macak"', '"Rosa Novak"'), encoding="utf-8")

        await room._keeper.change(lambda text: set_admin(text, "Karlo Vukovic", admin=True), admin, allowed=saves)
        assert room.people.get(rosa.id).name == "Rosa Novak"
        assert person(room, "Karlo Vukovic").role == "admin"
        text = roster.read_text(encoding="utf-8")
        assert text == ROSTER.replace("Rosa Macak", "Rosa Novak").replace("Karlo Vukovic", "Karlo Vukovic:admin")

    async def test_somebody_gone_meanwhile(self, room: PeopleRoom, admin: Caller, roster: Path) -> None:
        """A change of somebody whose line was just taken out says so and writes nothing."""
        karlo = person(room, "Karlo Vukovic")
        text = ROSTER.replace('    "Karlo Vukovic"\n', "")
        roster.write_text(text, encoding="utf-8")
        with pytest.raises(Missing):
            await room.people.change(karlo.id, Change(admin=True), admin)
        assert roster.read_text(encoding="utf-8") == text

    async def test_page_and_editor_in_turns(self, room: PeopleRoom, admin: Caller, roster: Path) -> None:
        """Twenty edits by hand among twenty of the page: each of both is there in the end, and no comment is lost."""

        async def by_hand() -> None:
            for number in range(20):
                # As a careful editor does: read, change, replace, and do not take back what is not yours.
                def add(text: str, number: int = number) -> str:
                    return text.replace("USERS=(\n", f"USERS=(\n    'Hand {number}'\n")

                await asyncio.to_thread(room.people._keeper._file.edit, add)

        async def by_page() -> None:
            for number in range(20):
                await room.people.add(f"Page {number}", admin=False, by=admin)

        await asyncio.gather(by_hand(), by_page())
        names = {f"{kind} {number}" for kind in ("Hand", "Page") for number in range(20)}
        await until(lambda: names <= {each.name for each in room.people.people()}, within=5)
        assert "# the night shift" in roster.read_text(encoding="utf-8")


class TestRenaming:
    async def test_what_works_in_the_folder_ends_first(
        self, room: PeopleRoom, admin: Caller, workspace: Workspace, roster: Path
    ) -> None:
        """Before a folder moves whoever was promised it is told, and is done when it moves; by hand likewise."""
        rosa = person(room, "Rosa Macak")
        home = workspace.home(rosa.folder)
        home.mkdir(parents=True)
        told: list[tuple[str, bool]] = []

        async def end(who: Person) -> None:
            await asyncio.sleep(0)
            told.append((who.folder, workspace.home(who.folder).exists()))

        room.people.on_renaming(end)
        await room.people.rename(rosa.id, "Rosa Novak", admin)
        assert set(told) == {("Rosa Macak", True)}
        assert workspace.home("Rosa Novak").is_dir()
        told.clear()
        text = roster.read_text(encoding="utf-8")
        roster.write_text(text.replace("Rosa Novak", "Rosa N."), encoding="utf-8")
        await until(lambda: room.people.get(rosa.id).name == "Rosa N.", within=5)
        assert told == [("Rosa Novak", True)]
        assert room.people.get(rosa.id).folder == "Rosa N"

    async def test_what_cannot_be_ended_keeps_its_folder(
        self, room: PeopleRoom, admin: Caller, workspace: Workspace
    ) -> None:
        """Where a tool does not end, the person is renamed all the same, and the folder stays where it is."""
        rosa = person(room, "Rosa Macak")
        workspace.home(rosa.folder).mkdir(parents=True)

        async def stuck(_: Person) -> None:
            raise TimeoutError

        room.people.on_renaming(stuck)
        found = await room.people.rename(rosa.id, "Rosa Novak", admin)
        assert (found.name, found.folder) == ("Rosa Novak", "Rosa Macak")
        assert workspace.home("Rosa Macak").is_dir()

    async def test_a_refused_name_ends_nothing(self, room: PeopleRoom, admin: Caller) -> None:
        """A name that is taken is refused before any tool is touched."""
        told: list[Person] = []

        async def end(who: Person) -> None:
            told.append(who)

        room.people.on_renaming(end)
        with pytest.raises(Conflict):
            await room.people.rename(person(room, "Rosa Macak").id, "Karlo Vukovic", admin)
        assert told == []

    async def test_all_in_one(self, room: PeopleRoom, admin: Caller, roster: Path) -> None:
        """A new name, a role and a lock in one step are one edit of the file; sessions end with the lock."""
        rosa, raw = await signed_in(room, "Rosa Macak")
        changed = await room.people.change(rosa.person.id, Change("Rosa N", admin=True, disabled=True), admin)
        assert (changed.name, changed.role, changed.disabled) == ("Rosa N", "admin", True)
        assert roster.read_text(encoding="utf-8") == ROSTER.replace('"Rosa Macak"', '"Rosa N:admin"')
        assert room.sessions.find(raw) is None
        actions = [entry.action for entry in await room.audit.recent()]
        assert {"person.renamed", "person.role", "person.disabled"} <= set(actions)
        with pytest.raises(Refused):
            await room.sessions.sign_in("Rosa N", PASSWORD, address="a", agent="")
