"""Values as JSON text and back."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comfystudio.queue import texts

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=20) | st.dictionaries(st.text(max_size=3), inside, max_size=20),
    max_leaves=30,
)


@settings(deadline=None)
@given(VALUES)
def test_text_says_what_the_value_is(value: object) -> None:
    """Whatever was sent comes back the same, kept or not, in the very letters that json.dumps uses."""
    text = texts.written(value)
    assert text == json.dumps(value)
    assert texts.read(texts.kept(text)) == text


def test_long_texts_are_kept_small() -> None:
    """A workflow of ordinary size takes a fraction of its length."""
    text = texts.written([{"id": number, "type": "KSampler", "pos": [number, 2]} for number in range(1000)])
    assert len(texts.kept(text)) < len(text) / 5
    assert texts.read(texts.kept(text)) == text


@pytest.mark.parametrize("wrong", [float("nan"), float("-inf")])
def test_numbers_without_end_are_refused_or_left_out(wrong: float) -> None:
    """JSON has no word for them: of what is sent they are a mistake, in what is told they become null."""
    with pytest.raises(ValueError, match="Out of range"):
        texts.written({"a": [wrong]})
    assert texts.told({"a": [wrong, 1]}) == '{"a": [null, 1]}'


LARGE: dict[str, Callable[[], Any]] = {
    "many nodes": lambda: {str(n): {"inputs": {"text": "x" * 480, "link": ["1", 0]}} for n in range(50_000)},
    "few large nodes": lambda: {str(n): {"inputs": {"text": "é" * 80_000}} for n in range(100)},
    "one long text": lambda: {"1": {"inputs": {"text": "x" * 50_000_000}}},
    "one long list": lambda: {"extra_pnginfo": {"workflow": {"nodes": [[1.5] * 1_000_000]}}},
}


@pytest.mark.parametrize("shape", LARGE)
def test_a_large_workflow_lets_others_work_meanwhile(shape: str) -> None:
    """While a thread writes tens of megabytes as text, another one has its turn again and again."""
    workflow = LARGE[shape]()
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(len(texts.written(workflow))))
    thread.start()
    turns = 0
    while thread.is_alive():
        time.sleep(0)
        turns += 1
    assert done
    assert turns >= 5
