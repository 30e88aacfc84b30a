"""The extension is laid where a starting ComfyUI finds it, for everyone to read and nobody to change."""

import subprocess
from pathlib import Path

import pytest

from comfystudio.comfy.worker.place import place

NOBODY = 65534


def extension(folder: Path) -> Path:
    """Something that is shaped like the extension."""
    pack = folder / "extension" / "comfystudio_artists"
    (pack / "inside" / "__pycache__").mkdir(parents=True)
    (pack / "__init__.py").write_text("x = 1\n")
    (pack / "inside" / "a.py").write_text("y = 2\n")
    (pack / "inside" / "__pycache__" / "a.pyc").write_bytes(b"old")
    (pack.parent / "LICENSE").write_text("terms\n")
    for path in folder.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o600)
    return pack.parent


def given(root: Path, name: str = "given") -> Path:
    """An empty folder of the studio's."""
    folder = root / name
    folder.mkdir(mode=0o700)
    return folder


def test_everything_is_there_and_nothing_else(root: Path) -> None:
    """Code, licence and the file that names the folder; no compiled leftovers."""
    folder = given(root)
    paths = place(folder, extension(root))
    found = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    pack = "custom_nodes/comfystudio_artists"
    assert found == {"paths.yaml", *(f"{pack}/{name}" for name in ("__init__.py", "inside/a.py", "LICENSE"))}
    assert paths == folder / "paths.yaml"
    assert {oct(each.stat().st_mode)[-3:] for each in folder.rglob("*") if each.is_file()} == {"444"}
    assert {oct(each.stat().st_mode)[-3:] for each in (folder, *folder.rglob("*")) if each.is_dir()} == {"755"}


def test_odd_folders_are_named_in_a_way_that_yaml_understands(root: Path) -> None:
    """Blanks, colons, quotes and other scripts in the path are part of one quoted text."""
    folder = given(root, "it's: a {folder} #1 — 中文")
    text = place(folder, extension(root)).read_text(encoding="utf-8").splitlines()
    assert text[0] == "comfystudio:"
    assert text[1] == "  base_path: '" + str(folder).replace("'", "''") + "'"
    assert text[2:] == ["  custom_nodes: custom_nodes", "  is_default: true"]


def test_what_ships_can_be_laid_down(root: Path) -> None:
    """The real extension with its licence."""
    pack = place(given(root)).parent / "custom_nodes" / "comfystudio_artists"
    assert (pack / "__init__.py").is_file()
    assert "GNU GENERAL PUBLIC LICENSE" in (pack / "LICENSE").read_text()


@pytest.mark.root
def test_the_account_that_comfyui_runs_as_can_read_and_not_change_it(root: Path) -> None:
    """Another account imports it; writing, adding, renaming and removing all fail."""
    folder = given(root)
    place(folder, extension(root))
    script = "cat custom_nodes/comfystudio_artists/inside/a.py paths.yaml && ! touch new && ! rm -f paths.yaml && "
    script += "! mv custom_nodes other && ! sh -c 'echo z > custom_nodes/comfystudio_artists/__init__.py'"
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder, user=NOBODY, group=NOBODY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done
    assert "y = 2" in done.stdout
