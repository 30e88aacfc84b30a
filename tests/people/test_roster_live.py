"""The roster in force: live within two seconds, the last good one while the file is broken, renames, removals."""

import time
from pathlib import Path

import pytest

from comfystudio.errors import Conflict
from comfystudio.events import Bus
from comfystudio.people import Caller, PeopleRoom, roster_keeper
from comfystudio.workspace import Workspace
from tests.people.conftest import PASSWORD, ROSTER, Opener, joined, signed_in
from tests.waiting import until


def listed(room: PeopleRoom) -> list[str]:
    """Names in force."""
    return [person.name for person in room.people.people()]


class TestLive:
    async def test_within_two_seconds(self, room: PeopleRoom, roster: Path, bus: Bus) -> None:
        """A name written into the file by hand is in force within two seconds, and open pages hear of it."""
        before, at = bus.seq, time.monotonic()
        roster.write_text(ROSTER.replace("USERS=(", "USERS=(\n    'Nova'"), encoding="utf-8")
        await until(lambda: "Nova" in listed(room), within=5)
        assert time.monotonic() - at < 2
        told = [event for event in bus.since(before) or [] if event.type == "people.changed"]
        assert told
        assert told[0].audience.kind == "admins"

    async def test_a_broken_file_keeps_the_last_good_one(self, room: PeopleRoom, roster: Path) -> None:
        """An error in the file changes nobody's rights and is shown with sentence, line and column until mended."""
        raw = (await signed_in(room, "Rosa Macak"))[1]
        before = listed(room)
        roster.write_text(ROSTER.replace('"Karlo Vukovic"', '"Karlo Vukovic'), encoding="utf-8")
        await until(lambda: not room.people.roster_state().ok)
        state = room.people.roster_state()
        assert (state.line, state.column) == (5, 5)
        assert state.error is not None
        assert "quote" in state.error
        assert listed(room) == before
        assert room.sessions.find(raw) is not None
        roster.write_text(ROSTER, encoding="utf-8")
        await until(lambda: room.people.roster_state().ok)
        assert room.people.roster_state().error is None

    async def test_changes_wait_for_a_mended_file(self, room: PeopleRoom, roster: Path, admin: Caller) -> None:
        """While the file is broken nobody is added through the studio, and the file is left for its owner to mend."""
        roster.write_text("USERS=(", encoding="utf-8")
        with pytest.raises(Conflict) as caught:
            await room.people.add("Nova", admin=False, by=admin)
        assert caught.value.key == "people.roster_broken"
        assert roster.read_text() == "USERS=("

    async def test_a_missing_file(self, room: PeopleRoom, roster: Path, admin: Caller) -> None:
        """A file that vanished keeps everybody in, and the next change writes it anew, comments and all."""
        roster.unlink()
        await until(lambda: not room.people.roster_state().ok)
        assert len(listed(room)) == 4
        await room.people.add("Nova", admin=False, by=admin)
        assert roster.read_text() == ROSTER.replace(':admin"\n', ':admin"\n    "Nova"\n')
        await until(lambda: room.people.roster_state().ok)

    async def test_a_restart_over_a_broken_file(self, room: PeopleRoom, roster: Path, opened: Opener) -> None:
        """A studio that starts over a broken file has the people of the last good one, and their sessions."""
        raw = (await signed_in(room, "Rosa Macak"))[1]
        await room.stop()
        roster.write_text("oops", encoding="utf-8")
        again = await opened()
        assert len(listed(again)) == 4
        assert not again.people.roster_state().ok
        assert again.sessions.find(raw) is not None

    async def test_a_broken_file_and_no_last_good_one(
        self, room: PeopleRoom, roster: Path, workspace: Workspace, opened: Opener
    ) -> None:
        """Without a good roster nobody may become the first admin: all can sign in again once it is mended."""
        await room.stop()
        good = roster.read_text(encoding="utf-8")
        roster.write_text("oops", encoding="utf-8")
        (workspace.state / "roster.good").write_text("oops", encoding="utf-8")
        again = await opened()
        assert again.people.closed
        assert not again.people.setup_needed
        with pytest.raises(Conflict):
            await again.links.make("setup")
        roster.write_text(good, encoding="utf-8")
        await until(lambda: not again.people.closed)
        assert len(listed(again)) == 4

    async def test_a_name_pasted_into_a_name(self, room: PeopleRoom, roster: Path, workspace: Workspace) -> None:
        """A command in the file is never run: the file is refused and nothing happened."""
        mark = workspace.root / "was-run"
        roster.write_text(f'USERS=("$(touch {mark})")\n', encoding="utf-8")
        await until(lambda: not room.people.roster_state().ok)
        roster.write_text(f"USERS=('$(touch {mark})')\n", encoding="utf-8")
        await until(lambda: listed(room) == [f"$(touch {mark})"])
        assert not mark.exists()


