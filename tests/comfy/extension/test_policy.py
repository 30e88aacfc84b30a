"""Which strings count as paths that lead outside."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comfy.extension.loading import inside

policy = inside("policy")
Field = policy.Field
parts = st.text(st.characters(categories=["L", "N"], include_characters="-_ ()"), min_size=1, max_size=8).filter(
    lambda part: part.strip() == part and not (len(part) == 1 and part.isascii())
)


def encoded(text: str, times: int) -> str:
    """`text` percent-encoded that often."""
    for _ in range(times):
        text = "".join(quote(each, safe="") if each != "." else "%2e" for each in text)
    return text


@given(
    st.lists(parts, max_size=3), st.lists(parts, max_size=3), st.sampled_from(["/", "\\"]), st.integers(0, 3),
    st.sampled_from(["text", "image", "seed_value", "filename_prefix"]),
)  # fmt: skip
def test_climbing_is_refused_however_it_is_written(before, after, separator, times, name):
    """A '..' between separators, slashes or backslashes, encoded up to three times, is refused in every input."""
    value = encoded(separator.join([*before, "..", *after]), times)
    assert policy.why(value, name=name) is not None
    assert policy.why(value, name=name, field=Field.UNDECLARED) is not None


@given(st.lists(parts, min_size=1, max_size=4))
def test_names_inside_are_fine(names):
    """Folders and names of any script pass, with blanks and brackets."""
    for name in ("filename_prefix", "image", "text"):
        assert policy.why("/".join(names), name=name) is None


@pytest.mark.parametrize(
    "value",
    [
        "/etc/passwd",
        "//x",
        "\\\\server\\x",
        "C:\\x",
        "c:/x",
        "~/x",
        "~root/x",
        "file:/x",
        "file:///etc/passwd",
        " /x",
    ],
)
def test_absolute_paths_are_refused_in_every_line(value):
    """Whatever the input is called, a single line does not start at the root of a disk."""
    assert policy.why(value, name="anything") is not None
    assert policy.why(value, name="image") is not None


@pytest.mark.parametrize("value", ["a\\b", "a%2eb", "a%2Fb", "a%5cb", "a%252eb", "/", "~", "\\x", "C:", "file:"])
def test_inputs_that_say_path_are_stricter(value):
    """Backslashes and encoded separators have no place where a name is asked for."""
    assert policy.why(value, name="filename_prefix") is not None
    assert policy.why(value, name="separator") is None


@pytest.mark.parametrize("value", ["a\0b", "\0", "a%00b", "a%2500b"])
@pytest.mark.parametrize("field", list(Field))
def test_nul_is_refused_everywhere(value, field):
    """A NUL, also an encoded one, is refused in prose, too."""
    assert policy.why(value, name="text", field=field) is not None


@pytest.mark.parametrize(
    "value",
    [
        "a cat \\(tag\\), and/or a dog", "masterpiece, best quality", "/imagine a cat", "wait... / or ../ not", "1/2",
        "and/or", "a/b", "\\(tag\\)", "line one\nline/two", "100% sure", "see file: notes", "C: a letter", "",
        "(masterpiece:1.2), <lora:name:0.8>", "C:\\Users is a folder", "~5 cats",
    ],
)  # fmt: skip
def test_prose_is_no_path(value):
    """Text of several lines may say what it likes unless the whole of it is one path."""
    assert policy.why(value, name="text", field=Field.TEXT) is None


@pytest.mark.parametrize("value", ["../x", "a/../../b", "..", "  ..\\x  ", "%2e%2e/x"])
def test_one_word_that_climbs_is_a_path_in_prose_too(value):
    """A field for prose that holds nothing but a path is treated as one."""
    assert policy.why(value, name="text", field=Field.TEXT) == policy.UP


def test_fields_for_lists_of_paths_are_read_line_by_line():
    """Where the name says that paths stand in the lines, one line that climbs is enough."""
    assert policy.why("a.png\n../b.png\nc.png", name="image_paths", field=Field.TEXT) == policy.UP
    assert policy.why("a.png\nb.png", name="image_paths", field=Field.TEXT) is None


@pytest.mark.parametrize(
    "value", ["%date:yyyy-MM-dd%/%time%_x", "%year%-%month%/x", "v1.0..final", "...", "a..b", "2026/x"]
)
def test_patterns_in_names_of_outputs_are_fine(value):
    """Date patterns and dots in a name lead nowhere."""
    assert policy.why(value, name="filename_prefix") is None


def test_data_is_no_path():
    """A picture in base64 may begin with a slash; it is longer than any path. Separators are none either."""
    assert policy.why("/9j/4AAQSkZJRg" * 1000, name="image") is None
    assert policy.why("data:image/png;base64,iVBORw0KGgo=", name="image") is None
    for separator in ("/", "//", "/ ", "/*", "\\n"):
        assert policy.why(separator, name="separator") is None


def test_addresses_of_the_web_keep_their_encoding():
    """An input for a picture's address may hold %2F; it names no file here."""
    assert policy.why("https://example.org/a%2Fb.png?x=%5c", name="image_url") is None


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ("a/b", False),
        ("/data/own/x", False),
        ("../x", True),
        ("a\\..\\b", True),
        ("a\0", True),
        ("~/x", True),
        ("~root/x", True),
        ("~ about", False),
        ("file:///x", True),
        ("prose\n../x", False),
    ],
)
def test_over_a_link_only_what_can_never_be_meant_is_refused(value, refused):
    """Strings made by nodes may be absolute (the disk says where that is), but they neither climb nor go home."""
    assert (policy.why_linked(value) is not None) is refused


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda child: st.lists(child) | st.dictionaries(st.text(), child)
    )
)
def test_every_string_of_a_value_is_looked_at(value):
    """However deep a string is, also as the name of a member, it is found."""
    found = list(policy.strings(value))
    written = json.dumps(value)
    assert all(json.dumps(each) in written for each in found)
    assert bool(found) == ('"' in written)
