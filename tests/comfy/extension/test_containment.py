"""Whether paths stay inside a folder."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comfy.extension.loading import inside

containment = inside("containment")


@pytest.fixture
def house(root):
    """Two owners' folders, and links from mine into the other's."""
    for name in ("mine/sub", "other/sub"):
        (root / name).mkdir(parents=True)
    (root / "other/secret.png").write_bytes(b"x")
    (root / "mine/out").symlink_to(root / "other")
    (root / "mine/file.png").symlink_to("../other/secret.png")
    (root / "mine/around").symlink_to("sub")
    return root


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", True), ("sub", True), ("new/name.png", True), ("around/x", True), ("..", False), ("../mine", True),
        ("out", False), ("out/secret.png", False), ("file.png", False), ("../mineral", False), ("/etc/passwd", False),
        ("sub/../../other", False), ("a\0b", False), ("out/../mine/sub", True),
    ],
)  # fmt: skip
def test_inside_follows_links(house, name, expected):
    """What counts is where a path ends once every link is followed."""
    folder = str(house / "mine")
    assert containment.inside(folder, f"{folder}/{name}" if not name.startswith("/") else name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("sub/x", False), ("out/secret.png", True), ("file.png", True), ("around/x", False), ("not/there", False)],
)
def test_names_that_leave_over_a_link_are_found(house, name, expected):
    """A link is fine as long as it stays inside."""
    assert containment.leads_out(str(house / "mine"), name) is expected


@given(st.lists(st.sampled_from(["a", "..", ".", "b", ""]), max_size=6))
def test_first_part_agrees_with_the_words_of_a_path(parts):
    """A path is split below the folder exactly when it is below it."""
    path = "/base/mine/" + "/".join(parts)
    full = os.path.normpath(path)
    found = containment.first_part("/base/mine", path)
    if full == "/base/mine":
        assert found == ("", "")
    elif full.startswith("/base/mine/"):
        assert found is not None
        assert "/".join(filter(None, found)) == full.removeprefix("/base/mine/")
    else:
        assert found is None
