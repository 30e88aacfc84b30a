"""The nodes, and the packs that bring more."""

import hashlib
import importlib.util
import json
import logging
import os
import random
import string
import sys
import time
import traceback
from pathlib import Path
from typing import Any, ClassVar

import folder_paths
from comfy.cli_args import args
from double_knobs import NEWER
from double_nodes import MODEL_NODES
from double_pictures import as_pillow, inverted, opened, scaled
from png import Picture, encode

from comfy import model_management

__all__ = [
    "EXTENSION_WEB_DIRS", "LOADED_MODULE_DIRS", "NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS",
    "before_node_execution", "init_external_custom_nodes", "init_extra_nodes", "interrupt_processing",
    "load_custom_node",
]  # fmt: skip

MAX_RESOLUTION = 16384
_SIDE: dict[str, Any] = {"default": 512, "min": 1, "max": MAX_RESOLUTION, "step": 1}
_SCALED: dict[str, Any] = {"default": 512, "min": 0, "max": MAX_RESOLUTION, "step": 1}
_ABOUT = {"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO"}


def before_node_execution() -> None:
    """End here if somebody asked for it."""
    model_management.throw_exception_if_processing_interrupted()


def interrupt_processing(value: bool = True) -> None:
    """Ask what runs to end (or take that back)."""
    model_management.interrupt_current_processing(value)


class EmptyImage:
    """One colour."""

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "generate"
    CATEGORY = "image"

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "width": ("INT", _SIDE),
                "height": ("INT", _SIDE),
                "batch_size": ("INT", {"default": 1, "min": 1, "max": 4096}),
                "color": ("INT", {"default": 0, "min": 0, "max": 0xFFFFFF, "step": 1, "display": "color"}),
            }
        }

    def generate(self, width, height, batch_size=1, color=0):
        return ([Picture(width, height, color.to_bytes(3) * (width * height))] * batch_size,)


class LoadImage:
    """A picture of the input folder."""

    RETURN_TYPES = ("IMAGE", "MASK")
    FUNCTION = "load_image"
    CATEGORY = "image"

    @classmethod
    def INPUT_TYPES(cls):
        folder = Path(folder_paths.get_input_directory())
        names = [path.name for path in folder.iterdir() if path.is_file()]
        names = sorted(folder_paths.filter_files_content_types(names, ["image"]))
        return {"required": {"image": (names, {"image_upload": True})}}

    def load_image(self, image):
        return ([opened(folder_paths.get_annotated_filepath(image))], None)

    @classmethod
    def IS_CHANGED(cls, image):
        return hashlib.sha256(Path(folder_paths.get_annotated_filepath(image)).read_bytes()).hexdigest()

    @classmethod
    def VALIDATE_INPUTS(cls, image):
        return folder_paths.exists_annotated_filepath(image) or f"Invalid image file: {image}"


class ImageScale:
    """Another size."""

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "upscale"
    CATEGORY = "image/upscaling"
    upscale_methods: ClassVar = ["nearest-exact", "bilinear", "area", "bicubic", "lanczos"]
    crop_methods: ClassVar = ["disabled", "center"]

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "image": ("IMAGE",),
                "upscale_method": (cls.upscale_methods,),
                "width": ("INT", _SCALED),
                "height": ("INT", _SCALED),
                "crop": (cls.crop_methods,),
            }
        }

    def upscale(self, image, upscale_method, width, height, crop):
        return ([scaled(picture, width, height) if width or height else picture for picture in image],)


class ImageInvert:
    """The negative."""

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "invert"
    CATEGORY = "image"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def invert(self, image):
        return ([inverted(picture) for picture in image],)


