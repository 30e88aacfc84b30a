"""Runs before ComfyUI imports any pack: makes the folders follow the owner.

ComfyUI executes this file outside of any package, so the package beside it is imported here under a fixed name that
`__init__.py` finds again.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

NAME = "comfystudio_artists"


def package() -> ModuleType:
    """The extension's package; loaded once in a process, whoever asks first."""
    found = sys.modules.get(NAME)
    if found is not None:
        return found
    spec = importlib.util.spec_from_file_location(NAME, Path(__file__).parent / "inside" / "__init__.py")
    if spec is None or spec.loader is None:
        raise ImportError(NAME)
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[NAME]
        raise
    return module


if not __name__.endswith(".prestartup_script"):  # run by ComfyUI under this file's path, not imported by __init__.py
    package().prestart()
