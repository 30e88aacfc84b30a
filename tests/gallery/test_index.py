"""Lists of files: complete, newest first, page by page, and current although most of it is remembered."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.errors import Invalid
from comfystudio.gallery.index import Entry, Index, Wanted, cut_page
from tests.gallery.conftest import put

OLD = float(int(time.time()) - 3600)


def paths(index: Index) -> list[str]:
    """What is listed now."""
    return [entry.path for entry in index.entries()]


def settle(outputs: Path) -> None:
    """Make every folder look as if nothing had happened in it for an hour."""
    for folder, _, _ in os.walk(outputs, topdown=False):
        os.utime(folder, (OLD, OLD))


def test_files_are_listed_newest_first_with_what_lies_deeper(outputs: Path) -> None:
    """Order is by time, then by name; links, pipes, hidden files and names that are no text are left out."""
    put(outputs, "old.png", at=OLD)
    put(outputs, "2026/11/new.webp", b"12345", at=OLD + 10)
    put(outputs, "a.png", at=OLD + 5)
    put(outputs, "b.png", at=OLD + 5)
    put(outputs, ".hidden.png")
    put(outputs, ".thumbs/a.png")
    (outputs / "link.png").symlink_to("a.png")
    (outputs / "folder-link").symlink_to(".")
    os.mkfifo(outputs / "pipe.png")
    (Path(os.fsdecode(os.fsencode(outputs) + b"/\xff.png"))).write_bytes(b"x")
    index = Index(outputs)
    assert paths(index) == ["2026/11/new.webp", "a.png", "b.png", "old.png"]
    newest = index.entries()[0]
    assert (newest.name, newest.size, newest.mtime, newest.kind) == ("new.webp", 5, int((OLD + 10) * 1e9), "image")


def test_no_folder_is_an_empty_list(root: Path) -> None:
    """Somebody who has made nothing has no folder yet; one that is removed later is an empty list again."""
    index = Index(root / "none" / "Alice")
    assert paths(index) == []
    put(root, "none/Alice/a.png")
    assert paths(index) == ["a.png"]


def test_what_comes_and_goes_shows_at_once(outputs: Path) -> None:
    """New and removed files and folders, and a file that is still being written to, are as they are now."""
    put(outputs, "sub/a.png", at=OLD)
    settle(outputs)
    index = Index(outputs)
    assert paths(index) == ["sub/a.png"]
    growing = put(outputs, "sub/growing.png", b"1")
    assert index.entries()[0].size == 1
    with growing.open("ab") as file:
        file.write(b"2345")
    assert index.entries()[0].size == 5
    growing.unlink()
    put(outputs, "more/b.png", at=OLD - 1)
    assert paths(index) == ["sub/a.png", "more/b.png"]
    (outputs / "sub" / "a.png").unlink()
    (outputs / "sub").rmdir()
    assert paths(index) == ["more/b.png"]


def test_what_is_settled_is_not_asked_for_again(outputs: Path) -> None:
    """The second list is the very same one; after `forget` everything is looked at anew."""
    put(outputs, "sub/a.png", b"1", at=OLD)
    settle(outputs)
    index = Index(outputs)
    first = index.entries()
    assert index.entries() is first
    with (outputs / "sub" / "a.png").open("ab") as file:
        file.write(b"2")
    os.utime(outputs / "sub" / "a.png", (OLD, OLD))
    assert index.entries()[0].size == 1
    index.forget()
    assert index.entries()[0].size == 2


def test_the_filter_lets_through_what_fits() -> None:
    """Words stand anywhere in the path in any case; times are from one moment to before another; kinds are kinds."""
    entries = [
        Entry("Harbour/DUSK_1.png", 1, 30 * 10**9, 30 * 10**9),
        Entry("harbour/clip.mp4", 1, 20 * 10**9, 20 * 10**9),
        Entry("Straße.wav", 1, 10 * 10**9, 10 * 10**9),
    ]

    def chosen(**wanted: object) -> list[str]:
        return [entry.path for entry in Wanted(**wanted).chosen(entries)]  # type: ignore[arg-type]

    assert chosen() == [entry.path for entry in entries]
    assert chosen(text="harbour") == ["Harbour/DUSK_1.png", "harbour/clip.mp4"]
    assert chosen(text="STRASSE") == ["Straße.wav"]
    assert chosen(since=20.0, until=30.0) == ["harbour/clip.mp4"]
    assert chosen(kind="image") == ["Harbour/DUSK_1.png"]
    assert chosen(text="harbour", kind="audio") == []


@given(
    st.lists(st.tuples(st.integers(0, 5), st.text(st.sampled_from("ab./é"), min_size=1, max_size=4)), max_size=30),
    st.integers(1, 7),
)
def test_pages_together_are_the_list(found: list[tuple[int, str]], limit: int) -> None:
    """Page after page nothing is missing or twice, also where many files have one time."""
    entries = sorted(
        (
            Entry(path, 1, at, at)
            for at, path in {path: at for at, path in found}.items()
            for at, path in [(path, at)]
        ),
        key=lambda entry: (-entry.at, entry.path),
    )
    collected: list[Entry] = []
    cursor = None
    for _ in range(40):
        page = cut_page(entries, cursor, limit)
        assert (page.total, page.size) == (len(entries), len(entries))
        collected += page.entries
        cursor = page.cursor
        if cursor is None:
            break
    assert collected == entries


def test_a_cursor_holds_while_newer_files_come(outputs: Path) -> None:
    """What comes while somebody turns pages makes nothing appear twice and hides nothing."""
    for number in range(6):
        put(outputs, f"{number}.png", at=OLD + number)
    index = Index(outputs)
    first = cut_page(index.entries(), None, 3)
    put(outputs, "new.png", at=OLD + 100)
    (outputs / "3.png").unlink()
    second = cut_page(index.entries(), first.cursor, 3)
    assert [entry.path for entry in second.entries] == ["2.png", "1.png", "0.png"]


@pytest.mark.parametrize("cursor", ["nonsense", "-", "xyz.a.png", "."])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    """What the studio did not give out is no place in the list."""
    with pytest.raises(Invalid):
        cut_page([], cursor, 1)
