"""Where pictures and models are. Custom nodes ask here, and studios change the answers: all by these names."""

import mimetypes
import os
import time
from collections.abc import Collection
from pathlib import Path
from typing import Self

from comfy.cli_args import args
from double_knobs import NEWER

base_path = str(Path(args.base_directory or Path(__file__).resolve().parent).absolute())
models_dir = str(Path(base_path) / "models")
output_directory, input_directory = str(Path(base_path) / "output"), str(Path(base_path) / "input")
temp_directory, user_directory = str(Path(base_path) / "temp"), str(Path(base_path) / "user")
supported_pt_extensions: set[str] = {".ckpt", ".pt", ".pt2", ".bin", ".pth", ".safetensors", ".pkl", ".sft"}
extension_mimetypes_cache = {"webp": "image", "fbx": "model"}
folder_names_and_paths: dict[str, tuple[list[str], set[str]]] = {}
filename_list_cache: dict[str, tuple[list[str], dict[str, float], float]] = {}

_KINDS = (
    "checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models", "clip_vision", "style_models",
    "embeddings", "diffusers", "vae_approx", "controlnet", "gligen", "upscale_models", "custom_nodes",
    "hypernetworks", "photomaker", "classifiers", "model_patches", "audio_encoders",
)  # fmt: skip
_LATER_KINDS = ("background_removal", "frame_interpolation", "geometry_estimation", "optical_flow", "detection")
_FOLDERS = {
    "text_encoders": ("text_encoders", "clip"),
    "diffusion_models": ("unet", "diffusion_models"),
    "controlnet": ("controlnet", "t2i_adapter"),
}
_SUFFIXES = {"configs": {".yaml"}, "diffusers": {"folder"}, "classifiers": {""}, "custom_nodes": set[str]()}


def _kinds() -> list[str]:
    kinds = list(_KINDS)
    if NEWER:
        kinds.insert(kinds.index("custom_nodes"), "latent_upscale_models")
        kinds += _LATER_KINDS
    return kinds


for _kind in _kinds():
    _paths = [str(Path(models_dir) / name) for name in _FOLDERS.get(_kind, (_kind,))]
    if _kind == "custom_nodes":
        _paths = [str(Path(base_path) / "custom_nodes")]
    folder_names_and_paths[_kind] = (_paths, _SUFFIXES.get(_kind, supported_pt_extensions))


class CacheHelper:
    """Listings that hold while one answer is made (`with cache_helper:`)."""

    def __init__(self) -> None:
        self.cache: dict[str, tuple[list[str], dict[str, float], float]] = {}
        self.active = False

    def __enter__(self) -> Self:
        self.active = True
        return self

    def __exit__(self, *failure: object) -> None:
        self.active = False
        self.cache.clear()


cache_helper = CacheHelper()


def map_legacy(folder_name: str) -> str:
    """The present name of a kind of model."""
    return {"unet": "diffusion_models", "clip": "text_encoders"}.get(folder_name, folder_name)


def set_output_directory(output_dir: str) -> None:
    global output_directory  # noqa: PLW0603 - this module's state is ComfyUI's, by these names
    output_directory = output_dir


def set_temp_directory(temp_dir: str) -> None:
    global temp_directory  # noqa: PLW0603
    temp_directory = temp_dir


def set_input_directory(input_dir: str) -> None:
    global input_directory  # noqa: PLW0603
    input_directory = input_dir


def set_user_directory(user_dir: str) -> None:
    global user_directory  # noqa: PLW0603
    user_directory = user_dir


def get_output_directory() -> str:
    return output_directory


def get_temp_directory() -> str:
    return temp_directory


def get_input_directory() -> str:
    return input_directory


def get_user_directory() -> str:
    return user_directory


if NEWER:
    SYSTEM_USER_PREFIX = "__"

    def get_system_user_directory(name: str = "system") -> str:
        """A folder below the users' that no request reaches; ValueError for a name that is not plain."""
        if not isinstance(name, str) or not name.replace("_", "").isalnum() or name.startswith("_"):
            raise ValueError(f"Invalid system user name: {name!r}")
        return str(Path(get_user_directory()) / f"{SYSTEM_USER_PREFIX}{name}")

    def get_public_user_directory(user_id: str) -> str | None:
        """The folder of a user whom requests may name; None for the others."""
        if not user_id or user_id.startswith(SYSTEM_USER_PREFIX):
            return None
        return str(Path(get_user_directory(), user_id).absolute())

    def is_dangerous_content_type(content_type: str | None) -> bool:
        """Say whether a browser would run what is in such a file."""
        kind = (content_type or "").split(";")[0].strip().lower()
        parts = ("html", "javascript", "ecmascript", "css", "xml", "svg")
        return any(part in kind for part in parts)

    def is_within_directory(directory: str, target: str) -> bool:
        """Say whether `target` lies in `directory` once links are followed."""
        return Path(os.path.realpath(target)).is_relative_to(os.path.realpath(directory))


def get_directory_by_type(type_name: str) -> str | None:
    """The folder of the `type` that the protocol uses."""
    if type_name == "output":
        return get_output_directory()
    if type_name == "temp":
        return get_temp_directory()
    if type_name == "input":
        return get_input_directory()
    return None


def filter_files_content_types(files: list[str], content_types: list[str]) -> list[str]:
    """Those of `files` whose name says that they are of one of these kinds (image, video, audio, model)."""
    kept = []
    for file in files:
        suffix = file.rsplit(".", 1)[-1]
        if suffix not in extension_mimetypes_cache:
            kind = mimetypes.guess_type(file, strict=False)[0]
            if not kind:
                continue
            extension_mimetypes_cache[suffix] = kind.split("/")[0]
        if extension_mimetypes_cache[suffix] in content_types:
            kept.append(file)
    return kept


