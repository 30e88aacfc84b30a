"""Placeholders of a manifest: `{port}` becomes the port, in one pass, never by a shell."""

import re
from collections.abc import Mapping

__all__ = ["PLACEHOLDERS", "fill", "placeholders_in"]

PLACEHOLDERS: Mapping[str, str] = {
    "workspace": "the workspace folder",
    "home": "the home folder of the account that the tool runs as",
    "port": 'the free loopback port chosen for this start (listen = "port")',
    "socket": 'the path of the Unix socket for this start (listen = "socket")',
    "run": "a short, private folder for sockets, emptied before each start",
    "venv": "the first folder of `venv` that exists, else its first",
    "comfyui_dir": "the ComfyUI checkout: the setting, else ComfyUI in the workspace",
    "person": "the person's name (per-artist tools; else empty)",
    "folder": "the person's folder name (per-artist tools; else empty)",
    "setup": "the folder that this manifest lies in",
    "python": "the Python that environments of tools are made with",
    "uv": "the uv program",
    "path": "the PATH that tools get",
    "comfyui_paths": "a file for ComfyUI's --extra-model-paths-config, which brings the studio's extension",
}
_NAME = re.compile(r"\{([a-z_]+)\}")


def placeholders_in(text: str) -> list[str]:
    """The names in braces in `text`."""
    return _NAME.findall(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with each placeholder replaced by its value; what a value holds is not looked at again."""
    return _NAME.sub(lambda found: values[found.group(1)], text)
