"""Fake ComfyUI checkouts: a folder with main.py, ComfyUI's modules and venv/bin/python, which starts the double."""

import importlib.util
import os
import re
import shutil
import stat
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

__all__ = ["make_checkout"]

_DOUBLE = Path(__file__).with_name("double")
_PACKS = Path(__file__).with_name("packs")
_MAIN = '''"""Starts the double as `main.py` of a checkout starts ComfyUI."""

import os

KNOBS = {knobs!r}
for name, value in KNOBS.items():
    os.environ.setdefault(name, value)

from boot import main

if __name__ == "__main__":
    main()
'''


def make_checkout(
    folder: Path,
    *,
    version: str = "0.3.64",
    boot_seconds: float = 0.3,
    node_seconds: float = 0.0,
    crash_at: str | None = None,
    packs: bool = False,
) -> Path:
    """Build a checkout in `folder` and return it. Nothing in it points back at this repository.

    It starts as ComfyUI does (`venv/bin/python main.py --port …`), for any account that may read `folder`, and
    answers as ComfyUI `version` does ("0.3.64" or "0.28.0").
    `boot_seconds` is how long its start takes, `node_seconds` what each node takes, and `crash_at` how the log line
    begins in place of which the start fails with a traceback; the environment (see `double/double_knobs.py`) goes
    first. `packs` puts the node packs of `packs/` into its custom_nodes.
    """
    knobs = {"COMFY_DOUBLE_VERSION": version, "COMFY_DOUBLE_BOOT_SECONDS": str(boot_seconds)}
    knobs["COMFY_DOUBLE_NODE_SECONDS"] = str(node_seconds)
    if crash_at is not None:
        knobs["COMFY_DOUBLE_CRASH_AT"] = crash_at
    folder.mkdir(parents=True, exist_ok=True)
    left_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(_DOUBLE, folder, ignore=left_out, dirs_exist_ok=True)
    (folder / "__init__.py").unlink()
    (folder / "main.py").write_text(_MAIN.format(knobs=knobs))
    for name in ("input", "output", "user", "models", "custom_nodes"):
        (folder / name).mkdir(exist_ok=True)
    if packs:
        shutil.copytree(_PACKS, folder / "custom_nodes", ignore=left_out, dirs_exist_ok=True)
    _make_environment(folder / "venv")
    return folder


def _make_environment(venv: Path) -> None:
    """An environment with aiohttp, Pillow and YAML, copied: other accounts may not be able to read the tests' own."""
    python = _interpreter()
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text(f"home = {python.parent}\ninclude-system-site-packages = false\n")
    for name in ("python", "python3"):
        (venv / "bin" / name).symlink_to(python)
    packages = venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    packages.mkdir(parents=True)
    needed: dict[str, Distribution] = {}
    for name in ("aiohttp", "pillow", "pyyaml"):
        _needed(name, needed)
    for found in needed.values():
        for file in found.files or []:
            source, target = Path(str(found.locate_file(file))), packages / file
            if ".." not in file.parts and source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
                _copy_compiled(source, target)


def _copy_compiled(source: Path, target: Path) -> None:
    """What Python compiled of a module goes along, for a start that need not do it again."""
    if source.suffix == ".py" and source.parent.name != "__pycache__":
        made = Path(importlib.util.cache_from_source(str(source)))
        if made.is_file():
            goal = Path(importlib.util.cache_from_source(str(target)))
            goal.parent.mkdir(exist_ok=True)
            shutil.copy2(made, goal)


def _needed(name: str, known: dict[str, Distribution]) -> dict[str, Distribution]:
    """A distribution and all that it asks for, as far as it is installed here."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return known
    known[name] = found
    for requirement in found.requires or []:
        other = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")
        if "extra" not in requirement and other not in known:
            _needed(other, known)
    return known


def _interpreter() -> Path:
    """The running interpreter; where other accounts cannot reach it, the system's of the same version."""
    ours = Path(os.path.realpath(sys.executable))
    system = Path("/usr/bin") / f"python{sys.version_info.major}.{sys.version_info.minor}"
    reachable = all(folder.stat().st_mode & stat.S_IXOTH for folder in ours.parents)
    return system if not reachable and system.exists() else ours
