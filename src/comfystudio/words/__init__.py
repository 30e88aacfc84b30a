"""Every sentence a person reads from the server, by key.

The catalogue is `en.toml` beside this file: one table a room, one line a sentence, fields in braces.
The pages have a catalogue of their own under `web/src/words`.
"""

import string
import tomllib
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["fields_of", "known", "say"]


@cache
def _catalogue() -> dict[str, str]:
    text = resources.files(__package__).joinpath("en.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, str]] = tomllib.loads(text)
    return {f"{room}.{key}": sentence for room, words in tables.items() for key, sentence in words.items()}


def known() -> frozenset[str]:
    """Every key of the catalogue, as `room.name`."""
    return frozenset(_catalogue())


def fields_of(key: str) -> frozenset[str]:
    """The names in braces in the sentence of `key`."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(_catalogue()[key]) if name)


def say(key: str, **fields: Any) -> str:
    """The sentence of `key` with its `fields` filled in; KeyError for an unknown key or a missing field."""
    return string.Formatter().vformat(_catalogue()[key], (), fields)
