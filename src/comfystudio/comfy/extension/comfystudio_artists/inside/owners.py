"""Whose request or prompt this is: the context's owner, and the folder that belongs to an owner's number."""

import contextvars
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

__all__ = ["KEY", "BadOwner", "Owner", "Owners", "Running", "client_id", "parse_owner", "safe_folder", "stamped"]

KEY = "comfystudio_owner"  # in a prompt's extra_data; what a client sends there is dropped
LONGEST = 200  # bytes of UTF-8
_NUMBER = re.compile(r"-?[0-9]{1,18}")


class BadOwner(ValueError):
    """The owner header is not "<number> <percent-encoded folder>"."""


@dataclass(frozen=True)
class Owner:
    """A person as the studio names them: a number that stays, and the folder of the moment."""

    id: int
    folder: str


@dataclass(frozen=True)
class Running:
    """The prompt that the worker thread executes at the moment."""

    prompt_id: str
    owner: int | None
    prompt: Mapping[str, Any] = field(repr=False)


def safe_folder(folder: str) -> str:
    """`folder` when it is one plain name that cannot lead elsewhere; BadOwner otherwise."""
    try:
        size = len(folder.encode("utf-8"))
    except UnicodeEncodeError:
        raise BadOwner(folder) from None
    if not 0 < size <= LONGEST or folder in (".", "..") or "/" in folder or "\\" in folder or "\0" in folder:
        raise BadOwner(folder)
    return folder


def parse_owner(header: str) -> Owner:
    """The owner that "12 Vera%20Novak" names; BadOwner for anything else."""
    number, blank, folder = header.partition(" ")
    if not blank or not _NUMBER.fullmatch(number) or not folder.isascii():
        raise BadOwner(header)
    try:
        decoded = unquote_to_bytes(folder).decode("utf-8")
    except UnicodeDecodeError:
        raise BadOwner(header) from None
    return Owner(int(number), safe_folder(decoded))


def client_id(owner: int) -> str:
    """The one client id under which ComfyUI addresses everything meant for `owner`."""
    return f"comfystudio-{owner}"


def stamped(extra_data: Any) -> int | None:
    """The owner that a queued prompt carries in its extra_data."""
    found = extra_data.get(KEY) if isinstance(extra_data, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


class _Nobody:
    """The context of code that no request and no prompt has started."""


_NOBODY = _Nobody()


class Owners:
    """The folders of all owners seen so far, and who the current code works for."""

    def __init__(self) -> None:
        self._folders: dict[int, str] = {}
        self._names: dict[str, set[int]] = {}
        self._context: contextvars.ContextVar[int | _Nobody | None] = contextvars.ContextVar(KEY, default=_NOBODY)
        self._loop_thread = threading.main_thread()
        self.running: Running | None = None

    def learn(self, number: int, folder: str) -> None:
        """Remember that `number` has `folder` from now on; running prompts follow."""
        if self._folders.get(number) != folder:
            self._folders[number] = folder
            self._names.setdefault(folder, set()).add(number)

    def folder(self, number: int) -> str:
        """The folder of an owner; KeyError for one that was never seen."""
        return self._folders[number]

    def is_owners(self, name: str) -> bool:
        """Whether `name` is, or was since the start, the folder of any owner."""
        return name in self._names

    def on_loop(self) -> bool:
        """Whether the caller runs in the thread that answers requests."""
        return threading.current_thread() is self._loop_thread

    def current(self) -> int | None:
        """The owner of the current request or prompt; None stands for the studio itself.

        A plain thread has no context: what it does outside the loop's thread belongs to the prompt that runs.
        """
        found = self._context.get()
        if not isinstance(found, _Nobody):
            return found
        running = self.running
        return running.owner if running is not None and not self.on_loop() else None

    def has_context(self) -> bool:
        """Whether the caller runs in a request or a prompt, not in a thread that one of them has started."""
        return not isinstance(self._context.get(), _Nobody)

    @contextmanager
    def acting(self, number: int | None) -> Iterator[None]:
        """Everything inside, and every task started inside, works for `number` (None: for the studio itself)."""
        token = self._context.set(number)
        try:
            yield
        finally:
            self._context.reset(token)
