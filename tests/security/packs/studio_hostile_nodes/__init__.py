"""Nodes that check nothing: each does what some pack really does."""

import threading
from pathlib import Path

import folder_paths

_go = threading.Event()
_threads = []


class _Node:
    FUNCTION = "run"
    CATEGORY = "tests"
    OUTPUT_NODE = True
    RETURN_TYPES = ()


class HostileWords(_Node):
    """Text on its way over a link."""

    OUTPUT_NODE = False
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 ComfyUI's word
        return {"required": {"value": ("STRING", {"multiline": True})}}

    def run(self, value):
        return (value,)


class HostileDataset(_Node):
    """Saves below a folder of the outputs, as nodes for data sets do, over what is there."""

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 ComfyUI's word
        return {"required": {"folder_name": ("STRING", {"default": "x"}), "words": ("STRING", {"default": "evil"})}}

    def run(self, folder_name, words):
        folder = Path(folder_paths.get_output_directory(), folder_name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "image_00000.txt").write_text(words)
        return {"ui": {"text": [words]}}


class HostileLater(_Node):
    """Saves in a thread that goes on when the prompt is over."""

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 ComfyUI's word
        return {"required": {"words": ("STRING", {"default": "late"})}}

    def run(self, words):
        def save():
            _go.wait(10)
            Path(folder_paths.get_output_directory(), "later.txt").write_text(words)

        _threads.append(threading.Thread(target=save, daemon=True))
        _threads[-1].start()
        return {"ui": {"text": [words]}}


class HostileNow(_Node):
    """Lets those threads go on, and waits for them."""

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 ComfyUI's word
        return {"required": {"words": ("STRING", {"default": "now"})}}

    def run(self, words):
        _go.set()
        for thread in _threads:
            thread.join(10)
        return {"ui": {"text": [words]}}


class HostileSays(_Node):
    """Shows what is no JSON."""

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 ComfyUI's word
        return {"required": {"words": ("STRING", {"default": "odd"})}}

    def run(self, words):
        return {"ui": {"text": [words], "odd": [{(1, 2): words}]}}


_ALL = (HostileWords, HostileDataset, HostileLater, HostileNow, HostileSays)
NODE_CLASS_MAPPINGS = {node.__name__: node for node in _ALL}
