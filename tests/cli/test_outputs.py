"""`comfystudio outputs …` against a running studio: what it lists, saves, throws away and brings back."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comfystudio.cli.saving import save
from comfystudio.workspace import prepare
from tests.gallery.conftest import put
from tests.pictures.samples import corners, encoded
from tests.studio import RunningStudio, passable_folder, studio_in

ADA = "Ada"
BEYOND = b"x" * 1_000_000


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningStudio]:
    """A running studio with Ada, who made three files, and Bo, who made one."""
    with passable_folder() as folder, studio_in(folder) as found:
        found.start()
        for name in (ADA, "Bo"):
            found.person(name, "harbour-at-dusk-17")
        workspace = prepare(found.workspace)
        put(workspace.outputs(ADA), "sub/a.png", encoded(corners()), at=1_700_000_000)
        put(workspace.outputs(ADA), "clip.mp4", BEYOND, at=1_700_000_100)
        put(workspace.outputs(ADA), "b.png", encoded(corners()), at=1_700_000_200)
        put(workspace.outputs("Bo"), "bo.png", b"x")
        yield found


def _json(studio: RunningStudio, *words: str) -> Any:
    """What a command prints with `--json`."""
    return json.loads(studio.cli("outputs", *words, "--as", ADA, "--json"))


def _failed(studio: RunningStudio, *words: str) -> tuple[int, str]:
    """Exit code and words of a command that fails without a traceback."""
    code, _, said = studio.cli("outputs", *words, check=False).partition("\n")
    assert "Traceback" not in said
    return int(code), said


def test_files_are_listed_and_shown(studio: RunningStudio) -> None:
    """Newest first, narrowed by words, kind and day; one with its size in pixels; nobody else's."""
    assert [each["path"] for each in _json(studio, "list")["outputs"]] == ["b.png", "clip.mp4", "sub/a.png"]
    assert [each["path"] for each in _json(studio, "list", "--kind", "video")["outputs"]] == ["clip.mp4"]
    assert _json(studio, "list", "--until", "2023-01-01")["outputs"] == []
    said = studio.cli("outputs", "list", "--as", ADA, "--text", "SUB")
    assert "sub/a.png" in said
    assert "b.png" not in said
    assert _json(studio, "show", "sub/a.png")["width"] == 120
    assert "120 x 80" in studio.cli("outputs", "show", "sub/a.png", "--as", ADA)
    assert _failed(studio, "show", "../Bo/bo.png", "--as", ADA)[0] == 1
    assert _failed(studio, "list", "--as", "Nobody")[0] == 1


def test_files_are_saved_and_never_replaced(studio: RunningStudio, root: Path) -> None:
    """The content arrives whole; saved twice it is there twice; a file that is missing leaves nothing behind."""
    for name in ("clip.mp4", "clip (2).mp4"):
        assert _json(studio, "download", "clip.mp4", "--to", str(root))["saved"] == [str(root / name)]
        assert (root / name).read_bytes() == BEYOND
    assert studio.cli("outputs", "download", "sub/a.png", "b.png", "--as", ADA, "--to", str(root)).split() == [
        str(root / "a.png"),
        str(root / "b.png"),
    ]
    before = sorted(root.iterdir())
    assert _failed(studio, "download", "none.png", "--as", ADA, "--to", str(root))[0] == 1
    assert sorted(root.iterdir()) == before
    code, said = _failed(studio, "download", "b.png", "--as", ADA, "--to", str(root / "none"))
    assert (code, "--to" in said) == (1, True)


def test_an_archive_is_saved(studio: RunningStudio, root: Path) -> None:
    """All files, or those named, in one archive that others can open."""
    assert _json(studio, "zip", "--to", str(root))["files"] == 3
    with zipfile.ZipFile(root / "Ada.zip") as found:
        assert found.testzip() is None
        assert sorted(found.namelist()) == ["b.png", "clip.mp4", "sub/a.png"]
    assert "1 files" in studio.cli("outputs", "zip", "clip.mp4", "--as", ADA, "--to", str(root))
    with zipfile.ZipFile(root / "Ada (2).zip") as found:
        assert found.read("clip.mp4") == BEYOND


def test_files_go_to_the_trash_come_back_and_go_for_good(studio: RunningStudio) -> None:
    """Ids that `trash` prints work in `restore` and `purge`; purge asks first, and a no deletes nothing."""
    workspace = prepare(studio.workspace)
    for name in ("x.png", "y.png", "z.png"):
        put(workspace.outputs(ADA), name)
    ids = studio.cli("outputs", "trash", "x.png", "y.png", "z.png", "--as", ADA).split()
    assert len(ids) == 3
    assert "x.png" in studio.cli("outputs", "list", "--trash", "--as", ADA)
    assert studio.cli("outputs", "restore", ids[0], "--as", ADA) == "x.png\n"
    assert _failed(studio, "restore", ids[0], "--as", ADA)[0] == 1
    assert _failed(studio, "trash", "none.png", "--as", ADA)[0] == 1
    code, said = _failed(studio, "purge", ids[1], "--as", ADA)
    assert (code, ids[1] in said) == (1, True)
    assert len(_json(studio, "list", "--trash")["trash"]) == 2
    assert _json(studio, "purge", ids[1], "--yes") == {"files": 1}
    assert _json(studio, "purge", "--all", "--yes") == {"files": 1}
    assert _json(studio, "list", "--trash")["trash"] == []
    assert _failed(studio, "purge", "--as", ADA)[0] == 2


@pytest.mark.parametrize("name", ["../../evil.png", "..\\..\\evil.png", "/etc/evil.png", "a/..", "\x1b]0;evil.png"])
def test_what_is_saved_stays_in_the_folder(root: Path, name: str) -> None:
    """A name that a studio sends leads nowhere else, and holds nothing that a terminal obeys."""
    (root / "here").mkdir()
    path = save(root / "here", name, None, [b"x"])
    assert path.parent == root / "here"
    assert path.name.isprintable()
    assert sorted(each.name for each in root.iterdir()) == ["here"]


def test_what_breaks_off_is_not_kept(root: Path) -> None:
    """Half a file is no file."""

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        save(root, "a.png", 8, pieces())
    assert list(root.iterdir()) == []
