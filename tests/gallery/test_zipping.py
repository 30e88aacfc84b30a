"""Archives: what other programs make of them, names that lead nowhere, files that change meanwhile."""

import io
import os
import subprocess
import zipfile
import zlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from comfystudio.gallery import zipping
from comfystudio.gallery.zipping import Names, zipped
from tests.gallery.conftest import put


async def packed(root: Path, paths: list[str]) -> bytes:
    """The whole archive."""
    return b"".join([piece async for piece in zipped(root, paths)])


async def test_an_archive_holds_the_files_as_they_are(outputs: Path, root: Path) -> None:
    """Names, times and contents come out of it, with Python's reader and with another program's."""
    contents = {"a.png": os.urandom(3_000_000), "sub/夕.webp": b"two", "empty.txt": b""}
    for path, content in contents.items():
        put(outputs, path, content, at=1_700_000_000)
    archive = root / "all.zip"
    archive.write_bytes(await packed(outputs, [*contents, "gone.png", "../Bob/secret.png"]))
    with zipfile.ZipFile(archive) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == contents
        assert found.getinfo("a.png").compress_type == zipfile.ZIP_STORED
        assert found.getinfo("a.png").date_time[0] == 2023
    done = subprocess.run(
        ["python3", "-m", "zipfile", "-e", str(archive), str(root / "out")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (root / "out" / "sub" / "夕.webp").read_bytes() == b"two"


async def test_no_files_are_an_empty_archive(outputs: Path) -> None:
    """Where everything has gone meanwhile the archive is empty and still one."""
    with zipfile.ZipFile(io.BytesIO(await packed(outputs, ["gone.png"]))) as found:
        assert found.namelist() == []


async def test_a_file_that_grows_or_shrinks_meanwhile_leaves_the_archive_whole(outputs: Path) -> None:
    """What is added later is not in it; what is cut off is not in it either; the others come out unharmed."""
    put(outputs, "grows.png", b"1" * 100)
    put(outputs, "shrinks.png", b"2" * 3_000_000)
    put(outputs, "c.png", b"3")
    pieces = []
    async for piece in zipped(outputs, ["grows.png", "shrinks.png", "c.png"]):
        if b"grows.png" in piece:
            with (outputs / "grows.png").open("ab") as file:
                file.write(b"1" * 100)
        if len(piece) == zipping.PIECE:
            os.truncate(outputs / "shrinks.png", 2_000_000)
        pieces.append(piece)
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as found:
        assert found.testzip() is None
        assert {info.filename: info.file_size for info in found.infolist()} == {
            "grows.png": 100,
            "shrinks.png": 2_000_000,
            "c.png": 1,
        }


def test_what_lies_beyond_four_gigabytes_is_found(root: Path) -> None:
    """Sizes and places beyond 32 bit are written wide, so that the file behind a large one comes out whole."""
    size = 2**32 + 5
    archive = root / "large.zip"
    with archive.open("wb") as file:
        file.write(zipping._local(b"large.mp4", (0, 33), large=True))
        large = zipping._Member(b"large.mp4", (0, 33), 0, size, 0)
        # A hole: nobody writes 4 GB in a test.
        file.seek(size, os.SEEK_CUR)
        file.write(zipping._behind(size, 0, large=True))
        small = zipping._Member(b"small.png", (0, 33), file.tell(), 5, zlib.crc32(b"small"))
        file.write(zipping._local(b"small.png", (0, 33), large=False) + b"small")
        file.write(zipping._behind(5, small.checksum, large=False))
        offset = file.tell()
        directory = zipping._central(large) + zipping._central(small)
        file.write(directory + zipping._end(2, len(directory), offset))
    with zipfile.ZipFile(archive) as found:
        assert found.getinfo("large.mp4").file_size == size
        assert found.read("small.png") == b"small"
        with found.open("large.mp4") as inside:
            assert inside.read(10) == bytes(10)


def test_seventy_thousand_files_fit() -> None:
    """More entries than 16 bit count are written wide too."""
    members = [zipping._Member(f"{number}.png".encode(), (0, 33), 0, 0, 0) for number in range(70_000)]
    directory = b"".join(zipping._batches(members))
    archive = directory + zipping._end(len(members), len(directory), 0)
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.namelist()[-1] == "69999.png"
        assert len(found.namelist()) == 70_000


@given(st.lists(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4).map("/".join), max_size=20))
def test_names_lead_nowhere_and_are_never_twice(paths: list[str]) -> None:
    """No drive, backslash, control character, empty or dotted part; and none that differs by case only."""
    names = Names()
    made = [names.new(path.encode("utf-8", "replace").decode()) for path in paths]
    assert len({name.casefold() for name in made}) == len(made)
    for name in made:
        assert not set(name) & set('\\:*?"<>|\0\n\r')
        assert all(part.strip(". ") or not part.strip("_") for part in name.split("/"))


def test_a_name_that_another_system_would_follow_is_made_plain() -> None:
    """Backslashes and drives are letters here and ways elsewhere."""
    names = Names()
    assert names.new("..\\..\\evil.png") == ".._.._evil.png"
    assert names.new("C:evil.png") == "C_evil.png"
    assert names.new("a.png") == "a.png"
    assert names.new("A.PNG") == "A (2).PNG"
