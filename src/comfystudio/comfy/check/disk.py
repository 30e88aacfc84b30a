"""The two artists' folders on disk: what lies there, links planted there, all of it removed. Everything blocks."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Literal, Protocol

__all__ = ["KINDS", "Disk", "Folders", "Kind"]

Kind = Literal["output", "input", "temp", "user"]
KINDS: tuple[Kind, ...] = ("output", "input", "temp", "user")


class Folders(Protocol):
    """Where ComfyUI keeps things of an owner."""

    def __call__(self, kind: Kind, folder: str, /) -> Path:
        """The folder of one kind."""


class Disk:
    """What the check sees and does beside ComfyUI."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def path(self, kind: Kind, folder: str) -> Path:
        """An artist's folder."""
        return self._folders(kind, folder)

    def has(self, kind: Kind, folder: str, name: str) -> bool:
        """Whether a plain file of that name is directly in an artist's folder."""
        return os.path.lexists(self.path(kind, folder) / name)

    def all(self, folder: str) -> dict[str, str]:
        """Every file of an artist, by kind and path, with a hash of what is in it."""
        found = {}
        for kind in KINDS:
            top = self.path(kind, folder)
            for inside, _, names in os.walk(top):
                for name in names:
                    path = Path(inside, name)
                    found[f"{kind}/{path.relative_to(top)}"] = _hash(path)
        return found

    def link(self, kind: Kind, folder: str, name: str, to: Path) -> None:
        """Plant a link in an artist's folder, as code inside ComfyUI could."""
        handle = os.open(self.path(kind, folder), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.symlink(to, name, dir_fd=handle)
        finally:
            os.close(handle)

    def remove(self, folder: str) -> None:
        """Leave nothing of an artist."""
        for kind in KINDS:
            path = self.path(kind, folder)
            if path.is_symlink():
                path.unlink()
            else:
                shutil.rmtree(path, ignore_errors=True)


def _hash(path: Path) -> str:
    if path.is_symlink():
        return "link"
    return hashlib.sha256(path.read_bytes()).hexdigest()
