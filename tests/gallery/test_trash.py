"""The trash: files leave and come back under their names, none is ever replaced, and none is lost on the way."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from comfystudio.errors import Unavailable
from comfystudio.gallery.index import Index
from comfystudio.gallery.trash import Trash, thrown_at
from tests.gallery.conftest import put
from tests.small_disk import small_disk_at

NOW = 1_790_000_000_000 * 10**6
BATCH = "1790000000000"


def files(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` with its content."""
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.fixture
def bin_(root: Path) -> Path:
    """Where the trash is; not there yet."""
    return root / "trash" / "Alice"


@pytest.fixture
def trash(outputs: Path, bin_: Path) -> Trash:
    """Alice's trash."""
    return Trash(outputs, bin_)


def test_files_move_there_and_back(trash: Trash, outputs: Path, bin_: Path) -> None:
    """Name, folder, content and time survive; nothing is left behind, not even an empty folder in the trash."""
    put(outputs, "a.png", b"one", at=1_700_000_000)
    put(outputs, "2026/夕 (1).png", b"two")
    ids = trash.put(["a.png", "2026/夕 (1).png", "gone.png", "../Bob/secret.png"], NOW)
    assert ids == [f"{BATCH}/a.png", f"{BATCH}/2026/夕 (1).png"]
    assert files(outputs) == {}
    assert files(bin_) == {f"{BATCH}/a.png": b"one", f"{BATCH}/2026/夕 (1).png": b"two"}
    assert bin_.stat().st_mode & 0o777 == 0o700
    assert trash.restore(ids) == ["a.png", "2026/夕 (1).png"]
    assert files(outputs) == {"a.png": b"one", "2026/夕 (1).png": b"two"}
    assert (outputs / "a.png").stat().st_mtime == 1_700_000_000
    assert list(bin_.iterdir()) == []


def test_two_files_of_one_name_are_kept_apart(trash: Trash, outputs: Path, bin_: Path) -> None:
    """Thrown away in the same millisecond, each has a place of its own, and the newest comes first in the list."""
    for content in (b"one", b"two"):
        put(outputs, "a.png", content)
        trash.put(["a.png"], NOW)
    assert sorted(files(bin_).values()) == [b"one", b"two"]
    listed = Index(bin_, thrown_at).entries()
    assert [entry.path for entry in listed] == [f"{int(BATCH) + 1}/a.png", f"{BATCH}/a.png"]
    assert listed[0].at == NOW + 10**6


def test_coming_back_never_replaces(trash: Trash, outputs: Path) -> None:
    """Where the name is taken the file gets a number, before its ending, also when names are as long as can be."""
    longest = "n" * 251 + ".png"
    for name in ("a.png", "noending", ".png", longest, "ä" * 125 + ".webp"):
        put(outputs, name, b"old")
        ids = trash.put([name], NOW)
        put(outputs, name, b"new")
        (back,) = trash.restore(ids)
        assert files(outputs)[name] == b"new"
        assert files(outputs)[back] == b"old"
        assert " (2)" in back
    put(outputs, "a.png", b"third")
    assert trash.restore(trash.put(["a.png"], NOW)) == ["a.png"]
    ids = trash.put(["a.png"], NOW)
    put(outputs, "a.png", b"fourth")
    assert trash.restore(ids) == ["a (3).png"]


def test_a_removed_folder_is_made_again_like_the_one_it_lies_in(trash: Trash, outputs: Path) -> None:
    """What comes back lies in a folder that ComfyUI can write to."""
    outputs.chmod(0o2770)
    put(outputs, "sub/deeper/a.png")
    ids = trash.put(["sub/deeper/a.png"], NOW)
    (outputs / "sub" / "deeper").rmdir()
    (outputs / "sub").rmdir()
    assert trash.restore(ids) == ["sub/deeper/a.png"]
    assert (outputs / "sub" / "deeper").stat().st_mode & 0o7777 == 0o2770


def test_links_and_special_files_are_not_touched(trash: Trash, outputs: Path, root: Path, bin_: Path) -> None:
    """A link, a pipe and a folder stay where they are; a link for a folder does not lead the trash elsewhere."""
    (outputs / "link.png").symlink_to(root / "canary.txt")
    (outputs / "bob").symlink_to(root / "output" / "Bob")
    os.mkfifo(outputs / "pipe.png")
    (outputs / "folder").mkdir()
    assert trash.put(["link.png", "bob/secret.png", "pipe.png", "folder"], NOW) == []
    assert list(bin_.iterdir()) == []
    put(outputs, "sub/a.png", b"mine")
    ids = trash.put(["sub/a.png"], NOW)
    (outputs / "sub").rmdir()
    (outputs / "sub").symlink_to(root / "output" / "Bob")
    assert trash.restore(ids) == []
    assert files(bin_) == {f"{BATCH}/sub/a.png": b"mine"}
    assert sorted(files(root / "output" / "Bob")) == ["secret.png"]


