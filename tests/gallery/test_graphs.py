"""Workflows that somebody else wrote, read with care."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from comfystudio.gallery.graphs import DEEPEST, drawn_in, value_of


def nested(depth: int) -> str:
    """Lists in lists."""
    return "[" * depth + "]" * depth


def test_what_is_json_is_read_and_nothing_else() -> None:
    """A workflow comes back as it is; broken text, no text and endless nesting are nothing."""
    assert value_of('{"1": {"inputs": {"seed": 18446744073709551615}}}') == {"1": {"inputs": {"seed": 2**64 - 1}}}
    for text in (None, "", "{", "workflow", nested(DEEPEST + 1), nested(100_000), '{"a":' * 50_000):
        assert value_of(text) is None
    assert value_of(nested(DEEPEST)) is not None


def test_the_drawn_workflow_is_found_in_what_the_page_sent() -> None:
    """Under extra_pnginfo; None where it is not there or not of that shape."""
    assert drawn_in('{"extra_pnginfo": {"workflow": {"nodes": []}}}') == {"nodes": []}
    for extra in ("{}", "[]", "x", '{"extra_pnginfo": []}', '{"extra_pnginfo": {}}', '{"extra_pnginfo": null}'):
        assert drawn_in(extra) is None


@settings(max_examples=30, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_json_survives(value: object) -> None:
    """What nests as workflows do comes back unchanged."""
    assert value_of(json.dumps(value)) == value