class TestRemoval:
    async def test_sessions_end_and_files_stay(self, room: PeopleRoom, roster: Path, workspace: Workspace) -> None:
        """Somebody taken out of the file is out at once, children and tokens too; their files stay."""
        caller, raw = await signed_in(room, "Rosa Macak")
        child = await room.sessions.open_child(caller, tool="jupyter-lab", origin="http://h:8888")
        _, token = await room.tokens.create(caller.person, "ci")
        kept = workspace.home("Rosa Macak") / "work.ipynb"
        kept.parent.mkdir(parents=True)
        kept.write_text("mine")
        ended: list[frozenset[int]] = []
        room.sessions.on_ended(ended.append)
        roster.write_text(ROSTER.replace('    "Rosa Macak"  # from Split\n', ""), encoding="utf-8")
        await until(lambda: "Rosa Macak" not in listed(room))
        assert room.sessions.find(raw) is None
        assert room.sessions.find_child(child, "jupyter-lab", "http://h:8888") is None
        assert room.tokens.find(token) is None
        assert ended
        assert len(ended[0]) == 2
        assert kept.read_text() == "mine"
        assert not room.people.get(caller.person.id).listed
        # Back in the file they are the same person, but what ended stays ended.
        roster.write_text(ROSTER, encoding="utf-8")
        await until(lambda: "Rosa Macak" in listed(room))
        back = room.people.by_name("Rosa Macak")
        assert back is not None
        assert back.id == caller.person.id
        assert room.sessions.find(raw) is None

    async def test_while_the_studio_was_down(self, room: PeopleRoom, roster: Path, opened: Opener) -> None:
        """Somebody removed while the studio was down finds their session ended for good at the next start."""
        raw = (await signed_in(room, "Rosa Macak"))[1]
        await room.stop()
        roster.write_text(ROSTER.replace('    "Rosa Macak"', ""), encoding="utf-8")
        again = await opened()
        assert again.sessions.find(raw) is None
        await again.stop()
        roster.write_text(ROSTER, encoding="utf-8")
        assert (await opened()).sessions.find(raw) is None