def annotated_filepath(name: str) -> tuple[str, str | None]:
    """A name without its ` [input]`, and the folder that this stands for (None without one)."""
    for kind, place in (
        ("output", get_output_directory), ("input", get_input_directory), ("temp", get_temp_directory),
    ):  # fmt: skip
        if name.endswith(f"[{kind}]"):
            return name[: -len(kind) - 3], place()
    return name, None


def get_annotated_filepath(name: str, default_dir: str | None = None) -> str:
    """The path of a file by its name. Nothing is contained here: `../x` leaves the folder, as upstream."""
    name, folder = annotated_filepath(name)
    return os.path.join(folder or default_dir or get_input_directory(), name)  # noqa: PTH118


def exists_annotated_filepath(name) -> bool:
    name, folder = annotated_filepath(name)
    return os.path.exists(os.path.join(folder or get_input_directory(), name))  # noqa: PTH110, PTH118


def add_model_folder_path(folder_name: str, full_folder_path: str, is_default: bool = False) -> None:
    """Look for models of a kind (or for `custom_nodes`) there too; first of all when it is the default."""
    kind = map_legacy(folder_name)
    if kind not in folder_names_and_paths:
        folder_names_and_paths[kind] = ([], set())
    paths = folder_names_and_paths[kind][0]
    if full_folder_path in paths and is_default:
        paths.remove(full_folder_path)
    if full_folder_path not in paths:
        paths.insert(0 if is_default else len(paths), full_folder_path)


def get_folder_paths(folder_name: str) -> list[str]:
    return folder_names_and_paths[map_legacy(folder_name)][0][:]


def recursive_search(
    directory: str, excluded_dir_names: list[str] | None = None
) -> tuple[list[str], dict[str, float]]:
    """All files below a folder, relative to it, and when each folder last changed."""
    files: list[str] = []
    folders: dict[str, float] = {}
    for root, names, found in os.walk(directory, followlinks=True):
        names[:] = [name for name in names if name not in (excluded_dir_names or [])]
        folders[root] = Path(root).stat().st_mtime
        files += [str(Path(root, name).relative_to(directory)) for name in found]
    return files, folders


def filter_files_extensions(files: Collection[str], extensions: Collection[str]) -> list[str]:
    return sorted(file for file in files if not extensions or Path(file).suffix.lower() in extensions)


def get_full_path(folder_name: str, filename: str) -> str | None:
    """Where a model is; None when no folder of its kind has it. The name cannot leave the folder."""
    inside = os.path.relpath(os.path.join("/", filename), "/")  # noqa: PTH118
    for folder in folder_names_and_paths.get(map_legacy(folder_name), ([], set()))[0]:
        path = Path(folder, inside)
        if path.is_file():
            return str(path)
    return None


def get_full_path_or_raise(folder_name: str, filename: str) -> str:
    path = get_full_path(folder_name, filename)
    if path is None:
        raise FileNotFoundError(f"Model in folder '{folder_name}' with filename '{filename}' not found.")
    return path


def get_filename_list(folder_name: str) -> list[str]:
    """The models of a kind, by name. A listing is kept until one of its folders changes."""
    kind = map_legacy(folder_name)
    if cache_helper.active and kind in cache_helper.cache:
        return list(cache_helper.cache[kind][0])
    kept = filename_list_cache.get(kind)
    if kept is None or any(not Path(at).is_dir() or Path(at).stat().st_mtime != when for at, when in kept[1].items()):
        names: set[str] = set()
        folders: dict[str, float] = {}
        for folder in folder_names_and_paths[kind][0]:
            found, dates = recursive_search(folder, [".git"])
            names.update(filter_files_extensions(found, folder_names_and_paths[kind][1]))
            folders |= dates
        kept = filename_list_cache[kind] = (sorted(names), folders, time.perf_counter())
    if cache_helper.active:
        cache_helper.cache[kind] = kept
    return list(kept[0])


def _filled(prefix: str, width: int, height: int) -> str:
    """A prefix with its %date% words replaced."""
    now = time.localtime()
    words = {
        "width": str(width), "height": str(height), "year": str(now.tm_year), "month": f"{now.tm_mon:02}",
        "day": f"{now.tm_mday:02}", "hour": f"{now.tm_hour:02}", "minute": f"{now.tm_min:02}",
        "second": f"{now.tm_sec:02}",
    }  # fmt: skip
    for word, value in words.items():
        prefix = prefix.replace(f"%{word}%", value)
    return prefix


def get_save_image_path(
    filename_prefix: str, output_dir: str, image_width=0, image_height=0
) -> tuple[str, str, int, str, str]:
    """Where the next picture of a prefix goes: folder, name, number, subfolder, and the prefix as it came out."""
    prefix = _filled(filename_prefix, image_width, image_height)
    subfolder, name = os.path.split(os.path.normpath(prefix))
    folder = os.path.join(output_dir, subfolder)  # noqa: PTH118
    if os.path.commonpath((output_dir, os.path.abspath(folder))) != output_dir:  # noqa: PTH100
        raise Exception("**** ERROR: Saving image outside the output folder is not allowed.")  # noqa: TRY002
    Path(folder).mkdir(parents=True, exist_ok=True)
    taken = [at.name[len(name) + 1 :].split(".")[0].split("_")[0] for at in Path(folder).glob("*")
             if at.name.startswith(f"{name}_")]  # fmt: skip
    number = max((int(digits) for digits in taken if digits.isdigit()), default=0) + 1
    return folder, name, number, subfolder, prefix


def get_input_subfolders() -> list[str]:
    """The folders in the input folder, relative to it."""
    base = Path(get_input_directory())
    return sorted(str(path.relative_to(base)) for path in base.rglob("*") if path.is_dir())
