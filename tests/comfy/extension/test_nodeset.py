"""Which packs are installed."""

from tests.comfy.extension.loading import inside

nodeset = inside("nodeset")


def pack(folder, name, text="x"):
    """A pack of one file."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(text)


def test_packs_are_folders_and_files_that_are_not_disabled(root):
    """Disabled packs, hidden folders, other files and the extension itself are left out."""
    for name in ("one", "two.disabled", "__pycache__", ".git", "comfystudio_artists"):
        pack(root, name)
    (root / "single.py").write_text("")
    (root / "notes.txt").write_text("")
    found = nodeset.packs([str(root), str(root / "not there")], leave_out="comfystudio_artists")
    assert sorted(found) == ["one", "single.py"]


def test_the_number_changes_with_every_change_of_a_pack(root):
    """A new pack, a changed file and a new commit make another node set; a compiled file does not."""
    pack(root, "one")

    def number() -> str:
        return nodeset.fingerprint(nodeset.packs([str(root)], leave_out=""))

    seen = {number()}
    (root / "one" / "__pycache__").mkdir()
    (root / "one" / "__pycache__" / "x.pyc").write_text("")
    assert number() in seen
    (root / "one" / "more.py").write_text("1")
    seen.add(number())
    pack(root, "two")
    seen.add(number())
    (root / "two" / ".git").mkdir()
    (root / "two" / ".git" / "HEAD").write_text("a" * 40)
    seen.add(number())
    assert len(seen) == 4


def test_the_commit_is_read_from_every_form_of_checkout(root):
    """Detached, on a branch, packed, or a work tree that names its repository."""
    git = root / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert nodeset.commit_of(root) is None
    (git / "packed-refs").write_text("# pack-refs\n" + "b" * 40 + " refs/heads/main\n")
    assert nodeset.commit_of(root) == "b" * 40
    (git / "refs/heads/main").write_text("c" * 40 + "\n")
    assert nodeset.commit_of(root) == "c" * 40
    (root / "tree").mkdir()
    (root / "tree/.git").write_text("gitdir: ../.git\n")
    assert nodeset.commit_of(root / "tree") == "c" * 40
    (git / "HEAD").write_text("d" * 40)
    assert nodeset.commit_of(root) == "d" * 40
    assert nodeset.commit_of(root / "nowhere") is None
