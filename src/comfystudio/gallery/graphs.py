"""Workflows as they stand in files and records: JSON that somebody else wrote, read with care."""

import json
from typing import Any

__all__ = ["drawn_in", "value_of"]

DEEPEST = 100


def _deep(value: Any) -> bool:
    """Whether `value` nests deeper than any workflow does."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def value_of(text: str | None) -> Any:
    """What the JSON `text` says; None where it is none, or nests too deep for whoever reads it next."""
    if text is None:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return None if _deep(value) else value


def drawn_in(extra: str) -> Any:
    """The workflow as it was drawn, from what the page sent along with the prompt."""
    found = value_of(extra)
    told = found.get("extra_pnginfo") if isinstance(found, dict) else None
    return told.get("workflow") if isinstance(told, dict) else None
