"""Opening files below a folder: every way out of it that has a spelling, and every thing that is no plain file."""

import os
import socket
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from comfystudio.errors import Missing
from comfystudio.gallery.safe import LONGEST_NAME, open_file, open_folder, parts_of
from tests.gallery.conftest import put

UP = "../../canary.txt"
SPELLINGS = [
    UP,
    "..",
    ".",
    "",
    "/",
    "./a.png",
    "sub/../a.png",
    "sub/./../a.png",
    "sub//a.png",
    "a.png/",
    "/a.png",
    "a.png\0",
    "a.png\0.png",
    quote(UP, safe=""),
    quote(quote(UP, safe=""), safe=""),
    UP.replace("/", "\\"),
    "..%2fBob%2fsecret.png",
    "..;/Bob/secret.png",
    "../Bob/secret.png",
    "sub/../../Bob/secret.png",
    "~/canary.txt",
    "file:///etc/passwd",
    "C:\\canary.txt",
    "/etc/passwd",
    "x" * 300,
    "x/" * 40 + "a.png",
    ("y" * 200 + "/") * 21 + "a.png",
    "\ud800",
]


def read(root: Path, path: str) -> bytes:
    """The content of an opened file."""
    with open_file(root, path) as file:
        return os.pread(file.handle, 1000, 0)


def test_a_plain_file_is_opened_at_any_depth(outputs: Path) -> None:
    """Name, size and time are those of the file; names in any script and of full length work."""
    put(outputs, "a.png", b"one", at=1_700_000_000)
    with open_file(outputs, "a.png") as file:
        assert (file.name, file.size, file.mtime) == ("a.png", 3, 1_700_000_000 * 10**9)
    for name in ("sub/deeper/b.png", "夕暮れ/港 1 (2).webp", "n" * (LONGEST_NAME - 4) + ".png", "back\\slash.png"):
        put(outputs, name, name.encode())
        assert read(outputs, name) == name.encode()


@pytest.mark.parametrize("path", SPELLINGS, ids=lambda path: ascii(path)[:40])
def test_no_spelling_leads_out(outputs: Path, path: str) -> None:
    """`..` in every dress, absolute, empty, with NUL, too long or too deep: missing, and no canary is read."""
    put(outputs, "a.png")
    put(outputs, "sub/a.png")
    with pytest.raises(Missing):
        read(outputs, path)


@given(st.text(st.sampled_from("ab./\\%2ef~:\0 "), max_size=30) | st.text(max_size=30))
@example("....//canary.txt")
@settings(max_examples=300, deadline=None)
def test_whatever_is_asked_for_stays_inside(path: str) -> None:
    """No generated path yields a name that leads up, is absolute, empty or longer than a name can be."""
    try:
        parts = parts_of(path)
    except Missing:
        return
    assert "/".join(parts) == path
    assert all(part not in {"", ".", ".."} and "\0" not in part and len(os.fsencode(part)) <= 255 for part in parts)


def test_links_are_missing_wherever_they_stand(outputs: Path, root: Path) -> None:
    """A link in the folder, as a subfolder, to the folder itself, or that leads nowhere is not followed."""
    (outputs / "passwd.png").symlink_to("/etc/passwd")
    (outputs / "bob").symlink_to(root / "output" / "Bob")
    (outputs / "here").symlink_to(outputs)
    (outputs / "loop").symlink_to("loop")
    put(outputs, "a.png")
    (outputs / "same.png").symlink_to("a.png")
    for path in ("passwd.png", "bob/secret.png", "here/a.png", "loop", "same.png"):
        with pytest.raises(Missing):
            read(outputs, path)


def test_a_link_put_in_place_of_a_persons_folder_is_not_followed(outputs: Path, root: Path) -> None:
    """Where tools may write, their link becomes nobody's folder; one that only the studio can have put does."""
    put(root, "elsewhere/a.png", b"ours")
    (root / "ours").symlink_to(root / "elsewhere")
    assert read(root / "ours", "a.png") == b"ours"
    (root / "output").chmod(0o777)
    (root / "output" / "Carol").symlink_to(root / "output" / "Bob")
    with pytest.raises(Missing):
        open_folder(root / "output" / "Carol")


def test_what_is_no_plain_file_is_missing_at_once(outputs: Path) -> None:
    """A pipe, a socket, a device and a folder are missing, and nobody waits for them."""
    os.mkfifo(outputs / "pipe.png")
    (outputs / "folder.png").mkdir()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(outputs / "socket.png"))
    listener.close()
    for path in ("pipe.png", "folder.png", "socket.png"):
        with pytest.raises(Missing):
            read(outputs, path)
    with pytest.raises(Missing):
        read(Path("/dev"), "null")


def test_a_swap_between_look_and_opening_shows_nothing_else(outputs: Path, root: Path) -> None:
    """While a folder and a file turn into links and back, as fast as can be, only the own content is read."""
    put(outputs, "real/a.png", b"mine")
    (root / "decoy").mkdir()
    put(root, "decoy/a.png", b"canary")
    (outputs / "link").symlink_to(root / "decoy")
    (outputs / "file-link").symlink_to(root / "canary.txt")
    (outputs / "sub").mkdir()
    over = threading.Event()

    def swap() -> None:
        put(outputs, "b.png", b"mine")
        while not over.is_set():
            (outputs / "sub").rename(outputs / "away")
            (outputs / "link").rename(outputs / "sub")
            (outputs / "sub").rename(outputs / "link")
            (outputs / "away").rename(outputs / "sub")
            (outputs / "b.png").rename(outputs / "c.png")
            (outputs / "file-link").rename(outputs / "b.png")
            (outputs / "b.png").rename(outputs / "file-link")
            (outputs / "c.png").rename(outputs / "b.png")

    put(outputs, "sub/a.png", b"mine")
    put(outputs, "b.png", b"mine")
    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    try:
        for _ in range(3000):
            for path in ("sub/a.png", "b.png"):
                try:
                    seen.add(read(outputs, path))
                except Missing:
                    seen.add(b"")
    finally:
        over.set()
        thread.join()
    assert b"mine" in seen
    assert seen <= {b"mine", b""}


def test_handles_are_given_back(outputs: Path) -> None:
    """However a request ends, no handle stays open."""
    put(outputs, "sub/a.png")
    (outputs / "link").symlink_to("sub")
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    for _ in range(50):
        read(outputs, "sub/a.png")
        for path in ("sub", "link/a.png", "sub/none.png", "none/a.png", "sub/a.png/b.png"):
            with pytest.raises(Missing):
                read(outputs, path)
    assert sum(1 for _ in Path("/proc/self/fd").iterdir()) == before
