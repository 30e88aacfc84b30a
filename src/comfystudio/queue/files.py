"""The files that a prompt made, out of ComfyUI's account of its outputs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["MOST", "Made", "made_by"]

PLACES = ("output", "temp", "input")
MOST = 10_000
LONGEST = 4096


@dataclass(frozen=True)
class Made:
    """A file: `path` is relative to its owner's folder for `place`, with `/` between its parts."""

    place: str
    path: str


def made_by(outputs: Any) -> list[Made]:
    """Each file that `outputs` names, once, in their order; what names none, or one outside its folder, is left out.

    `outputs` are ComfyUI's, by node: lists (images, gifs, audio, video, …) of filename, subfolder and type.
    """
    found: dict[Made, None] = {}
    for each in _entries(outputs):
        made = _made(each)
        if made is not None:
            found[made] = None
        if len(found) >= MOST:
            break
    return list(found)


def _entries(outputs: Any) -> Iterator[dict[str, Any]]:
    for node in outputs.values() if isinstance(outputs, dict) else ():
        for listed in node.values() if isinstance(node, dict) else ():
            for each in listed if isinstance(listed, list) else ():
                if isinstance(each, dict):
                    yield each


def _made(entry: dict[str, Any]) -> Made | None:
    name, folder, place = entry.get("filename"), entry.get("subfolder", ""), entry.get("type")
    if not isinstance(name, str) or not isinstance(folder, str) or place not in PLACES or not name:
        return None
    parts = [part for part in f"{folder}/{name}".replace("\\", "/").split("/") if part not in {"", "."}]
    path = "/".join(parts)
    if not parts or ".." in parts or "\0" in path or len(path) > LONGEST or folder.startswith("/"):
        return None
    try:
        path.encode()
    except UnicodeEncodeError:
        return None
    return Made(place, path)