@pytest.mark.parametrize(
    "id_", ["../../canary.txt", "x/a.png", BATCH, f"{BATCH}/../../../canary.txt", "/etc/passwd", ""]
)
def test_only_what_is_in_the_trash_is_deleted(trash: Trash, outputs: Path, root: Path, id_: str) -> None:
    """No made-up name deletes or brings back anything."""
    put(outputs, "a.png")
    trash.put(["a.png"], NOW)
    before = files(root)
    assert trash.purge([id_]) == 0
    assert trash.restore([id_]) == []
    assert files(root) == before


def test_deleting_for_good_and_by_age(trash: Trash, outputs: Path, bin_: Path) -> None:
    """Single files go when they are named, everything thrown away before a moment goes by age, the rest stays."""
    for number in range(4):
        put(outputs, f"sub/{number}.png")
    old = trash.put(["sub/0.png", "sub/1.png"], NOW)
    new = trash.put(["sub/2.png", "sub/3.png"], NOW + 10**9)
    assert trash.purge([new[0], new[0], "1/none.png"]) == 1
    (bin_ / "of somebody else").mkdir()
    assert trash.purge_before(NOW + 10**9) == 1
    assert set(files(bin_)) == {new[1]}
    assert (bin_ / "of somebody else").exists()
    assert trash.restore(old) == []


def test_a_trash_on_another_disk_says_so(outputs: Path) -> None:
    """Where a rename cannot do it nothing is copied half: the file stays, and the sentence says what to do."""
    elsewhere = Path("/dev/shm") / f"comfystudio-trash-{os.getpid()}"
    put(outputs, "a.png", b"mine")
    try:
        with pytest.raises(Unavailable) as refused:
            Trash(outputs, elsewhere).put(["a.png"], NOW)
        assert refused.value.key == "gallery.other_disk"
        assert files(outputs) == {"a.png": b"mine"}
        assert list(elsewhere.iterdir()) == []
    finally:
        elsewhere.rmdir()


@pytest.fixture
def small_disk(root: Path) -> Iterator[Path]:
    """A disk that takes six files and folders in all."""
    with small_disk_at(root / "disk", "64k", "nr_inodes=8") as disk:
        yield disk


@pytest.mark.root
def test_a_full_disk_loses_nothing_and_can_be_emptied(small_disk: Path) -> None:
    """With no room for a folder the file stays and the sentence says so; deleting for good makes room again."""
    outputs, bin_ = small_disk / "output", small_disk / "trash"
    put(outputs, "a.png", b"mine")
    trash = Trash(outputs, bin_)
    (kept,) = trash.put(["a.png"], NOW)
    put(outputs, "b.png", b"other")
    number = 0
    with pytest.raises(OSError, match="No space") as full:
        for number in range(20):
            put(small_disk, f"filler-{number}")
    assert full.value.errno == errno.ENOSPC
    with pytest.raises(Unavailable) as refused:
        trash.put(["b.png"], NOW + 10**9)
    assert refused.value.key == "gallery.disk_full"
    assert files(outputs) == {"b.png": b"other"}
    assert trash.purge([kept]) == 1
    assert len(trash.put(["b.png"], NOW + 10**9)) == 1


KILLED = """
import sys
from pathlib import Path
from comfystudio.gallery.trash import Trash
outputs, bin_ = Path(sys.argv[1]), Path(sys.argv[2])
trash = Trash(outputs, bin_)
number = 0
print("ready", flush=True)
while True:
    names = sorted(str(path.relative_to(outputs)) for path in outputs.rglob("*.png"))
    ids = trash.put(names, 1790000000000 * 10**6 + number * 10**6)
    trash.restore(ids)
    number += 1
"""


def test_killed_at_any_moment_every_file_is_somewhere_whole(outputs: Path, bin_: Path) -> None:
    """Kill -9 while files go to the trash and back, ten times: none is missing, none is twice, none is cut short."""
    contents = {f"{number:02}.png": f"content {number}".encode() * 50 for number in range(12)}
    for name, content in contents.items():
        put(outputs, f"sub/{name}", content)
    for turn in range(10):
        argv = [sys.executable, "-c", KILLED, str(outputs), str(bin_)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            # A little further into the work each time.
            for _ in range(turn * 400):
                outputs.stat()
            process.kill()
        found = sorted([*files(outputs).values(), *files(bin_).values()])
        assert found == sorted(contents.values())
    trash = Trash(outputs, bin_)
    trash.restore([entry.path for entry in Index(bin_, thrown_at).entries()])
    assert sorted(files(outputs).values()) == sorted(contents.values())
