"""Reading along in WebSocket frames, however they are cut."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from comfystudio.gateway.frames import Meter, close_frame

FRAMES = st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from([0, 1, 5, 125, 126, 127, 300, 65_535, 65_536])))


def _frame(opcode: int, size: int, *, masked: bool) -> bytes:
    flag = 128 if masked else 0
    if size < 126:
        head = bytes([128 | opcode, flag | size])
    elif size < 65_536:
        head = bytes([128 | opcode, flag | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([128 | opcode, flag | 127]) + size.to_bytes(8, "big")
    return head + (os.urandom(4) if masked else b"") + bytes(size)


@settings(max_examples=60, deadline=None)
@given(FRAMES, st.lists(st.integers(1, 70_000), min_size=1), st.booleans())
def test_cuts_do_not_matter(frames: list[tuple[int, int]], cuts: list[int], masked: bool) -> None:
    """Wherever the stream is cut, all of it passes and the meter knows when it stands between frames."""
    stream = b"".join(_frame(opcode, size, masked=masked) for opcode, size in frames)
    meter, at, turn = Meter(masked=masked, limit=10**9), 0, 0
    ends, total = set(), 0
    for opcode, size in frames:
        total += len(_frame(opcode, size, masked=masked))
        ends.add(total)
    while at < len(stream):
        part = stream[at : at + cuts[turn % len(cuts)]]
        turn += 1
        assert meter.feed(part) == len(part)
        at += len(part)
        assert meter.between is (at in ends)
    assert meter.fault == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 500), max_size=6), st.integers(1, 50))
def test_a_fault_is_found_wherever_it_is_cut(sizes: list[int], cut: int) -> None:
    """What passes ends exactly where the bad frame begins, unless part of its head had passed already."""
    good = b"".join(_frame(2, size, masked=True) for size in sizes)
    stream = good + _frame(2, 2000, masked=True)
    meter, passed = Meter(masked=True, limit=1000), 0
    for at in range(0, len(stream), cut):
        passed += meter.feed(stream[at : at + cut])
        if meter.fault:
            break
    assert meter.fault == 1009
    assert len(good) <= passed < len(good) + 4
    assert meter.between is (passed == len(good))


def test_a_close_frame_is_seen_and_made() -> None:
    """What is made here is read as a close frame there."""
    for masked in (True, False):
        meter = Meter(masked=masked, limit=1000)
        assert meter.feed(close_frame(1008, masked=masked)) > 0
        assert meter.closed
        assert not meter.fault
