"""Small workflows of ComfyUI's own nodes, none of which needs a model, and a picture to upload."""

import struct
import zlib
from typing import Any

__all__ = [
    "DATASET",
    "FIRST_OF_DATASET",
    "dataset",
    "long",
    "picture",
    "playing",
    "previewing",
    "reading",
    "saving",
    "saving_linked",
    "showing",
]

DATASET = "SaveImageDataSetToFolder"
FIRST_OF_DATASET = "image_00000.png"


def picture(color: int) -> bytes:
    """A PNG of 8 by 8 pixels."""
    row = b"\0" + color.to_bytes(3, "big") * 8
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * 8)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _empty(color: int) -> dict[str, Any]:
    return {"class_type": "EmptyImage", "inputs": {"width": 16, "height": 16, "batch_size": 1, "color": color}}


def saving(prefix: str, color: int) -> dict[str, Any]:
    """Saves a picture under `prefix`."""
    save = {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": prefix}}
    return {"1": _empty(color), "2": save}


def saving_linked(prefix: str, color: int) -> dict[str, Any]:
    """The same, with a prefix that arrives over a link."""
    graph = saving(prefix, color)
    graph["2"]["inputs"]["filename_prefix"] = ["3", 0]
    return graph | {"3": {"class_type": "PrimitiveString", "inputs": {"value": prefix}}}


def dataset(color: int) -> dict[str, Any]:
    """Writes a picture to `FIRST_OF_DATASET` in the outputs, whatever is there."""
    inputs = {"images": ["1", 0], "folder_name": ".", "filename_prefix": "image", "mode": "overwrite"}
    return {"1": _empty(color), "2": {"class_type": DATASET, "inputs": inputs}}


def previewing(color: int) -> dict[str, Any]:
    """Shows a picture from the folder for previews."""
    return {"1": _empty(color), "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}


def showing(color: int) -> dict[str, Any]:
    """Sends a picture to the page itself."""
    return {"1": _empty(color), "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}}


def reading(name: str) -> dict[str, Any]:
    """Loads the picture `name` and shows it."""
    load = {"class_type": "LoadImage", "inputs": {"image": name}}
    return {"1": load, "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}


def playing(name: str) -> dict[str, Any]:
    """Loads the video `name` and says what it is."""
    load = {"class_type": "LoadVideo", "inputs": {"file": name}}
    return {"1": load, "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}}}


def long(steps: int, color: int) -> dict[str, Any]:
    """Takes a while, in `steps` nodes between which it can be interrupted."""
    graph: dict[str, Any] = {"0": _empty(color)}
    for step in range(1, steps + 1):
        size = 768 if step % 2 else 16
        scale = {
            "image": [str(step - 1), 0],
            "upscale_method": "lanczos",
            "width": size,
            "height": size,
            "crop": "disabled",
        }
        graph[str(step)] = {"class_type": "ImageScale", "inputs": scale}
    return graph | {"end": {"class_type": "PreviewImage", "inputs": {"images": [str(steps), 0]}}}
