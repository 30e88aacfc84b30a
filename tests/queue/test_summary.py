"""What a workflow is about, in a line."""

from hypothesis import given, settings
from hypothesis import strategies as st

from comfystudio.queue.summary import LONGEST, summary_of
from tests.queue.house import graph

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(("text", "positive", "negative", "prompt", "ckpt_name", "filename_prefix", "images"))
LINKS = st.tuples(st.sampled_from("1234"), st.integers(0, 1)).map(list)
NODES = st.fixed_dictionaries(
    {"class_type": st.sampled_from(("CLIPTextEncode", "KSampler", "PrimitiveString", "SaveImage"))},
    optional={"inputs": st.dictionaries(NAMES, LINKS | st.text(max_size=900), max_size=5)},
)


def test_it_says_what_is_wanted_with_which_model_and_where_it_is_saved() -> None:
    """What is unwanted is left out; a model is named without its folders."""
    assert summary_of(graph()) == "a cat · sdxl_base.safetensors · Studio/cat"


def test_what_goes_both_ways_is_wanted_too() -> None:
    """Sides are followed through nodes that have both, and a text that serves as either counts as wanted."""
    found = graph("a harbour")
    found["6"] = {"class_type": "ControlNetApplyAdvanced", "inputs": {"positive": ["2", 0], "negative": ["3", 0]}}
    found["4"]["inputs"] = {"positive": ["6", 0], "negative": ["6", 1]}
    assert summary_of(found).startswith("a harbour · sdxl")
    found["4"]["inputs"] = {"positive": ["3", 0], "negative": ["3", 0]}
    assert "blurry" in summary_of(found)


def test_texts_from_nodes_of_their_own_are_found() -> None:
    """A text that is typed into a primitive counts for the side it flows to."""
    found = graph()
    found["2"]["inputs"]["text"] = ["7", 0]
    found["3"]["inputs"]["text"] = ["8", 0]
    found["7"] = {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "two\n  harbours"}}
    found["8"] = {"class_type": "PrimitiveString", "inputs": {"value": "watermark"}}
    assert summary_of(found) == "two harbours · sdxl_base.safetensors · Studio/cat"


def test_a_long_text_leaves_room_for_names() -> None:
    """Models and prefixes can be searched for however long the text is."""
    assert summary_of(graph("cat " * 10_000)).endswith("cat · sdxl_base.safetensors · Studio/cat")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("1234"), NODES) | JSON)
def test_any_workflow_has_one(value: object) -> None:
    """Whatever was sent, the line is short, on one line, can be stored, and is the same each time."""
    found = summary_of(value)
    assert len(found) <= LONGEST
    assert found.isprintable()
    assert found.encode().decode() == found
    assert found == summary_of(value)
