"""Files over HTTP: whole, in ranges, not again when they are there; and many odd ways to ask for a range."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.http_files import PIECE, Unsatisfiable, cut
from tests.web.house import ALICE, House, Visitor

FILE = "/api/v1/outputs/file?path=a.png"
CONTENT = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
SIZE = len(CONTENT)


@pytest.fixture
async def alice(house: House) -> Visitor:
    """Alice, who made a file."""
    house.output(ALICE, "a.png", CONTENT, at=1_700_000_000)
    return await house.visitor(ALICE)


async def got(visitor: Visitor, path: str = FILE, method: str = "GET", **headers: str) -> tuple[int, bytes, Any]:
    """Status, body and headers."""
    async with visitor.ask(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    ) as a:
        return a.status, await a.read(), a.headers


async def test_the_whole_file_comes_with_what_to_remember_it_by(alice: Visitor) -> None:
    """Length, entity tag and date; HEAD says the same without the content."""
    status, body, told = await got(alice)
    assert (status, body) == (200, CONTENT)
    assert (told["Content-Length"], told["Accept-Ranges"]) == (str(SIZE), "bytes")
    assert told["Last-Modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert told["Cache-Control"] == "private, no-cache"
    head = await got(alice, method="HEAD")
    assert (head[0], head[1], head[2]["Content-Length"], head[2]["ETag"]) == (200, b"", str(SIZE), told["ETag"])


@pytest.mark.parametrize(
    ("asked", "first", "length"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 10),
        ("bytes=-5", SIZE - 5, 5),
        ("bytes=5-", 5, SIZE - 5),
        ("bytes=0-999999", 0, SIZE),
        ("bytes=-999999", 0, SIZE),
        ("Bytes = 1-2", 0, 0),
        ("BYTES=1-2", 1, 2),
    ],
)
async def test_a_range_is_that_part(alice: Visitor, asked: str, first: int, length: int) -> None:
    """First and last, the end only, from somewhere on; what is no byte range is answered with everything."""
    status, body, told = await got(alice, Range=asked)
    if not length:
        assert (status, body) == (200, CONTENT)
        return
    assert (status, body) == (206, CONTENT[first : first + length])
    assert told["Content-Range"] == f"bytes {first}-{first + length - 1}/{SIZE}"


@pytest.mark.parametrize(
    "asked", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=0-1,5-6", "bytes=" + "0-0," * 1500]
)
async def test_no_part_and_thousands_of_parts_are_refused(alice: Visitor, asked: str) -> None:
    """Beyond the end, nothing, or several at once: 416 with the size, whatever there are."""
    status, body, told = await got(alice, Range=asked)
    assert (status, body) == (416, b"")
    assert told["Content-Range"] == f"bytes */{SIZE}"


async def test_what_is_there_already_is_not_sent_again(alice: Visitor, house: House) -> None:
    """304 for the tag or the date; a range of another content is answered with the whole new one."""
    tag = (await got(alice))[2]["ETag"]
    date = "Tue, 14 Nov 2023 22:13:20 GMT"
    for headers in ({"If_None_Match": tag}, {"If_None_Match": f'"x", W/{tag}'}, {"If_Modified_Since": date}):
        assert (await got(alice, **headers))[:2] == (304, b"")
    assert (await got(alice, If_None_Match='"x"', If_Modified_Since=date))[0] == 200
    assert (await got(alice, If_Modified_Since="Mon, 13 Nov 2023 22:13:20 GMT"))[0] == 200
    assert (await got(alice, If_Modified_Since="nonsense"))[0] == 200
    assert (await got(alice, Range="bytes=0-3", If_Range=tag))[0] == 206
    assert (await got(alice, Range="bytes=0-3", If_Range=date))[0] == 206
    house.output(ALICE, "a.png", CONTENT + b"more")
    for condition in (tag, date, f"W/{tag}", "nonsense"):
        status, body, _ = await got(alice, Range="bytes=0-3", If_Range=condition)
        assert (status, len(body)) == (200, SIZE + 4)


async def test_a_version_that_fits_is_kept_for_ever(alice: Visitor) -> None:
    """With the version in its address an answer never changes; with another one it is asked for anew."""
    listed = await alice.json("GET", "/api/v1/outputs")
    (one,) = listed["outputs"]
    assert "immutable" in (await got(alice, f"{FILE}&v={one['version']}"))[2]["Cache-Control"]
    assert (await got(alice, f"{FILE}&v=0-0"))[2]["Cache-Control"] == "private, no-cache"


async def test_a_file_that_is_cut_short_meanwhile_breaks_off(alice: Visitor, house: House) -> None:
    """The client never takes a part for the whole: the connection ends before the announced length."""
    path = house.output(ALICE, "long.png", CONTENT[:8] + bytes(40 * PIECE))
    async with alice.ask("GET", FILE.replace("a.png", "long.png")) as answer:
        assert answer.status == 200
        await answer.content.readexactly(100)
        with path.open("r+b") as file:
            file.truncate(PIECE)
        with pytest.raises(Exception, match=r"payload|closed|reset|Connection|Disconnect"):
            await answer.read()


@given(st.text(st.sampled_from("bytes=0123456789-, \t"), max_size=20), st.integers(0, 1000))
def test_any_range_header_yields_a_part_of_the_file_or_none(asked: str, size: int) -> None:
    """What is cut lies inside the file and is not empty."""
    try:
        found = cut(asked, size)
    except Unsatisfiable:
        return
    if found is not None:
        first, length = found
        assert 0 <= first < size
        assert 0 < length <= size - first
