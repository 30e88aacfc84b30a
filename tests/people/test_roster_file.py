"""The roster on disk: one edit at a time, whole or not at all, nobody's change lost."""

import asyncio
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from comfystudio.errors import Unavailable
from comfystudio.people import roster, roster_file
from comfystudio.people.bash_array import RosterError
from comfystudio.people.roster_file import LARGEST, RosterFile


@pytest.fixture
def file(root: Path) -> RosterFile:
    """A roster with nobody in it."""
    found = RosterFile(root / "artist_names.sh", root / "lock")
    found.path.write_text(roster.EMPTY)
    return found


def names(file: RosterFile) -> list[str]:
    """Who is listed."""
    return [entry.name for entry in roster.parse(file.read()).entries]


class TestEdits:
    def test_edits_of_several_programs_all_land(self, file: RosterFile) -> None:
        """Three processes that add four people each, at once, lose none of the twelve."""
        code = (
            "import sys; from pathlib import Path\n"
            "from comfystudio.people import roster\n"
            "from comfystudio.people.roster_file import RosterFile\n"
            "file = RosterFile(Path(sys.argv[1]), Path(sys.argv[2]))\n"
            "for n in range(4):\n"
            "    file.edit(lambda text: roster.add(text, f'{sys.argv[3]} {n}', admin=False))\n"
        )
        argv = [sys.executable, "-c", code, str(file.path), str(file.path.with_name("lock"))]
        running = [subprocess.Popen([*argv, who]) for who in ("a", "b", "c")]
        assert [process.wait(60) for process in running] == [0, 0, 0]
        assert sorted(names(file)) == sorted(f"{who} {n}" for who in "abc" for n in range(4))

    def test_an_edit_by_hand_in_between_is_kept(self, file: RosterFile) -> None:
        """A change that an editor writes while ours is being made becomes the start of ours."""
        calls = []

        def add(text: str) -> str:
            calls.append(text)
            if len(calls) == 1:
                file.path.write_text("USERS=(\n    By_hand\n)\n")
            return roster.add(text, "Ours", admin=False)

        file.edit(add)
        assert names(file) == ["By_hand", "Ours"]
        assert len(calls) == 2

    @pytest.mark.parametrize("after", [1, 4, 9])
    def test_killed_in_the_middle(self, file: RosterFile, after: int) -> None:
        """A program killed while it edits leaves a whole roster and no lock behind."""
        code = (
            "import itertools, sys; from pathlib import Path\n"
            "from comfystudio.people import roster\n"
            "from comfystudio.people.roster_file import RosterFile\n"
            "file = RosterFile(Path(sys.argv[1]), Path(sys.argv[2]))\n"
            "for n in itertools.count():\n"
            "    file.edit(lambda text: roster.add(text, f'Name {n}', admin=False))\n"
        )
        argv = [sys.executable, "-c", code, str(file.path), str(file.path.with_name("lock"))]
        with subprocess.Popen(argv) as process:
            while len(names(file)) < after:
                assert process.poll() is None
            process.kill()
        found = names(file)
        assert found == [f"Name {number}" for number in range(len(found))]
        file.edit(partial(roster.add, name="Next", admin=False))
        assert names(file)[-1] == "Next"

    def test_mode_and_links_stay(self, file: RosterFile) -> None:
        """A roster that is a link into a checkout stays one, and who may read the file does not change."""
        real = file.path.with_name("real.sh")
        file.path.rename(real)
        real.chmod(0o640)
        file.path.symlink_to(real)
        file.edit(lambda text: roster.add(text, "Rosa", admin=False))
        assert file.path.is_symlink()
        assert "Rosa" in real.read_text()
        assert real.stat().st_mode & 0o777 == 0o640

    def test_a_failed_edit_leaves_the_file(self, file: RosterFile) -> None:
        """Where an edit is refused the file is the same one as before and no draft lies beside it."""
        before = file.mark().key
        with pytest.raises(RosterError):
            file.edit(lambda text: roster.add(text + "rubbish", "Rosa", admin=False))
        assert file.mark().key == before
        assert sorted(found.name for found in file.path.parent.iterdir()) == ["artist_names.sh", "lock"]

    def test_a_lock_that_is_held(self, file: RosterFile, monkeypatch: pytest.MonkeyPatch) -> None:
        """While another program holds the lock an edit waits, and then says so instead of waiting for ever."""
        monkeypatch.setattr(roster_file, "LOCK_WITHIN", 0.1)
        with file._locked(), pytest.raises(Unavailable) as caught:
            file.edit(lambda text: text)
        assert caught.value.key == "people.roster_locked"

    def test_seeded_once(self, file: RosterFile) -> None:
        """A file that exists is never seeded over, whatever is in it."""
        assert not file.seed(b"USERS=(seed)")
        file.path.unlink()
        assert file.seed(b"USERS=(seed)")
        assert names(file) == ["seed"]
        file.path.unlink()
        file.path.symlink_to("/nowhere")
        assert not file.seed(b"USERS=(seed)")


class TestReading:
    def test_what_is_no_text(self, file: RosterFile) -> None:
        """Bytes that are not UTF-8 are an error at their line and column, a huge file one before it is read."""
        file.path.write_bytes(b"USERS=(\n  caf\xe9\n)")
        with pytest.raises(RosterError) as caught:
            file.read()
        assert (caught.value.key, caught.value.line, caught.value.column) == ("people.roster_encoding", 2, 6)
        file.path.write_bytes(b"#" * (LARGEST + 1))
        with pytest.raises(RosterError) as caught:
            file.read()
        assert caught.value.key == "people.roster_large"

    async def test_a_reader_never_meets_half_a_file(self, file: RosterFile) -> None:
        """While edits go on, every read finds a whole roster: the old one or the new one."""

        def edit() -> None:
            for number in range(40):
                file.edit(partial(roster.add, name=f"Name {number}", admin=False))

        task = asyncio.create_task(asyncio.to_thread(edit))
        seen = [0]
        while not task.done():
            seen.append(len(await asyncio.to_thread(names, file)))
        assert seen == sorted(seen)
        assert len(names(file)) == 40
