"""A disk that is soon full, as a file system of its own (root only)."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

__all__ = ["fill", "small_disk_at"]


@contextlib.contextmanager
def small_disk_at(folder: Path, size: str, *more: str) -> Iterator[Path]:
    """A file system of `size` ("1m") at `folder`; `more` are further options of tmpfs."""
    folder.mkdir(exist_ok=True)
    options = ",".join((f"size={size}", *more))
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room that is left."""
    path = folder / "filler"
    with path.open("ab", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return path
