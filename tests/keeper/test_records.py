"""Records: one line each whatever the text, and read as they were written."""

from hypothesis import given
from hypothesis import strategies as st

from comfystudio.keeper._records import STREAMS, clean, decode, encode, words


@given(st.binary())
def test_any_bytes_become_one_harmless_line(raw: bytes) -> None:
    """Whatever a tool prints, its record has no line end, no control character and no escape but colours."""
    text = clean(raw)
    without_colours = text
    while "\x1b[" in without_colours:
        start = without_colours.index("\x1b[")
        end = without_colours.index("m", start)
        assert set(without_colours[start + 2 : end]) <= set("0123456789;:")
        without_colours = without_colours[:start] + without_colours[end + 1 :]
    assert not [char for char in without_colours if (ord(char) < 32 and char != "\t") or 0x7F <= ord(char) < 0xA0]
    assert text.splitlines() in ([], [text])


@given(st.binary(), st.sampled_from("oe~"), st.integers(0, 10**15 - 1))
def test_a_record_is_read_as_it_was_written(raw: bytes, stream: str, at: int) -> None:
    """Time, stream and text survive, tabs included."""
    text = clean(raw)
    record = encode(at / 1000, stream, text)
    assert record.count(b"\n") == 1
    found = decode(record[:-1])
    assert abs(found[0] - at / 1000) < 0.0011
    assert found[1:] == (stream, text)


@given(st.binary().filter(lambda raw: b"\n" not in raw))
def test_a_damaged_record_is_still_a_line(raw: bytes) -> None:
    """Bytes that are no record are shown as output instead of breaking the reader."""
    _, stream, text = decode(raw)
    assert stream in STREAMS
    assert "\n" not in text


def test_escapes_that_steer_a_terminal_are_gone() -> None:
    """Links, titles, the clipboard and text direction do not reach a page or a terminal; colours do."""
    raw = b"\x1b]8;;http://e\x1b\\link\x1b]8;;\x1b\\ \x1b]52;c;ZQ==\x07\x1b]0;t\x07\x1b[2K\x1b[1A\x1b[1;31mred\x1b[0m"
    assert clean(raw) == "link \x1b[1;31mred\x1b[0m"
    assert clean("a\u202eb\u2066c\u2028d".encode()) == "abcd"
    assert clean("жук 你好 👩‍🎨".encode()) == "жук 你好 👩‍🎨"


def test_words_of_the_keeper_are_keys() -> None:
    """What the keeper itself says is a key with fields; the sentence is made where it is read."""
    assert decode(words(1.5, "keeper.x", code=3)[:-1]) == (1.5, "k", '["keeper.x", {"code": 3}]')
