"""What the routes make of a path before they compare it."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.comfy.routes.paths import LONGEST, BadPath, read

NAMES = st.text(st.characters(exclude_characters="/\\", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
CLEAN = NAMES.filter(lambda name: name not in {".", ".."} and not re.search(r"%[0-9A-Fa-f]{2}", name))

REFUSED = [
    "/userdata/../x",
    "/userdata/%2e%2e/x",
    "/userdata/%2E./x",
    "/userdata/..%2fx",
    "/userdata/a%2F..%2Fb",
    "/userdata/a%2F%2Fb",
    "/userdata/%252e%252e",
    "/view%5c",
    "/view\\x",
    "/a%00b",
    "/a%0ab",
    "/a%7fb",
    "/a\tb",
    "/a b",
    "/ä",
    "/a%ff",
    "/a%c0%ae",
    "/a%4",
    "/a%zz",
    "//a",
    "/a//b",
    "/./a",
    "/" + "a" * LONGEST,
    "",
    "a",
    "http://elsewhere/a",
]


@pytest.mark.parametrize("raw", REFUSED)
def test_refused(raw: str):
    """What two servers could read differently, or what leads up, is no path."""
    with pytest.raises(BadPath):
        read(raw)


@given(st.lists(CLEAN, min_size=1, max_size=6), st.text("abc=&%/.", max_size=20))
def test_round(names: list[str], query: str):
    """Whatever names a path has, they come back as they are, and what is sent on says the same once more."""
    target = read("/" + "/".join(quote(name, safe="") for name in names) + "?" + query)
    given_names = names[1:] if names[0] == "api" and len(names) > 1 else names
    assert list(target.segments) == given_names
    assert target.api == (given_names is not names)
    assert target.query == query
    assert read(target.text) == target
    assert target.text.isascii()


@given(st.text(max_size=60))
def test_any_text(raw: str):
    """Any text is read or refused; nothing read has a way up, a control character or a backslash in it."""
    try:
        target = read(raw)
    except BadPath:
        return
    for segment in target.segments:
        assert segment not in {".", ".."}
        assert ".." not in segment.split("/")
        assert not re.search(r"[\x00-\x1f\x7f\\]", segment)


@given(st.text("%2efF5cC0/.", max_size=30))
def test_encodings(tail: str):
    """However encodings are piled up, nothing that is sent on decodes to a way up."""
    try:
        target = read(f"/userdata/{tail}")
    except BadPath:
        return
    assert not {".", ".."} & set("/".join(target.segments).split("/"))
    assert "%2E%2E" not in target.text.upper()


def test_one_parameter():
    """A slash that is written as %2F stays inside its segment, and goes on as it came."""
    target = read("/api/userdata/workflows%2Fa%20b.json?overwrite=true")
    assert target.segments == ("userdata", "workflows/a b.json")
    assert target.api
    assert target.text == "/api/userdata/workflows%2Fa%20b.json?overwrite=true"


def test_plain_in_disguise():
    """A letter that is encoded for no reason is compared and sent on as the letter."""
    target = read("/%66ree")
    assert target.segments == ("free",)
    assert target.text == "/free"
