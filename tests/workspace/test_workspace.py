"""Folders of the studio: who may read them, and writes that survive."""

import os
import stat
from pathlib import Path

import pytest

from comfystudio.errors import Invalid
from comfystudio.workspace import Workspace, prepare, write_atomic


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_studio_reads_its_state(workspace: Workspace) -> None:
    """State is 0700 even where the folder was there with a wider mode; the runtime folder may be passed through."""
    assert _mode(workspace.state) == 0o700
    workspace.state.chmod(0o755)
    again = prepare(workspace.root)
    assert _mode(again.state) == 0o700
    assert _mode(again.runtime) == 0o711
    assert len(str(again.control)) < 80


def test_a_workspace_that_cannot_be_written_is_named(root: Path) -> None:
    """A file where the folder should be gives one sentence with its path."""
    (root / "file").write_text("")
    with pytest.raises(Invalid) as caught:
        prepare(root / "file")
    assert str(root / "file") in caught.value.sentence


def test_a_state_folder_that_is_a_link_is_not_followed(root: Path) -> None:
    """Somebody who can write the workspace cannot send the database elsewhere."""
    (root / "elsewhere").mkdir()
    (root / "w").mkdir()
    (root / "w" / ".comfystudio").symlink_to(root / "elsewhere")
    with pytest.raises(Invalid):
        prepare(root / "w")


def test_an_atomic_write_replaces_and_leaves_nothing_behind(root: Path) -> None:
    """The new content, its mode, and no draft beside it."""
    path = root / "file"
    write_atomic(path, b"old")
    write_atomic(path, b"new", 0o644)
    assert path.read_bytes() == b"new"
    assert _mode(path) == 0o644
    assert [item.name for item in root.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_the_old_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses, the old content stands and the draft is gone."""
    path = root / "file"
    write_atomic(path, b"old")

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [item.name for item in root.iterdir()] == ["file"]
