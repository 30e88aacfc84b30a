"""What a link is."""

from typing import Any

__all__ = ["is_link"]


def is_link(obj: Any) -> bool:
    """Say whether a value stands for another node's output: [node id, place]."""
    return isinstance(obj, list) and len(obj) == 2 and isinstance(obj[0], str) and isinstance(obj[1], (int, float))
