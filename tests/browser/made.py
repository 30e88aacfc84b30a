"""Files such as artists make: pictures with the workflow that made them, a few an hour, over days."""

import json
import os
import time
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

__all__ = ["GRAPH", "PROMPT", "SEED", "fill", "picture"]

PROMPT, SEED = "A harbour at dusk, long exposure, 木の船", 884_201_377
GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": SEED,
            "steps": 28,
            "cfg": 3.5,
            "sampler_name": "euler",
            "scheduler": "simple",
            "positive": ["6", 0],
            "negative": ["7", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "flux/flux1-dev-fp8.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": PROMPT, "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
}
SHAPES = ((160, 200), (240, 135), (180, 180), (200, 150))
COLOURS = ("#7a4b3a", "#3f5f78", "#4d6440", "#735079", "#80612c", "#35686a")


def picture(path: Path, number: int = 0, *, ago: float = 0) -> Path:
    """A PNG at `path`, made `ago` seconds before now."""
    told = PngInfo()
    told.add_text("prompt", json.dumps(GRAPH))
    told.add_text("workflow", json.dumps({"nodes": [], "links": [], "version": 0.4}))
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", SHAPES[number % len(SHAPES)], COLOURS[number % len(COLOURS)])
    image.save(path, pnginfo=told)
    moment = time.time() - ago
    os.utime(path, (moment, moment))
    return path


def fill(folder: Path, count: int, *, each: float = 3600) -> list[str]:
    """`count` pictures in `folder`, each made `each` seconds before the one before it; their names, newest first."""
    sources = [picture(folder / f".source-{number}.png", number) for number in range(len(SHAPES))]
    names = []
    for number in range(count):
        path = folder / f"harbour_{number:05d}_.png"
        path.write_bytes(sources[number % len(sources)].read_bytes())
        moment = time.time() - 60 - number * each
        os.utime(path, (moment, moment))
        names.append(path.name)
    for source in sources:
        source.unlink()
    return names
