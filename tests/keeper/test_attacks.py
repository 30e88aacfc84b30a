"""What a hostile tool prints, all the way from its bytes to the page: text and colours, one line each, soon."""

import json
import re
import tempfile
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comfystudio.keeper import Log
from comfystudio.keeper._pump import Findings, Pump
from comfystudio.keeper._records import LINE_LIMIT
from comfystudio.keeper._search.blocks import Backwards
from comfystudio.keeper._search.matching import Needle
from comfystudio.keeper._search.walk import Walk
from comfystudio.keeper._writer import LogWriter
from comfystudio.keeper.masking import clean, plain
from comfystudio.words import say

COLOUR = re.compile(r"\x1b\[[0-9;:]{0,64}m")
STEERING = re.compile("[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
PIECES = st.sampled_from(
    [
        b"\x1b]8;;https://evil.example/\x1b\\",  # a link
        b"\x1b]8;;\x07",
        b"\x1b]52;c;cm0gLXJmIC8=\x07",  # the clipboard
        b"\xc2\x9d52;c;cm0gLXJmIC8=\xc2\x9c",  # the same with 8-bit controls
        b"\x1b]0;title\x07",
        b"\x1b]0;no end",
        b"\x1b]1337;File=inline=1:AAAA\x07",
        b"\x1bPq#0;2;0;0;0\x1b\\",  # a picture
        b"\x1b_payload\x1b\\",
        b"\x1b^private\x1b\\",
        b"\xc2\x9b2J",
        b"\x9b31m",
        b"\x1b[2J\x1b[H",
        b"\x1b[6n",  # asks the terminal to answer
        b"\x1b[5A",
        b"\x1b[?1049h",
        b"\x1bc",
        b"\x1b[8m",
        b"\x1b[38;2;1;2;3m",
        b"\x1b[" + b"0;" * 200 + b"m",
        b"\x1b[",
        b"\x1b",
        b"\r",
        b"\n",
        b"\x08",
        b"\x07",
        b"\x00",
        b"\x0e",
        "\u202egpj.exe".encode(),
        "\u2066\u2069\u2028\u2029\u0085\ufeff".encode(),
        b"\xff\xfe\xc0\x80",
        b"\t",
        b"Error: ",
        b"m",
        b"text ",
    ]
)
OUTPUT = st.lists(PIECES | st.binary(max_size=6), max_size=30).map(b"".join)


def logged(folder: Path, output: bytes, *, pieces: int, terminal: bool) -> Log:
    """The log of a tool that printed `output`, which came in so many reads."""
    log = Log(folder / "log")
    log.folder.mkdir()
    writer, findings = LogWriter(str(log.folder), 1024 * 1024), Findings("run")
    pump = Pump("o", writer, findings, terminal=terminal)
    size = max(1, -(-len(output) // pieces))
    for at in range(0, len(output), size):
        pump.feed(output[at : at + size])
    pump.finish()
    writer.close(5)
    (folder / "unit.json").write_text(json.dumps({"run": "run"}), encoding="utf-8")
    return log


def harmless(shown: str) -> None:
    """Nothing but text, tabs and colours, on one line."""
    rest = COLOUR.sub("", shown)
    assert not [one for one in rest if one != "\t" and unicodedata.category(one) == "Cc"]
    assert not STEERING.search(rest)
    assert shown.splitlines() in ([], [shown])


@settings(deadline=None)
@given(OUTPUT, st.integers(1, 4), st.booleans())
def test_no_output_steers_whoever_reads_it(output: bytes, pieces: int, terminal: bool) -> None:
    """Read forwards, backwards, as first error, as a file or by a search: always harmless, whatever was printed."""
    with tempfile.TemporaryDirectory() as folder:
        log = logged(Path(folder), output, pieces=pieces, terminal=terminal)
        lines = log.read(0, 10_000).lines
        assert log.before(log.size, 10_000).lines == lines
        error = log.first_error()
        found = Walk({"a": Backwards(str(log.folder), 0)}, Needle("e", case=False, say=say), None, (0, 2**50))
        hits = [hit["text"] for hit in found if hit is not None]
        for text in (*(line.text for line in lines), *([error.text] if error else []), *hits):
            harmless(clean(text))
            assert "\x1b" not in plain(text)
        assert hits == [clean(line.text) for line in lines[::-1] if "e" in plain(line.text).lower()]


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (b"\x1b]8;;https://evil/\x1b\\click here\x1b]8;;\x1b\\ now", "click here now"),
        (b"a\x1b]52;c;cm0gLXJmIC8=\x07b", "ab"),
        (b"a\xc2\x9d52;c;cm0gLXJmIC8=\xc2\x9cb", "ab"),
        (b"\x1b]0;pwned\x07hello", "hello"),
        (b"safe\xe2\x80\xaegpj.exe", "safegpj.exe"),
        (b"harmless\rrm -rf /", "rm -rf /"),
        (b"\xc2\x9b31mno colour", "no colour"),
        (b"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        (b"before \x1b]0;it never ends", "before "),
        (b"\x1b[" + b"9;" * 5000 + b"mlong", "long"),
        (b"1000\te\tforged\t", "1000\te\tforged\t"),
        (b'["keeper.log_exited", {"code": 0}]', '["keeper.log_exited", {"code": 0}]'),
    ],
)
def test_what_is_left_of_an_attack(tmp_path: Path, printed: bytes, shown: str) -> None:
    """Links, clipboard, titles, reordering, records and words of the keeper's that a tool pretends to be."""
    (line,) = logged(tmp_path, printed + b"\n", pieces=1, terminal=False).read(0).lines
    assert (line.stream, clean(line.text)) == ("o", shown)


@pytest.mark.parametrize(
    "piece", [b"\x1b]", b"\x1b[0;", b"\x1b[5A", b"\r\x1b[A", b"\x1b\n", b"\xc2\x9d", b"\x1b[1m\x08"]
)
@pytest.mark.parametrize("terminal", [True, False])
def test_floods_of_escapes_take_no_time(tmp_path: Path, piece: bytes, terminal: bool) -> None:
    """An escape without an end, or hundreds of thousands of them: quick, and no line beyond the limit."""
    output = piece * (512 * 1024 // len(piece))
    began = time.process_time()
    log = logged(tmp_path, output, pieces=32, terminal=terminal)
    assert time.process_time() - began < 3
    began = time.process_time()
    for line in log.tail(5000).lines:
        assert len(line.text) <= LINE_LIMIT
        harmless(clean(line.text))
    assert time.process_time() - began < 3
