"""Hatch's build hook: a wheel or sdist carries the built pages; an editable install leaves them to `make web`."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
import build_web


class PagesHook(BuildHookInterface[Any]):
    """Builds the pages before they are packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del build_data
        if version != "editable":
            build_web.build()