class SaveImage:
    """Pictures into the output folder. The folder is asked for once, as upstream: who keeps an object keeps it."""

    RETURN_TYPES = ("IMAGE",) if NEWER else ()
    FUNCTION = "save_images"
    OUTPUT_NODE = True
    CATEGORY = "image"
    DESCRIPTION = "Saves pictures to the output folder."

    def __init__(self) -> None:
        self.output_dir = folder_paths.get_output_directory()
        self.type = "output"
        self.prefix_append = ""

    @classmethod
    def INPUT_TYPES(cls):
        prefix = {"default": "ComfyUI", "tooltip": "How the file's name begins."}
        required = {"images": ("IMAGE", {"tooltip": "What is saved."}), "filename_prefix": ("STRING", prefix)}
        return {"required": required, "hidden": _ABOUT}

    def save_images(self, images, filename_prefix="ComfyUI", prompt=None, extra_pnginfo=None):
        folder, name, number, subfolder, _ = folder_paths.get_save_image_path(
            filename_prefix + self.prefix_append, self.output_dir, images[0].width, images[0].height
        )
        text = {} if prompt is None else {"prompt": json.dumps(prompt)}
        text |= {key: json.dumps(value) for key, value in (extra_pnginfo or {}).items()}
        made = []
        for batch, picture in enumerate(images):
            file = f"{name.replace('%batch_num%', str(batch))}_{number + batch:05}_.png"
            Path(folder, file).write_bytes(encode(picture, {} if args.disable_metadata else text))
            made.append({"filename": file, "subfolder": subfolder, "type": self.type})
        return {"ui": {"images": made}, "result": (images,)} if NEWER else {"ui": {"images": made}}


if NEWER:
    SaveImage.RETURN_NAMES = ("images",)


class PreviewImage(SaveImage):
    """Pictures into the folder for passing files."""

    DESCRIPTION = "Saves pictures to the folder for passing files."

    def __init__(self) -> None:
        self.output_dir = folder_paths.get_temp_directory()
        self.type = "temp"
        self.prefix_append = "_temp_" + "".join(random.choices(string.ascii_lowercase, k=5))

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"images": ("IMAGE",)}, "hidden": _ABOUT}


class SaveAnimatedWEBP:
    """Pictures as one that moves."""

    RETURN_TYPES = ()
    FUNCTION = "save_images"
    OUTPUT_NODE = True
    CATEGORY = "image/animation"
    methods: ClassVar = {"default": 4, "fastest": 0, "slowest": 6}

    def __init__(self) -> None:
        self.output_dir = folder_paths.get_output_directory()

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "images": ("IMAGE",),
                "filename_prefix": ("STRING", {"default": "ComfyUI"}),
                "fps": ("FLOAT", {"default": 6.0, "min": 0.01, "max": 1000.0, "step": 0.01}),
                "lossless": ("BOOLEAN", {"default": True}),
                "quality": ("INT", {"default": 80, "min": 0, "max": 100}),
                "method": (list(cls.methods),),
            },
            "hidden": _ABOUT,
        }

    def save_images(self, images, fps, filename_prefix, lossless, quality, method, prompt=None, extra_pnginfo=None):
        folder, name, number, subfolder, _ = folder_paths.get_save_image_path(
            filename_prefix, self.output_dir, images[0].width, images[0].height
        )
        first, *others = [as_pillow(picture) for picture in images]
        about = first.getexif()
        about[0x0110] = f"prompt:{json.dumps(prompt)}"
        for tag, key in zip(range(0x010F, 0, -1), extra_pnginfo or {}, strict=False):
            about[tag] = f"{key}:{json.dumps(extra_pnginfo[key])}"
        file = f"{name}_{number:05}_.webp"
        first.save(Path(folder, file), save_all=True, duration=int(1000 / fps), append_images=others, exif=about,
                   lossless=lossless, quality=quality, method=self.methods[method])  # fmt: skip
        made = [{"filename": file, "subfolder": subfolder, "type": "output"}]
        return {"ui": {"images": made, "animated": (len(images) != 1,)}}


