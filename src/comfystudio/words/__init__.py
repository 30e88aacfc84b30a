"""Every sentence a person reads from the server, by key, in the language of whoever reads it.

The catalogues are `en.toml` and `de.toml` beside this file: one table a room, one line a sentence, fields in braces,
the same in each language. The pages have catalogues of their own under `web/src/words`.
"""

import asyncio
import string
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from typing import Any, ParamSpec, TypeVar

from comfystudio.words.choosing import ENGLISH, LANGUAGES, heard

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "carried",
    "fields_of",
    "heard",
    "known",
    "language",
    "plainly",
    "say",
    "speak",
    "speaking",
    "template",
]

P = ParamSpec("P")
R = TypeVar("R")

# Whose language it is: only the task that answers a request speaks it. What that task starts goes on for everybody.
_spoken: ContextVar[tuple[str, "asyncio.Task[Any] | None"]] = ContextVar("language", default=(ENGLISH, None))


@cache
def _catalogue(language: str = ENGLISH) -> dict[str, str]:
    text = resources.files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, str]] = tomllib.loads(text)
    return {f"{room}.{key}": sentence for room, words in tables.items() for key, sentence in words.items()}


def known(language: str = ENGLISH) -> frozenset[str]:
    """Every key of the catalogue of `language`, as `room.name`."""
    return frozenset(_catalogue(language))


def template(key: str) -> str:
    """The English sentence of `key`, with its fields in braces."""
    return _catalogue()[key]


def fields_of(key: str, language: str = ENGLISH) -> frozenset[str]:
    """The names in braces in the sentence of `key`."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(_catalogue(language)[key]) if name)


def _here() -> "asyncio.Task[Any] | None":
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def speak(language: str) -> None:
    """Say sentences in `language` from now on, in this task and in no other."""
    _spoken.set((language, _here()))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say the sentences of this block in `language`. Nothing in it may wait."""
    token = _spoken.set((language, _here()))
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The language that is spoken here and now."""
    found, task = _spoken.get()
    return found if task is _here() else ENGLISH


def carried(work: Callable[P, R]) -> Callable[P, R]:
    """`work` for a thread of its own, where it goes on speaking the language of this task."""
    spoken = language()

    def in_it(*args: P.args, **kwargs: P.kwargs) -> R:
        with speaking(spoken):
            return work(*args, **kwargs)

    return in_it


def say(key: str, **fields: Any) -> str:
    """The sentence of `key` with its `fields` filled in; KeyError for an unknown key or a missing field."""
    return string.Formatter().vformat(_catalogue(language())[key], (), fields)


def plainly(key: str, **fields: Any) -> str:
    """As `say`, in English whoever asks: for what is kept and read by everybody."""
    return string.Formatter().vformat(_catalogue()[key], (), fields)
