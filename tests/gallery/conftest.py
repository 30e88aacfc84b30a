"""Folders of two artists, with real files in them."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["Somebody", "put"]


@dataclass(frozen=True)
class Somebody:
    """A person as the gallery sees one."""

    id: int
    folder: str


def put(root: Path, path: str, content: bytes = b"x", *, at: float | None = None) -> Path:
    """A file below `root`, made at `at` (seconds since the epoch)."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    if at is not None:
        os.utime(file, (at, at))
    return file


@pytest.fixture
def outputs(root: Path) -> Path:
    """Alice's outputs, beside Bob's and a file that is nobody's business."""
    put(root, "canary.txt", b"canary")
    put(root, "output/Bob/secret.png", b"canary")
    folder = root / "output" / "Alice"
    folder.mkdir(parents=True)
    return folder
