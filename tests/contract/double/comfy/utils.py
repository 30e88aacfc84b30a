"""Progress as nodes tell it, and what model files say about themselves."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["ProgressBar", "safetensors_header", "set_progress_bar_global_hook"]

_hook: list[Callable[..., None]] = []


def set_progress_bar_global_hook(function: Callable[..., None]) -> None:
    """Whoever is told from now on: function(value, total, preview, node_id=…)."""
    _hook[:] = [function]


class ProgressBar:
    """How far a node is. `preview` is (format, picture, largest side or None)."""

    def __init__(self, total: float, node_id: str | None = None) -> None:
        self.total = total
        self.current: float = 0
        self.node_id = node_id

    def update_absolute(self, value: float, total: float | None = None, preview: Any = None) -> None:
        """Say where it is now."""
        self.total = self.total if total is None else total
        self.current = min(value, self.total)
        for hook in _hook:
            hook(self.current, self.total, preview, node_id=self.node_id)

    def update(self, value: float) -> None:
        """Say that it went on by `value`."""
        self.update_absolute(self.current + value)


def safetensors_header(path: str, max_size: int = 100 * 1024 * 1024) -> bytes | None:
    """The JSON header of a .safetensors file; None when it is larger than `max_size` bytes."""
    with Path(path).open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return None if length > max_size else file.read(length)
