"""Virtual folders over a stand-in of ComfyUI's functions."""

import os
import sys
import threading
from pathlib import Path

import pytest

from tests.comfy.extension import stand_in
from tests.comfy.extension.loading import inside

folders = inside("folders")
owners = inside("owners")
KINDS = ("output", "input", "temp", "user")


@pytest.fixture
def paths(root, monkeypatch):
    """The stand-in, made virtual, with two owners."""
    module = stand_in.folder_paths(root)
    monkeypatch.setitem(sys.modules, "folder_paths", module)
    module.owners = owners.Owners()
    module.owners.learn(1, "Vera")
    module.owners.learn(2, "Other")
    module.folders = folders.Folders(module.owners)
    module.folders.install()
    return module


def test_without_an_owner_everything_is_as_before(paths, root):
    """The studio itself has ComfyUI's own folders and names."""
    for kind in KINDS:
        assert getattr(paths, f"get_{kind}_directory")() == str(root / kind)
    assert paths.get_annotated_filepath("../x", "/d") == "/d/../x"
    assert paths.exists_annotated_filepath("../x")
    assert paths.get_save_image_path("x", str(root / "anywhere"), 1, 2)[0] == str(root / "anywhere")


def test_folders_are_made_with_their_modes_whatever_the_umask(paths, root):
    """Output is the group's, too; an inherited group stays."""
    (root / "output").mkdir()
    (root / "output").chmod(0o2775)
    umask = os.umask(0o077)
    try:
        with paths.owners.acting(1):
            made = {kind: Path(getattr(paths, f"get_{kind}_directory")()) for kind in KINDS}
    finally:
        os.umask(umask)
    assert made == {kind: root / kind / "Vera" for kind in KINDS}
    assert made["output"].stat().st_mode & 0o7777 == 0o2770
    assert {made[kind].stat().st_mode & 0o7777 for kind in ("input", "temp", "user")} == {0o700}


def test_the_studios_own_user_folder_stays_above_all(paths, root):
    """What ComfyUI keeps for itself below the user folder is not an owner's."""
    with paths.owners.acting(1):
        assert paths.get_system_user_directory("cache") == str(root / "user" / "__cache")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("output", "output/Vera"), ("output/", "output/Vera"), ("output/Vera", "output/Vera"),
        ("output/Vera/sub", "output/Vera/sub"), ("output/Other", "output/Vera"),
        ("output/Other/sub", "output/Vera/sub"), ("output/videos", "output/Vera/videos"), ("temp", "temp/Vera"),
        ("input/Other/x", "input/Vera/x"), ("output/Vera/../Other/sub", "output/Vera/sub"),
    ],
)  # fmt: skip
def test_folders_that_nodes_remember_are_mine(paths, root, given, expected):
    """A base folder or another's becomes the same place in the owner's folder."""
    with paths.owners.acting(1):
        assert paths.get_save_image_path("x", f"{root}/{given}", 1, 2)[0] == str(root / expected)


@pytest.mark.parametrize("given", ["/tmp", "elsewhere", "outputs", ""])
def test_folders_of_nobody_are_refused(paths, root, given):
    """A node that saves outside of ComfyUI's folders cannot do so for an owner."""
    folder = given if given.startswith("/") else f"{root}/{given}"
    with paths.owners.acting(1), pytest.raises(folders.OutsideYourFoldersError):
        paths.get_save_image_path("x", folder)


@pytest.mark.parametrize(
    "prefix", ["../x", "../Other/x", "a/../../x", "/etc/x", "out/x", "sub/../../Vera2/x", "a\0/x"]
)
def test_no_prefix_leads_out(paths, root, prefix):
    """'..', absolute names, NUL and links: nothing is made outside."""
    (root / "output/Other").mkdir(parents=True)
    (root / "output/Vera").mkdir()
    (root / "output/Vera/out").symlink_to(root / "output/Other")
    with paths.owners.acting(1), pytest.raises(folders.OutsideYourFoldersError):
        paths.get_save_image_path(prefix, str(root / "output"))
    assert sorted(path.name for path in (root / "output").rglob("*")) == ["Other", "Vera", "out"]


def test_a_link_whose_name_a_pattern_completes_is_noticed(paths, root):
    """Where only the filled-in pattern names a link, saving is refused."""
    (root / "output/Other").mkdir(parents=True)
    (root / "output/Vera").mkdir()
    (root / "output/Vera/w64").symlink_to(root / "output/Other")
    with paths.owners.acting(1), pytest.raises(folders.OutsideYourFoldersError):
        paths.get_save_image_path("w%width%/x", str(root / "output"), 64)


def test_annotated_names_stay_inside(paths, root):
    """Names with and without annotation are found in the owner's folders only."""
    for owner in ("Vera", "Other"):
        for kind in ("input", "output"):
            (root / kind / owner).mkdir(parents=True)
        (root / "input" / owner / f"{owner}.png").write_bytes(b"x")
    (root / "output/Vera/link.png").symlink_to(root / "input/Other/Other.png")
    with paths.owners.acting(1):
        assert paths.exists_annotated_filepath("Vera.png")
        assert paths.get_annotated_filepath("Vera.png") == str(root / "input/Vera/Vera.png")
        assert paths.get_annotated_filepath("new.png [output]") == str(root / "output/Vera/new.png")
        assert paths.get_annotated_filepath("a.png", str(root / "temp/Other")) == str(root / "temp/Vera/a.png")
        for name in ("../Other/Other.png", "link.png [output]", str(root / "input/Other/Other.png"), "a\0"):
            assert not paths.exists_annotated_filepath(name)
            with pytest.raises(folders.OutsideYourFoldersError):
                paths.get_annotated_filepath(name)


def test_an_owners_folder_that_is_a_link_is_refused(paths, root):
    """Somebody who puts a link in place of a folder gains nothing."""
    (root / "output/Other").mkdir(parents=True)
    (root / "output/Vera").symlink_to("Other")
    with paths.owners.acting(1), pytest.raises(folders.OutsideYourFoldersError):
        paths.get_output_directory()


def test_whoever_looks_up_a_folder_is_noticed(paths):
    """The cache learns that a node asked for an owner's folder."""
    seen = []
    paths.folders.asked = seen.append
    paths.get_output_directory()
    with paths.owners.acting(1):
        paths.get_input_directory()
    assert seen == ["input"]


def test_what_is_saved_while_an_owner_is_renamed_is_saved_under_the_new_name(paths, root):
    """Between the folder's new name on disk and word of it nothing is made under the old one."""
    with paths.owners.acting(1):
        Path(paths.get_output_directory()).rename(root / "output" / "Věra")
    found: list[str] = []

    def save() -> None:
        with paths.owners.acting(1):
            found.append(paths.get_output_directory())

    thread = threading.Thread(target=save)
    thread.start()
    thread.join(0.1)
    paths.owners.learn(1, "Věra")
    thread.join()
    assert found == [str(root / "output" / "Věra")]
    assert [each.name for each in (root / "output").iterdir()] == ["Věra"]
