"""`--extra-model-paths-config`: more folders for models and node packs, from a YAML file."""

import logging
import os
from pathlib import Path

import folder_paths
import yaml

__all__ = ["load_extra_path_config"]


def load_extra_path_config(yaml_path: str) -> None:
    """Add what the file names; relative paths start at its `base_path`, else at the file's own folder."""
    here = Path(yaml_path).absolute().parent
    for group in (yaml.safe_load(Path(yaml_path).read_text(encoding="utf-8")) or {}).values():
        if group is None:
            continue
        base = here / os.path.expandvars(os.path.expanduser(group.get("base_path", "")))  # noqa: PTH111
        for kind, lines in group.items():
            if kind in {"base_path", "is_default"}:
                continue
            for line in filter(None, lines.split("\n")):
                path = os.path.normpath(base / line)
                logging.info("Adding extra search path %s %s", kind, path)
                folder_paths.add_model_folder_path(kind, path, bool(group.get("is_default", False)))
