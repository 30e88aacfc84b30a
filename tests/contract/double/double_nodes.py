"""Nodes around models, of which there are none: loaders take any file, and a sampler makes a picture of its seed."""

import time
from pathlib import Path
from typing import Any

import comfy.utils
import folder_paths
from png import Picture

__all__ = ["MODEL_NODES"]

_SIDE: dict[str, Any] = {"default": 512, "min": 16, "max": 16384, "step": 8}
_SAMPLERS = ["euler", "euler_ancestral", "dpmpp_2m", "ddim", "uni_pc"]
_SCHEDULERS = ["simple", "normal", "karras", "exponential"]
_WEIGHTS = ["default", "fp8_e4m3fn"]
_KINDS = ["stable_diffusion", "sd3", "flux"]
_LOADERS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "CheckpointLoaderSimple": ({"ckpt_name": "checkpoints"}, ("MODEL", "CLIP", "VAE")),
    "VAELoader": ({"vae_name": "vae"}, ("VAE",)),
    "UNETLoader": ({"unet_name": "diffusion_models", "weight_dtype": _WEIGHTS}, ("MODEL",)),
    "CLIPLoader": ({"clip_name": "text_encoders", "type": _KINDS}, ("CLIP",)),
    "DualCLIPLoader": (
        {"clip_name1": "text_encoders", "clip_name2": "text_encoders", "type": _KINDS},
        ("CLIP",),
    ),
    "CLIPVisionLoader": ({"clip_name": "clip_vision"}, ("CLIP_VISION",)),
    "ControlNetLoader": ({"control_net_name": "controlnet"}, ("CONTROL_NET",)),
    "StyleModelLoader": ({"style_model_name": "style_models"}, ("STYLE_MODEL",)),
    "UpscaleModelLoader": ({"model_name": "upscale_models"}, ("UPSCALE_MODEL",)),
    "ModelPatchLoader": ({"name": "model_patches"}, ("MODEL_PATCH",)),
}
"""Class → its inputs (the kind of model whose files they list, or the choices themselves) and its outputs."""
_INPUT_FILES = {"LoadVideo": ("file", "video"), "LoadAudio": ("audio", "audio"), "LoadLatent": ("latent", "model")}


def _choices(kind: str | list[str]) -> list[str]:
    return kind if isinstance(kind, list) else folder_paths.get_filename_list(kind)


def _loader(name: str) -> type:
    """A class that loads: it gives back the names of its files, for each output."""
    inputs, outputs = _LOADERS[name]

    def load(self, **chosen):
        return tuple([chosen] * len(outputs))

    def input_types(cls):
        return {"required": {given: (_choices(kind),) for given, kind in inputs.items()}}

    members = {"FUNCTION": "load", "CATEGORY": "loaders", "RETURN_TYPES": outputs, "load": load}
    return type(name, (), {**members, "INPUT_TYPES": classmethod(input_types)})


def _input_file(name: str) -> type:
    """A class that loads a file of the input folder, picked from a list of those of its kind."""
    given, kind = _INPUT_FILES[name]

    def load(self, **chosen):
        return (Path(folder_paths.get_annotated_filepath(chosen[given])).read_bytes(),)

    def input_types(cls):
        names = [path.name for path in Path(folder_paths.get_input_directory()).iterdir() if path.is_file()]
        return {"required": {given: (sorted(folder_paths.filter_files_content_types(names, [kind])),)}}

    output = name.removeprefix("Load").upper()
    members = {"FUNCTION": "load", "CATEGORY": "image", "RETURN_TYPES": (output,), "load": load}
    return type(name, (), {**members, "INPUT_TYPES": classmethod(input_types)})


class LoraLoader:
    """Files on top of a model."""

    RETURN_TYPES = ("MODEL", "CLIP")
    FUNCTION = "load_lora"
    CATEGORY = "loaders"

    @classmethod
    def INPUT_TYPES(cls):
        strength = ("FLOAT", {"default": 1.0, "min": -100.0, "max": 100.0, "step": 0.01})
        names = (folder_paths.get_filename_list("loras"),)
        inputs = {"model": ("MODEL",), "clip": ("CLIP",), "lora_name": names}
        return {"required": {**inputs, "strength_model": strength, "strength_clip": strength}}

    def load_lora(self, model, clip, **chosen):
        return ({**model, **chosen}, {**clip, **chosen})


class CLIPTextEncode:
    """Words."""

    RETURN_TYPES = ("CONDITIONING",)
    FUNCTION = "encode"
    CATEGORY = "conditioning"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"text": ("STRING", {"multiline": True, "dynamicPrompts": True}), "clip": ("CLIP",)}}

    def encode(self, text, clip):
        return (text,)


class EmptyLatentImage:
    """A size."""

    RETURN_TYPES = ("LATENT",)
    FUNCTION = "generate"
    CATEGORY = "latent"

    @classmethod
    def INPUT_TYPES(cls):
        batch = ("INT", {"default": 1, "min": 1, "max": 4096})
        return {"required": {"width": ("INT", _SIDE), "height": ("INT", _SIDE), "batch_size": batch}}

    def generate(self, width, height, batch_size=1):
        return ({"width": width, "height": height, "batch": batch_size},)


class KSampler:
    """Steps with progress; a picture of the seed's colour is what comes out."""

    RETURN_TYPES = ("LATENT",)
    FUNCTION = "sample"
    CATEGORY = "sampling"

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "model": ("MODEL",),
                "seed": ("INT", {"default": 0, "min": 0, "max": 2**64 - 1, "control_after_generate": True}),
                "steps": ("INT", {"default": 20, "min": 1, "max": 10000}),
                "cfg": ("FLOAT", {"default": 8.0, "min": 0.0, "max": 100.0, "step": 0.1, "round": 0.01}),
                "sampler_name": (_SAMPLERS,),
                "scheduler": (_SCHEDULERS,),
                "positive": ("CONDITIONING",),
                "negative": ("CONDITIONING",),
                "latent_image": ("LATENT",),
                "denoise": ("FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0, "step": 0.01}),
            }
        }

    def sample(self, seed, steps, latent_image, **more):
        bar = comfy.utils.ProgressBar(steps)
        for _ in range(steps):
            time.sleep(0.001)
            bar.update(1)
        return ({**latent_image, "seed": seed},)


class VAEDecode:
    """A latent as the picture that it is."""

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "decode"
    CATEGORY = "latent"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"samples": ("LATENT",), "vae": ("VAE",)}}

    def decode(self, samples, vae):
        width, height = samples["width"], samples["height"]
        pixels = (samples.get("seed", 0) % 0x1000000).to_bytes(3) * (width * height)
        return ([Picture(width, height, pixels)] * samples["batch"],)


class PreviewAny:
    """Anything, as words for the page."""

    RETURN_TYPES = ()
    FUNCTION = "main"
    OUTPUT_NODE = True
    CATEGORY = "utils"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"source": ("*", {})}}

    def main(self, source):
        return {"ui": {"text": (str(source),)}}


MODEL_NODES: dict[str, type] = {
    **{name: _loader(name) for name in _LOADERS},
    **{name: _input_file(name) for name in _INPUT_FILES},
    **{
        node.__name__: node
        for node in (LoraLoader, CLIPTextEncode, EmptyLatentImage, KSampler, VAEDecode, PreviewAny)
    },
}
