"""Bars of several lines read as what they showed in the end."""

from comfystudio.keeper._lines import Splitter
from comfystudio.keeper._records import clean
from comfystudio.keeper._screen import Region, upward


def drawn(*frames: bytes) -> list[str]:
    """The final lines of a terminal that was drawn in these frames, a tenth of a second apart."""
    splitter, region, found = Splitter(1000, upward), Region(), []
    for number, frame in enumerate(frames):
        for line in splitter.feed(frame):
            found += region.take(line, clean(line), 100 + number / 10)
    return [line for line in [*found, *region.release()] if line]


def test_lines_that_are_never_drawn_over_come_at_once() -> None:
    """A terminal that is only written to loses and delays nothing."""
    assert Region().take(b"a", "a", 1.0) == ["a"]
    assert drawn(b"one\r\ntwo\r\n", b"three\r\n") == ["one", "two", "three"]


def test_bars_end_as_they_stood() -> None:
    """Ten redraws of two bars leave the first drawing of the upper one and the last of both, not twenty lines."""
    frames = [b"a %d%%\r\nb %d%%" % (n, n) for n in range(10)]
    found = drawn(frames[0], *(b"\r\x1b[1A\x1b[2K" + frame for frame in frames[1:]), b"\r\nend\r\n")
    assert found == ["a 0%", "a 9%", "b 9%", "end"]


def test_what_is_said_after_wiping_the_bars_stays() -> None:
    """The summary that a tool prints where its bars were is a line like any other."""
    bars = (
        b"a 1%\r\nb 1%",
        b"\r\x1b[1A\x1b[2Ka 2%\r\n\x1b[2Kb 2%",
        b"\r\x1b[1A\x1b[2K\x1b[JInstalled 5 packages\r\n",
    )
    assert drawn(*bars)[-1] == "Installed 5 packages"


def test_too_tall_a_region_is_let_go() -> None:
    """A tool that moves up once and then prints on cannot make the keeper hold its lines."""
    assert len(drawn(b"\x1b[1A\n" + b"x\n" * 1000)) == 1000
