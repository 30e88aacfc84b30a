"""Nodes of known cost, for the benchmark's ComfyUI on both sides: a pause, events that carry the time, a model."""

import json
import os
import time
from pathlib import Path

import torch
from server import PromptServer

LOADS = Path(os.environ.get("HOME", "/tmp")) / "benchmark-loads.json"


class BenchPause:
    """Takes `seconds`, as a sampler would; `tag` keeps its result from being used again."""

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 the name that ComfyUI looks for
        return {"required": {"seconds": ("FLOAT", {"default": 0.2}), "tag": ("STRING", {"default": ""})}}

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"
    CATEGORY = "benchmark"

    def run(self, seconds, tag):
        del tag
        time.sleep(seconds)
        return (torch.zeros((1, 64, 64, 3)),)


class BenchEvents:
    """Sends `count` events at a sampler's pace, each with the time at which it left."""

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 the name that ComfyUI looks for
        return {"required": {"count": ("INT", {"default": 100}), "tag": ("STRING", {"default": ""})}}

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"
    CATEGORY = "benchmark"

    def run(self, count, tag):
        server = PromptServer.instance
        for step in range(count):
            server.send_sync("bench", {"tag": tag, "step": step, "left": time.time()}, server.client_id)
            time.sleep(0.01)
        return (torch.zeros((1, 64, 64, 3)),)


class BenchModel:
    """Loads a model, and counts how often."""

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 the name that ComfyUI looks for
        return {"required": {"name": ("STRING", {"default": ""})}}

    RETURN_TYPES = ("MODEL",)
    FUNCTION = "run"
    CATEGORY = "benchmark"

    def run(self, name):
        loads = json.loads(LOADS.read_text()) if LOADS.exists() else {}
        loads[name] = loads.get(name, 0) + 1
        LOADS.write_text(json.dumps(loads))
        return (name,)


class BenchSample:
    """Uses a model."""

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 the name that ComfyUI looks for
        return {"required": {"model": ("MODEL",), "tag": ("STRING", {"default": ""})}}

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"
    CATEGORY = "benchmark"

    def run(self, model, tag):
        del model, tag
        return (torch.zeros((1, 64, 64, 3)),)


NODE_CLASS_MAPPINGS = {each.__name__: each for each in (BenchPause, BenchEvents, BenchModel, BenchSample)}
