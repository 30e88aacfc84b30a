"""Nodes and routes with which the tests look into a running ComfyUI."""

import asyncio
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import comfy.utils
import folder_paths
import torch
from aiohttp import web
from PIL import Image
from server import PromptServer

LOADS: list[str] = []
_POOL = ThreadPoolExecutor(1)


def _inputs(**required):
    return classmethod(lambda cls: {"required": dict(required)})


class _Node:
    CATEGORY = "tests"
    FUNCTION = "go"
    RETURN_TYPES = ("IMAGE",)


def _picture(value):
    return torch.full((1, 16, 16, 3), value % 255 / 255.0)


class Loader(_Node):
    """Gives a model and notes that it was loaded."""

    INPUT_TYPES = _inputs(name=("STRING", {"default": ""}))
    RETURN_TYPES = ("MODEL",)

    def go(self, name):
        LOADS.append(name)
        return (f"model {name}",)


class FolderLoader(_Node):
    """Gives a model from a file of the owner's."""

    INPUT_TYPES = _inputs(name=("STRING", {"default": ""}))
    RETURN_TYPES = ("MODEL",)

    def go(self, name):
        LOADS.append(f"folder {name}")
        return (Path(folder_paths.get_input_directory(), name).read_text(),)


class Use(_Node):
    """Makes a picture of a model."""

    INPUT_TYPES = _inputs(model=("MODEL",), seed=("INT", {"default": 0}))

    def go(self, model, seed):
        return (_picture(seed + len(model)),)


class Write(_Node):
    """Writes what it gets into the output folder: from the node, a plain thread and a pool."""

    INPUT_TYPES = _inputs(model=("MODEL",), name=("STRING", {"default": "x"}))
    OUTPUT_NODE = True
    RETURN_TYPES = ()

    def go(self, model, name):
        def write(how):
            Path(folder_paths.get_output_directory(), f"{name}-{how}.txt").write_text(model)

        write("node")
        thread = threading.Thread(target=write, args=("thread",))
        thread.start()
        thread.join()
        _POOL.submit(write, "pool").result()
        return ()


class Text(_Node):
    """Gives a text."""

    INPUT_TYPES = _inputs(text=("STRING", {"multiline": True}))
    RETURN_TYPES = ("STRING",)

    def go(self, text):
        return (text,)


class Spell(_Node):
    """Gives a text that its input does not show."""

    INPUT_TYPES = _inputs(codes=("STRING", {"default": ""}))
    RETURN_TYPES = ("STRING",)

    def go(self, codes):
        return ("".join(chr(int(code)) for code in codes.split()),)


class Dataset(_Node):
    """Joins a folder's name unchecked, as nodes for data sets do."""

    INPUT_TYPES = _inputs(folder_name=("STRING", {"default": "x"}), remarks=("STRING", {"default": ""}))
    OUTPUT_NODE = True
    RETURN_TYPES = ()

    def go(self, folder_name, remarks):
        folder = Path(folder_paths.get_output_directory(), folder_name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "data.txt").write_text(remarks)
        return ()


class Slow(_Node):
    """Takes its time, with progress and previews."""

    INPUT_TYPES = _inputs(image=("IMAGE",), steps=("INT", {"default": 1}), tag=("STRING", {"default": ""}))

    def go(self, image, steps, tag):
        progress = comfy.utils.ProgressBar(steps)
        for step in range(steps):
            time.sleep(0.02)
            preview = ("JPEG", Image.new("RGB", (16, 16), (step % 255, 0, 0)), 16)
            progress.update_absolute(step + 1, steps, preview)
        return (image,)


class Say(_Node):
    """Sends a message to everybody, which is what packs do when they do not know better."""

    INPUT_TYPES = _inputs(image=("IMAGE",), words=("STRING", {"default": ""}))

    def go(self, image, words):
        PromptServer.instance.send_sync("studio.tests", {"words": words})
        thread = threading.Thread(
            target=PromptServer.instance.send_sync, args=("studio.tests", {"words": f"{words} from a thread"})
        )
        thread.start()
        thread.join()
        return (image,)


class Again(_Node):
    """Queues the prompt once more from inside, as batch managers do."""

    INPUT_TYPES = _inputs(image=("IMAGE",), rounds=("INT", {"default": 1}))

    def go(self, image, rounds):
        server = PromptServer.instance
        item = next(iter(server.prompt_queue.currently_running.values()))
        if rounds:
            prompt = {key: {**node, "inputs": dict(node["inputs"])} for key, node in item[2].items()}
            for node in prompt.values():
                if node["class_type"] == "StudioTestsAgain":
                    node["inputs"]["rounds"] = rounds - 1
            server.prompt_queue.put((-server.number, str(uuid.uuid4()), prompt, item[3], item[4], *item[5:]))
        return (image,)


async def _loads(_request):
    return web.json_response(LOADS)


async def _where(_request):
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(None, folder_paths.get_output_directory)
    return web.json_response({"here": folder_paths.get_output_directory(), "executor": found})


async def _first(request, handler):
    response = await handler(request)
    response.headers["X-Tests"] = "seen"
    return response


PromptServer.instance.routes.get("/studio_tests/loads")(_loads)
PromptServer.instance.routes.get("/studio_tests/where")(_where)
PromptServer.instance.app.middlewares.insert(0, web.middleware(_first))

_NODES = (Loader, FolderLoader, Use, Write, Text, Spell, Dataset, Slow, Say, Again)
NODE_CLASS_MAPPINGS = {f"StudioTests{node.__name__}": node for node in _NODES}