class TestRenames:
    async def test_in_the_same_line(self, room: PeopleRoom, roster: Path, workspace: Workspace) -> None:
        """Another name in a person's line moves the person: same number, password and account, folders along."""
        caller, raw = await signed_in(room, "Rosa Macak")
        for place in (workspace.home, workspace.outputs):
            place("Rosa Macak").mkdir(parents=True)
            (place("Rosa Macak") / "a").write_text("mine")
        roster.write_text(ROSTER.replace("Rosa Macak", "Rosa Perić"), encoding="utf-8")
        await until(lambda: "Rosa Perić" in listed(room))
        now = room.people.get(caller.person.id)
        assert (now.name, now.folder, now.uid) == ("Rosa Perić", "Rosa Perić", caller.person.uid)
        for place in (workspace.home, workspace.outputs):
            assert (place("Rosa Perić") / "a").read_text() == "mine"
            assert not place("Rosa Macak").exists()
        assert room.sessions.find(raw) is None
        await room.sessions.sign_in("Rosa Perić", PASSWORD, address="h", agent="")
        entries = [(entry.by, entry.action, entry.fields) for entry in await room.audit.recent()]
        assert ("roster file", "person.renamed", {"was": "Rosa Macak", "folder": "Rosa Perić"}) in entries

    async def test_a_folder_in_the_way(self, room: PeopleRoom, admin: Caller, workspace: Workspace) -> None:
        """Where the new name's folder exists nothing is moved or lost: the person keeps the old folder."""
        rosa = room.people.by_name("Rosa Macak")
        assert rosa is not None
        for name, place in (
            ("Rosa Macak", workspace.home),
            ("Rosa P", workspace.home),
            ("Rosa Macak", workspace.outputs),
        ):
            place(name).mkdir(parents=True)
            (place(name) / "a").write_text(name)
        renamed = await room.people.rename(rosa.id, "Rosa P", admin)
        assert (renamed.name, renamed.folder) == ("Rosa P", "Rosa Macak")
        assert (workspace.home("Rosa P") / "a").read_text() == "Rosa P"
        assert (workspace.home("Rosa Macak") / "a").read_text() == "Rosa Macak"
        assert (workspace.outputs("Rosa Macak") / "a").read_text() == "Rosa Macak"

    async def test_by_an_admin(self, room: PeopleRoom, roster: Path, admin: Caller) -> None:
        """A rename through the studio keeps the line, its comment, and the person's sessions."""
        caller, raw = await signed_in(room, "Rosa Macak")
        await room.people.rename(caller.person.id, "Rosa P", admin)
        assert roster.read_text() == ROSTER.replace("Rosa Macak", "Rosa P")
        found = room.sessions.find(raw)
        assert found is not None
        assert found.person.name == "Rosa P"

    async def test_onto_somebody_who_was_here(self, room: PeopleRoom, admin: Caller) -> None:
        """Nobody is renamed into a removed person's name, whose files still lie under it."""
        karlo, rosa = room.people.by_name("Karlo Vukovic"), room.people.by_name("Rosa Macak")
        assert karlo is not None
        assert rosa is not None
        await room.people.remove(karlo.id, admin)
        with pytest.raises(Conflict) as caught:
            await room.people.rename(rosa.id, "Karlo Vukovic", admin)
        assert caught.value.key == "people.name_known"

    async def test_while_the_studio_was_down(self, room: PeopleRoom, roster: Path, opened: Opener) -> None:
        """A rename made while the studio was down is one too, and the sessions from before end."""
        caller, raw = await signed_in(room, "Rosa Macak")
        await room.stop()
        roster.write_text(ROSTER.replace("Rosa Macak", "Rosa P"), encoding="utf-8")
        again = await opened()
        assert again.people.get(caller.person.id).name == "Rosa P"
        assert again.sessions.find(raw) is None


class TestSeeding:
    async def test_a_new_workspace_gets_what_ships(self, opened: Opener, workspace: Workspace) -> None:
        """A workspace without a roster gets the one in server/artist_names.sh, once."""
        room = await opened()
        source = Path(roster_keeper.__file__).parents[3] / "server" / "artist_names.sh"
        assert workspace.roster.read_bytes() == source.read_bytes()
        assert len(listed(room)) == 13
        await room.stop()
        workspace.roster.write_text("USERS=(Only)\n")
        assert listed(await opened()) == ["Only"]

    async def test_a_roster_of_ones_own(self, opened: Opener, workspace: Workspace, root: Path) -> None:
        """A roster that settings name is used instead and nothing is seeded into it or the workspace."""
        own = root / "people.sh"
        room = await opened(roster=own)
        assert listed(room) == []
        assert not room.people.roster_state().ok
        link = await room.links.make("setup")
        await room.links.use(link.raw, PASSWORD, "Ana")
        assert own.read_text() == '#!/bin/bash\nUSERS=(\n    "Ana:admin"\n)\n'
        assert not workspace.roster.exists()

    async def test_numbers_of_accounts(self, room: PeopleRoom, admin: Caller) -> None:
        """Accounts count from 20000, and a number is never given to a second person."""
        assert [person.uid for person in room.people.people()] == [20000, 20001, 20002, 20003]
        nova = await room.people.add("Nova", admin=False, by=admin)
        await room.people.remove(nova.id, admin)
        other = await room.people.add("Other", admin=False, by=admin)
        assert (nova.uid, other.uid) == (20004, 20005)
        assert (await room.people.add("Nova", admin=False, by=admin)).uid == 20004
        await joined(room, "Nova")
