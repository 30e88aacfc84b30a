"""Lays the extension where a starting ComfyUI finds it and cannot change it."""

import os
import shutil
from pathlib import Path

__all__ = ["EXTENSION", "place"]

EXTENSION = Path(__file__).parents[1] / "extension"
PACK = "comfystudio_artists"
FOLDER, FILE = 0o755, 0o444


def place(folder: Path, extension: Path = EXTENSION) -> Path:
    """Copy the extension into `folder`, which is empty and belongs to the studio alone. Blocks.

    The answer is the file for `--extra-model-paths-config`.
    """
    nodes = folder / "custom_nodes"
    shutil.copytree(extension / PACK, nodes / PACK, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(extension / "LICENSE", nodes / PACK / "LICENSE")
    paths = folder / "paths.yaml"
    paths.write_text(_paths(folder), encoding="utf-8")
    _close(folder)
    return paths


def _paths(folder: Path) -> str:
    # Single quotes keep everything in a YAML text as it is, but for themselves.
    base = str(folder).replace("'", "''")
    return f"comfystudio:\n  base_path: '{base}'\n  custom_nodes: custom_nodes\n  is_default: true\n"


def _close(folder: Path) -> None:
    """Everyone may read and only the studio may write, whatever the umask and the modes of the original."""
    for inside, _, files in os.walk(folder):
        for name in files:
            Path(inside, name).chmod(FILE)
        Path(inside).chmod(FOLDER)
