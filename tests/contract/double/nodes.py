"""The nodes that need no model: what each asks for, and what it does."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .png import Picture, UnidentifiedImageError, decode, encode

__all__ = ["NODES", "Folders", "Node", "NodeError", "inside"]

_SIDE: dict[str, Any] = {"default": 512, "min": 1, "max": 16384, "step": 1}


class NodeError(Exception):
    """A node failed; `kind` is the exception's type as the protocol names it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Folders:
    """Where pictures are kept, by the `type` that the protocol uses."""

    output: Path
    input: Path
    temp: Path

    def of(self, kind: str) -> Path | None:
        """The folder of a `type`; None for a type that does not exist."""
        return {"output": self.output, "input": self.input, "temp": self.temp}.get(kind)


def inside(folder: Path, path: Path) -> bool:
    """Say whether `path`, once its dots are resolved, lies in `folder` (links are followed by whoever opens it)."""
    return Path(os.path.normpath(path)).is_relative_to(folder)


@dataclass(frozen=True)
class Ran:
    """What a node gave: values for the nodes behind it, and what the page is told."""

    values: tuple[Any, ...] = ()
    ui: dict[str, Any] | None = None


@dataclass(frozen=True)
class Node:
    """One class of node. `required` maps an input to [type, options], as /object_info shows it."""

    name: str
    display_name: str
    required: dict[str, list[Any]]
    output: tuple[str, ...]
    is_output: bool
    run: Callable[[dict[str, Any], Folders, dict[str, Any]], Ran]
    description: str = ""
    hidden: dict[str, str] | None = None

    def info(self, folders: Folders) -> dict[str, Any]:
        """What /object_info says about it; LoadImage lists the input folder anew each time."""
        required = dict(self.required)
        if self.name == "LoadImage":
            names = sorted(path.name for path in folders.input.iterdir() if path.is_file())
            required["image"] = [names, {"image_upload": True}]
        inputs: dict[str, Any] = {"required": required} | ({"hidden": self.hidden} if self.hidden else {})
        return {
            "input": inputs,
            "input_order": {group: list(members) for group, members in inputs.items()},
            "output": list(self.output),
            "output_is_list": [False] * len(self.output),
            "output_name": list(self.output),
            "name": self.name,
            "display_name": self.display_name,
            "description": self.description,
            "python_module": "nodes",
            "category": "image",
            "output_node": self.is_output,
        }


def _empty(inputs: dict[str, Any], _folders: Folders, _prompt: dict[str, Any]) -> Ran:
    width, height = inputs["width"], inputs["height"]
    picture = Picture(width, height, inputs["color"].to_bytes(3) * (width * height))
    return Ran(([picture] * inputs["batch_size"],))


def _load(inputs: dict[str, Any], folders: Folders, _prompt: dict[str, Any]) -> Ran:
    path = folders.input / inputs["image"]
    try:
        picture = decode(path.read_bytes())
    except UnidentifiedImageError:
        raise NodeError("PIL.UnidentifiedImageError", f"cannot identify image file '{path}'") from None
    return Ran(([picture], None))


def _save(inputs: dict[str, Any], folders: Folders, prompt: dict[str, Any]) -> Ran:
    prefix = Path(os.path.normpath(inputs["filename_prefix"]))
    subfolder, name = "" if prefix.parent == Path() else str(prefix.parent), prefix.name
    folder = folders.output / subfolder
    if not inside(folders.output, folder):
        raise NodeError("Exception", "**** ERROR: Saving image outside the output folder is not allowed.")
    folder.mkdir(parents=True, exist_ok=True)
    taken = [path.name[len(name) + 1 :].split("_")[0] for path in folder.glob(f"{name}_*")]
    first = max((int(number) for number in taken if number.isdigit()), default=0) + 1
    made = []
    for number, picture in enumerate(inputs["images"], first):
        path = folder / f"{name}_{number:05}_.png"
        path.write_bytes(encode(picture, {"prompt": json.dumps(prompt)}))
        made.append({"filename": path.name, "subfolder": subfolder, "type": "output"})
    return Ran(ui={"images": made})


_ALL = (
    Node(
        "EmptyImage",
        "EmptyImage",
        {
            "width": ["INT", _SIDE],
            "height": ["INT", _SIDE],
            "batch_size": ["INT", {"default": 1, "min": 1, "max": 4096}],
            "color": ["INT", {"default": 0, "min": 0, "max": 0xFFFFFF, "step": 1, "display": "color"}],
        },
        ("IMAGE",),
        is_output=False,
        run=_empty,
    ),
    Node("LoadImage", "Load Image", {"image": [[], {"image_upload": True}]}, ("IMAGE", "MASK"), False, _load),
    Node(
        "SaveImage",
        "Save Image",
        {
            "images": ["IMAGE", {"tooltip": "What is saved."}],
            "filename_prefix": ["STRING", {"default": "ComfyUI", "tooltip": "How the file's name begins."}],
        },
        (),
        is_output=True,
        run=_save,
        description="Saves pictures to the output folder.",
        hidden={"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO"},
    ),
)
NODES: dict[str, Node] = {node.name: node for node in _ALL}
