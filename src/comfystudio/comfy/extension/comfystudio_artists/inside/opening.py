"""The last net: whatever path a node has come to, Python opens nothing with it that is another owner's."""

import os
import stat
import sys
from collections.abc import Mapping
from typing import Any

from .folders import KINDS, Folders, OutsideYourFoldersError
from .owners import Owners

__all__ = ["Opening"]

# Python's audit events, and which of their arguments are paths. Libraries that open files by themselves raise none.
EVENTS: Mapping[str, tuple[int, ...]] = {
    "open": (0,),
    "os.chmod": (0,),
    "os.link": (0, 1),
    "os.listdir": (0,),
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.scandir": (0,),
    "os.symlink": (1,),
    "os.truncate": (0,),
}
# What ComfyUI itself has beside the owners' folders: no owner is called that.
SHARED = frozenset(("3d", "checkpoints", "clip", "default", "diffusion_models", "loras", "vae"))


class Opening:
    """Refuses, for code that works for an owner, paths that end in another's folder once links are followed."""

    def __init__(self, owners: Owners, folders: Folders) -> None:
        self._owners = owners
        self._folders = folders
        self._real: dict[str, str] = {}

    def install(self) -> None:
        """Look at every file that Python opens from now on; there is no way back."""
        sys.addaudithook(self.heard)

    def heard(self, event: str, args: tuple[Any, ...]) -> None:
        """An audit event: OutsideYourFoldersError where it names what is another owner's."""
        paths = EVENTS.get(event)
        if paths is None or not self._owners.has_context():
            return  # threads that nobody's prompt has started: ComfyUI's own, and those that send files to pages
        number = self._owners.current()
        if number is None:
            return
        for place in paths:
            path = args[place]
            if isinstance(path, (str, bytes, os.PathLike)) and self.is_closed(os.fsdecode(path), number):
                raise OutsideYourFoldersError(os.path.basename(os.fsdecode(path)))

    def is_closed(self, path: str, number: int) -> bool:
        """Whether `path`, links followed, ends below a base folder in another's folder, or at a pipe or a device.

        A pipe in one's own outputs would hold ComfyUI's only worker thread for ever.
        """
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):
            return False  # nothing that could be opened
        for kind in KINDS:
            base = self._base(kind)
            if real.startswith(base):
                first = real[len(base) :].partition(os.sep)[0]
                if first != self._owners.folder(number) and self._is_somebodys(kind, base, first):
                    return True
                if _is_endless(real):
                    return True
        return False

    def _base(self, kind: str) -> str:
        """ComfyUI's own folder of that kind, links followed, with a separator at the end."""
        base = self._folders.base(kind)
        if base not in self._real:
            self._real[base] = os.path.realpath(base).rstrip(os.sep) + os.sep
        return self._real[base]

    def _is_somebodys(self, kind: str, base: str, first: str) -> bool:
        if self._owners.is_owners(first):
            return True
        if first in SHARED:
            return False
        if kind == "user":  # packs keep there what is for everybody
            return any(os.path.isdir(self._base(other) + first) for other in ("input", "output"))
        return os.path.isdir(base + first)


def _is_endless(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
