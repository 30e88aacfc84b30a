"""Nodes for tests, for the double and for a real ComfyUI alike: they only use what node packs may use.

An IMAGE is passed on as it is, never looked into.
"""

import threading
import time
from pathlib import Path

import comfy.model_management
import comfy.utils
import folder_paths
import nodes
from aiohttp import web
from PIL import Image
from server import PromptServer

WEB_DIRECTORY = "./scripts"


class _Text:
    """Shared by nodes that end a workflow with words for the page."""

    RETURN_TYPES = ()
    FUNCTION = "run"
    OUTPUT_NODE = True
    CATEGORY = "tests"

    @staticmethod
    def said(*words):
        return {"ui": {"text": list(words)}}


class StudioSlow:
    """Takes its time in steps, each with progress, some with a preview; can be interrupted at every step."""

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"
    CATEGORY = "tests"

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "image": ("IMAGE",),
                "seconds": ("FLOAT", {"default": 1.0, "min": 0.0, "max": 600.0}),
                "steps": ("INT", {"default": 5, "min": 1, "max": 10000}),
                "previews": ("BOOLEAN", {"default": True}),
                "side": ("INT", {"default": 32, "min": 1, "max": 4096}),
            },
            "optional": {"tag": ("STRING", {"default": ""})},
        }

    def run(self, image, seconds, steps, previews, side, tag=""):
        bar = comfy.utils.ProgressBar(steps)
        for step in range(steps):
            time.sleep(seconds / steps)
            comfy.model_management.throw_exception_if_processing_interrupted()
            shown = Image.new("RGB", (side, side), (step * 255 // steps, 0, 0)) if previews else None
            bar.update_absolute(step + 1, steps, ("JPEG", shown, None) if previews else None)
        return (image,)


class StudioLoader:
    """A loader of models as the cache sees it: no links in, a MODEL out. Counts how often it ran."""

    RETURN_TYPES = ("MODEL",)
    FUNCTION = "run"
    CATEGORY = "tests"
    ran = 0

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "model"})}}

    def run(self, name):
        StudioLoader.ran += 1
        return (f"{name} {StudioLoader.ran}",)


class StudioModelName(_Text):
    """Says which load of a model it was given."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"model": ("MODEL",), "tag": ("STRING", {"default": ""})}}

    def run(self, model, tag):
        return self.said(model)


class StudioFolders(_Text):
    """Says where output, input, temp and user are: in the node's thread and in a thread of its own."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"tag": ("STRING", {"default": ""})}}

    @staticmethod
    def _folders():
        kinds = ("output", "input", "temp", "user")
        return [getattr(folder_paths, f"get_{kind}_directory")() for kind in kinds]

    def run(self, tag):
        other = []
        thread = threading.Thread(target=lambda: other.extend(self._folders()))
        thread.start()
        thread.join()
        return self.said(*self._folders(), *other)


class StudioWrite(_Text):
    """Writes where it is told, below the output folder, as nodes that check nothing do."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"folder_name": ("STRING", {"default": "x"}), "words": ("STRING", {"default": ""})}}

    def run(self, folder_name, words):
        path = Path(folder_paths.get_output_directory(), folder_name, "words.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)
        return self.said(str(path))


class StudioFails(_Text):
    """Throws."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"words": ("STRING", {"default": "It failed on purpose"})}}

    def run(self, words):
        raise RuntimeError(words)


class StudioTells(_Text):
    """Sends an event of its own to whoever asked for the workflow (`sid` None), and words on the way."""

    @classmethod
    def INPUT_TYPES(cls):
        hidden = {"unique_id": "UNIQUE_ID"}
        return {"required": {"words": ("STRING", {"default": "hello"})}, "hidden": hidden}

    def run(self, words, unique_id):
        server = PromptServer.instance
        server.send_sync("studio.told", {"words": words})
        server.send_progress_text(words, unique_id, server.client_id)
        return self.said(words)


class StudioAgain(_Text):
    """Queues its own workflow again under an id of its own, as batch managers do, until `times` is used up."""

    @classmethod
    def INPUT_TYPES(cls):
        hidden = {"prompt": "PROMPT", "unique_id": "UNIQUE_ID"}
        return {"required": {"times": ("INT", {"default": 1, "min": 0, "max": 100})}, "hidden": hidden}

    def run(self, times, prompt, unique_id):
        if times:
            server = PromptServer.instance
            running, _ = server.prompt_queue.get_current_queue()
            item = list(running[0])
            item[0] = -server.number
            server.number += 1
            item[1] = f"{item[1][:24]}{server.number:012x}"
            item[2] = {**prompt, unique_id: {**prompt[unique_id], "inputs": {"times": times - 1}}}
            server.prompt_queue.put(tuple(item))
        return self.said(str(times))


_ALL = (StudioSlow, StudioLoader, StudioModelName, StudioFolders, StudioWrite, StudioFails, StudioTells, StudioAgain)
NODE_CLASS_MAPPINGS = {node.__name__: node for node in _ALL}
NODE_DISPLAY_NAME_MAPPINGS = {"StudioSlow": "Slow"}
assert nodes.NODE_CLASS_MAPPINGS, "the nodes of ComfyUI are there before those of packs"


@PromptServer.instance.routes.get("/studio_test_nodes/routes")
async def routes(request):
    """Every route of this server, its own left out: method and path, a folder of files as {static}."""
    found = set()
    for route in PromptServer.instance.app.router.routes():
        canonical = route.resource.canonical if route.resource else ""
        if isinstance(route.resource, web.StaticResource):
            canonical = canonical.rstrip("/") + "/{static}"
        found.add(f"{route.method} {canonical}")
    return web.json_response(sorted(route for route in found if "studio_test_nodes" not in route))
