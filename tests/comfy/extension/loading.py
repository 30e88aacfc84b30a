"""The extension's package, loaded by its path: it is no part of ours and is never imported by it."""

import functools
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

__all__ = ["PACK", "inside"]

PACK = Path(__file__).parents[3] / "src" / "comfystudio" / "comfy" / "extension" / "comfystudio_artists"
_NAME = "comfystudio_artists_in_tests"


@functools.cache
def inside(module: str = "") -> ModuleType:
    """A module of the extension, as `inside("policy")`."""
    if _NAME not in sys.modules:
        spec = importlib.util.spec_from_file_location(_NAME, PACK / "inside" / "__init__.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[_NAME] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[_NAME])
    return importlib.import_module(f"{_NAME}.{module}" if module else _NAME)
