"""Lines out of bytes: where they end, what a carriage return does, and that no cutting changes it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from comfystudio.keeper._lines import Splitter

LIMIT = 12
BYTES = st.lists(st.sampled_from([b"\n", b"\r", b"a", b"b ", b"\xff", b"\xd0\xb6", b"\x1b[31m", b"0123456789abcdef"]))
CUTS = st.lists(st.integers(0, 200))


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """`data` cut at these places."""
    places = sorted({cut for cut in cuts if cut < len(data)} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


def shown(line: bytes) -> bytes:
    """What a line shows by the rule of the docstring: its last piece that is not empty, cut."""
    return next((piece for piece in reversed(line.split(b"\r")) if piece), b"")[:LIMIT]


@given(BYTES, CUTS)
def test_the_pieces_of_a_stream_do_not_matter(parts: list[bytes], cuts: list[int]) -> None:
    """However a stream is cut, the lines and the open one are those of the whole."""
    data = b"".join(parts)
    splitter = Splitter(LIMIT)
    lines = [line for piece in in_pieces(data, cuts) for line in splitter.feed(piece)]
    *ended, rest = data.split(b"\n")
    assert lines == [shown(line) for line in ended]
    assert splitter.open_line() == shown(rest)


@given(BYTES, CUTS)
def test_skipping_lets_go_of_lines_and_keeps_the_next_whole(parts: list[bytes], cuts: list[int]) -> None:
    """After a skip the next line is whole: no tail of one that was left out is mistaken for it."""
    splitter = Splitter(LIMIT)
    skipped = sum(splitter.skip(piece)[0] for piece in in_pieces(b"".join(parts), cuts))
    assert skipped == b"".join(parts).count(b"\n")
    splitter.skip(b"tail\nfirst ")
    assert splitter.feed(b"one\n") == [b"first one"]


def test_a_long_line_is_cut_and_counted() -> None:
    """Beyond the limit bytes are counted, not kept, and the next line starts afresh."""
    splitter = Splitter(10)
    assert splitter.feed(b"x" * 1000) == []
    assert splitter.feed(b"y" * 1000 + b"\nshort\n") == [b"x" * 10, b"short"]
    assert splitter.dropped == 1990


def test_memory_stays_bounded_without_any_line_end() -> None:
    """A bar that is redrawn for days holds one line of memory."""
    splitter = Splitter(100)
    for number in range(10_000):
        splitter.feed(b"\r%d%%" % number)
    assert splitter.open_line() == b"9999%"
    assert len(splitter._open) <= 100
