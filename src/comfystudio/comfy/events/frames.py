"""What comes over the event channel, read; and preview frames as older pages want them. Pure functions.

TEXT: one JSON object with `owner` and `message`, or `result`, `queued` or `hello`.
BINARY: length of a JSON header (4 bytes, big endian), the header, then a frame as ComfyUI sends it to pages: type
(4 bytes) and payload. Types: 1 and 2 preview, 3 text, 4 preview with metadata before it.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Ended",
    "Frame",
    "Hello",
    "Queued",
    "Said",
    "Told",
    "is_preview",
    "plain_preview",
    "read_binary",
    "read_text",
]

PREVIEW, RAW_PREVIEW, TEXT, PREVIEW_WITH_METADATA = 1, 2, 3, 4
JPEG, PNG = 1, 2
_LENGTH = struct.Struct(">I")
_TWO = struct.Struct(">II")


@dataclass(frozen=True)
class Hello:
    """The first on a connection: owners by prompt id of what runs and what waits, in order."""

    running: Mapping[str, int]
    pending: Mapping[str, int]


@dataclass(frozen=True)
class Told:
    """One message for an owner's pages, in ComfyUI's own shape: `type` and `data`."""

    owner: int
    prompt_id: str | None
    message: Mapping[str, Any]


@dataclass(frozen=True)
class Ended:
    """A prompt's task is over. `status` is ComfyUI's, None where it gave none."""

    prompt_id: str
    owner: int
    outputs: Mapping[str, Any]
    status: Mapping[str, Any] | None
    meta: Mapping[str, Any] | None


@dataclass(frozen=True)
class Queued:
    """Code inside ComfyUI queued a prompt by itself, in the name of `owner`."""

    prompt_id: str
    owner: int
    graph: dict[str, Any]
    extra: dict[str, Any]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """A binary frame for an owner's pages."""

    owner: int
    prompt_id: str | None
    frame: bytes


Said = Hello | Told | Ended | Queued


def read_text(text: str) -> Said:
    """What a TEXT message says; ValueError where it is none of ours."""
    try:
        found = json.loads(text)
        if "message" in found:
            return Told(_number(found.get("owner")), _id(found.get("prompt_id")), _message(found["message"]))
        if "result" in found:
            return ended_of(found["result"])
        if "queued" in found:
            return _queued(found["queued"])
        hello = found["hello"]
        return Hello(_owners(hello["running"]), _owners(hello["pending"]))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an event: {type(error).__name__}: {error}") from None


def ended_of(result: Mapping[str, Any]) -> Ended:
    """A prompt's end from its `result`."""
    return Ended(
        str(result["prompt_id"]),
        _number(result["owner"]),
        result.get("outputs") or {},
        result.get("status"),
        result.get("meta"),
    )


def read_binary(data: bytes) -> Frame:
    """The frame in a BINARY message; ValueError where it is none of ours."""
    if len(data) < _LENGTH.size:
        raise ValueError("a binary event without a header")
    (length,) = _LENGTH.unpack_from(data)
    start = _LENGTH.size + length
    if start + _LENGTH.size > len(data):
        raise ValueError("a binary event shorter than its header says")
    try:
        header = json.loads(data[_LENGTH.size : start])
        return Frame(_number(header["owner"]), _id(header.get("prompt_id")), data[start:])
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a binary event: {type(error).__name__}: {error}") from None


def is_preview(frame: bytes) -> bool:
    """Whether a newer frame makes this one worthless. A PNG is no preview: nodes send finished pictures that way."""
    if len(frame) < _LENGTH.size:
        return False
    kind, picture = _TWO.unpack_from(plain_preview(frame).ljust(_TWO.size, b"\0"))
    if kind == PREVIEW_WITH_METADATA:
        return True
    return kind in {PREVIEW, RAW_PREVIEW} and picture != PNG


def plain_preview(frame: bytes) -> bytes:
    """`frame` without metadata, for pages that did not ask for it; any other frame as it is."""
    if len(frame) < _TWO.size:
        return frame
    kind, length = _TWO.unpack_from(frame)
    start = _TWO.size + length
    if kind != PREVIEW_WITH_METADATA or start > len(frame):
        return frame
    return _TWO.pack(PREVIEW, _picture_kind(frame[_TWO.size : start])) + frame[start:]


def _picture_kind(metadata: bytes) -> int:
    try:
        found = json.loads(metadata)
    except (ValueError, RecursionError):
        return JPEG
    return PNG if isinstance(found, dict) and found.get("image_type") == "image/png" else JPEG


def _queued(found: Mapping[str, Any]) -> Queued:
    targets = tuple(str(node) for node in found.get("outputs") or ())
    return Queued(
        str(found["prompt_id"]), _number(found["owner"]), found["prompt"], found.get("extra_data") or {}, targets
    )


def _message(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise TypeError("a message without a type")
    return found


def _number(found: Any) -> int:
    """An owner's number; 0, which is nobody's, for what the studio itself asked for."""
    if found is None:
        return 0
    if type(found) is not int:
        raise TypeError("an owner that is no number")
    return found


def _id(found: Any) -> str | None:
    return None if found is None else str(found)


def _owners(entries: Any) -> dict[str, int]:
    return {str(each["id"]): _number(each.get("owner")) for each in entries}
