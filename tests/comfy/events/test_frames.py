"""What comes over the channel is read exactly, and nonsense is refused in one way."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.comfy.events.frames import (
    Ended,
    Frame,
    Hello,
    Queued,
    Told,
    is_preview,
    plain_preview,
    read_binary,
    read_text,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=4)
IDS = st.text(min_size=1, max_size=40)
OWNERS = st.integers(-(2**63), 2**63)


def binary(header: object, frame: bytes) -> bytes:
    """A BINARY message."""
    text = json.dumps(header).encode()
    return struct.pack(">I", len(text)) + text + frame


def with_metadata(metadata: bytes, picture: bytes) -> bytes:
    """A frame of type 4."""
    return struct.pack(">II", 4, len(metadata)) + metadata + picture


@given(OWNERS, st.none() | IDS, st.text(), JSON)
def test_messages_pass_as_they_came(owner: int, prompt_id: str | None, kind: str, data: object) -> None:
    """Whatever ComfyUI says to a page arrives unchanged, with its owner."""
    message = {"type": kind, "data": data}
    text = json.dumps({"owner": owner, "prompt_id": prompt_id, "message": message})
    assert read_text(text) == Told(owner, prompt_id, message)


@given(IDS, OWNERS, OBJECTS, st.none() | OBJECTS, st.none() | OBJECTS)
def test_ends_pass_as_they_came(
    prompt_id: str, owner: int, outputs: dict[str, object], status: object, meta: object
) -> None:
    """What a prompt made and how it ended arrive unchanged."""
    result = {"prompt_id": prompt_id, "owner": owner, "outputs": outputs, "status": status, "meta": meta}
    assert read_text(json.dumps({"result": result})) == Ended(prompt_id, owner, outputs, status, meta)  # type: ignore[arg-type]


def test_the_others_are_read_too() -> None:
    """The greeting, with prompts of the studio itself that have no owner, and what ComfyUI queues by itself."""
    hello = {"running": [{"id": "a", "owner": 3}], "pending": [{"id": "b", "owner": None}]}
    assert read_text(json.dumps({"hello": hello})) == Hello({"a": 3}, {"b": 0})
    queued = {"prompt_id": "c", "owner": 4, "prompt": {"1": {}}, "extra_data": {"x": 1}, "outputs": ["9", 8]}
    assert read_text(json.dumps({"queued": queued})) == Queued("c", 4, {"1": {}}, {"x": 1}, ("9", "8"))


@given(JSON | st.fixed_dictionaries({"hello": JSON}) | st.fixed_dictionaries({"result": JSON, "owner": JSON}))
def test_other_json_is_no_event(found: object) -> None:
    """Any JSON is read or refused with ValueError, never with anything else."""
    try:
        read_text(json.dumps(found))
    except ValueError:
        return


@given(st.text())
def test_other_text_is_no_event(text: str) -> None:
    """Any text is read or refused with ValueError."""
    try:
        read_text(text)
    except ValueError:
        return


@given(OWNERS, st.none() | IDS, st.binary(min_size=4))
def test_binary_frames_pass_as_they_came(owner: int, prompt_id: str | None, frame: bytes) -> None:
    """A frame arrives byte for byte, with its owner."""
    assert read_binary(binary({"owner": owner, "prompt_id": prompt_id}, frame)) == Frame(owner, prompt_id, frame)


@given(st.binary() | st.builds(binary, JSON, st.binary()))
def test_other_bytes_are_no_frame(data: bytes) -> None:
    """Any bytes are read or refused with ValueError."""
    try:
        read_binary(data)
    except ValueError:
        return


@given(st.binary())
def test_any_frame_can_be_made_plain(frame: bytes) -> None:
    """No frame is too odd; what is no preview with metadata stays as it is, and twice is as good as once."""
    found = plain_preview(frame)
    assert found == frame or struct.unpack_from(">I", found) == (1,)
    assert plain_preview(found) == found


@pytest.mark.parametrize(("kind", "number"), [("image/png", 2), ("image/jpeg", 1), ("other", 1)])
def test_a_preview_without_its_metadata(kind: str, number: int) -> None:
    """Pages that do not know metadata get the older frame: type 1, the picture's type, the picture."""
    metadata = json.dumps({"image_type": kind, "node_id": "3"}).encode()
    assert plain_preview(with_metadata(metadata, b"picture")) == struct.pack(">II", 1, number) + b"picture"
    assert plain_preview(with_metadata(b"[]", b"picture")) == struct.pack(">II", 1, 1) + b"picture"
    assert plain_preview(with_metadata(b"\xff", b"picture")) == struct.pack(">II", 1, 1) + b"picture"


def test_text_frames_are_no_previews() -> None:
    """Type 3 is text: it must not give way to a newer one."""
    assert not is_preview(struct.pack(">I", 3) + b"text")
    assert not is_preview(b"")
    assert all(is_preview(struct.pack(">I", kind)) for kind in (1, 2, 4))


@pytest.mark.parametrize(("kind", "number", "preview"), [("image/png", 2, False), ("image/jpeg", 1, True)])
def test_finished_pictures_are_no_previews(kind: str, number: int, preview: bool) -> None:
    """Nodes send what they made as PNG in frames like those of previews: each of them is wanted."""
    metadata = json.dumps({"image_type": kind, "node_id": "3"}).encode()
    assert is_preview(with_metadata(metadata, b"picture")) is preview
    assert is_preview(struct.pack(">II", 1, number) + b"picture") is preview