NODE_CLASS_MAPPINGS: dict[str, Any] = {
    node.__name__: node
    for node in (
        SaveImage,
        PreviewImage,
        LoadImage,
        ImageScale,
        ImageInvert,
        EmptyImage,
        SaveAnimatedWEBP,
    )
}
NODE_CLASS_MAPPINGS |= MODEL_NODES
NODE_DISPLAY_NAME_MAPPINGS: dict[str, str] = {
    "SaveImage": "Save Image", "PreviewImage": "Preview Image", "LoadImage": "Load Image",
    "ImageScale": "Upscale Image", "ImageInvert": "Invert Image Colors" if NEWER else "Invert Image",
}  # fmt: skip
EXTENSION_WEB_DIRS: dict[str, str] = {}
"""Pack → its folder of scripts, served under /extensions/PACK."""
LOADED_MODULE_DIRS: dict[str, str] = {}
SaveAnimatedWEBP.RELATIVE_PYTHON_MODULE = "comfy_extras.nodes_images"


def _imported(path: str) -> Any:
    """A pack as a module: a folder with __init__.py, or one file."""
    file = path if os.path.isfile(path) else os.path.join(path, "__init__.py")  # noqa: PTH113, PTH118
    name = os.path.splitext(path)[0] if file == path else path.replace(".", "_x_")  # noqa: PTH122
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


async def load_custom_node(module_path: str, ignore=set(), module_parent="custom_nodes") -> bool:  # noqa: B006
    """Load one pack; False (and its traceback in the log) when it brings no nodes."""
    pack = Path(module_path).stem if Path(module_path).is_file() else Path(module_path).name
    try:
        module = _imported(module_path)
        home = Path(module_path).parent if Path(module_path).is_file() else Path(module_path)
        LOADED_MODULE_DIRS[pack] = str(home.absolute())
        scripts = getattr(module, "WEB_DIRECTORY", None)
        if scripts is not None and (home / scripts).is_dir():
            EXTENSION_WEB_DIRS[pack] = os.path.abspath(home / scripts)  # noqa: PTH100 - dots are taken out
        found = getattr(module, "NODE_CLASS_MAPPINGS", None)
        if found is None:
            logging.warning("Skip %s module for custom nodes due to the lack of NODE_CLASS_MAPPINGS.", module_path)
            return False
        for name, node in found.items():
            if name not in ignore:
                NODE_CLASS_MAPPINGS[name] = node
                node.RELATIVE_PYTHON_MODULE = f"{module_parent}.{pack}"
        NODE_DISPLAY_NAME_MAPPINGS.update(getattr(module, "NODE_DISPLAY_NAME_MAPPINGS", None) or {})
    except Exception as failure:  # noqa: BLE001 - whatever a pack throws ends its loading alone
        logging.warning(traceback.format_exc())
        logging.warning("Cannot import %s module for custom nodes: %s", module_path, failure)
        return False
    return True


async def init_external_custom_nodes() -> None:
    """Load every pack of every folder for them, and say how long each took."""
    ours = set(NODE_CLASS_MAPPINGS)
    took = []
    for folder in folder_paths.get_folder_paths("custom_nodes"):
        for name in os.listdir(os.path.realpath(folder)):  # noqa: PTH208
            path = Path(folder, name)
            if name == "__pycache__" or name.endswith(".disabled") or (path.is_file() and path.suffix != ".py"):
                continue
            if args.disable_all_custom_nodes and name not in args.whitelist_custom_nodes:
                logging.info("Skipping %s due to disable_all_custom_nodes and whitelist_custom_nodes", name)
                continue
            began = time.perf_counter()
            loaded = await load_custom_node(str(path), ours)
            took.append((time.perf_counter() - began, str(path), loaded))
    if took:
        logging.info("\nImport times for custom nodes:")
        for seconds, path, loaded in sorted(took):
            logging.info("%6.1f seconds%s: %s", seconds, "" if loaded else " (IMPORT FAILED)", path)
        logging.info("")


async def init_extra_nodes(init_custom_nodes=True, init_api_nodes=True) -> None:
    if init_custom_nodes:
        await init_external_custom_nodes()
    else:
        logging.info("Skipping loading of custom nodes")
