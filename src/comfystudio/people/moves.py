"""Moving what a person has when they are renamed: all of it or nothing, and never over somebody else's."""

import os
from pathlib import Path
from typing import get_args

from comfystudio.workspace import Kept, Workspace

__all__ = ["Moves"]


class Moves:
    """Moves folders of people within a workspace. Every call may block."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def move(self, old: str, new: str) -> bool:
        """Move home and what ComfyUI keeps from `old` to `new`; False, with nothing moved, if one is in the way."""
        pairs = [(self._workspace.home(old), self._workspace.home(new))]
        pairs += [(self._workspace.comfy(kind, old), self._workspace.comfy(kind, new)) for kind in get_args(Kept)]
        wanted = [(source, target) for source, target in pairs if os.path.lexists(source)]
        if any(os.path.lexists(target) for _, target in wanted):
            return False
        done: list[tuple[Path, Path]] = []
        for source, target in wanted:
            try:
                # Renaming a folder onto one that is not empty fails, so a race loses nothing either.
                source.rename(target)
            except OSError:
                for moved, back in reversed(done):
                    back.rename(moved)
                return False
            done.append((source, target))
        return True
