"""Passwords: what is accepted, and argon2id away from the event loop, two at a time."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from comfystudio.errors import Invalid, TooLarge, Unavailable

__all__ = ["LONGEST_BYTES", "SHORTEST", "Passwords", "check"]

T = TypeVar("T")
SHORTEST = 10
LONGEST_BYTES = 1024
PARALLEL = 2
WAITING = 64


def _form(password: str) -> bytes:
    # One keyboard types an accent as one character, another as two: both mean the same password.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def check(password: str, name: str) -> None:
    """Raise where `password` cannot be taken for the person called `name`."""
    if len(password) > LONGEST_BYTES or len(_form(password)) > LONGEST_BYTES:
        raise TooLarge("people.password_long", longest=LONGEST_BYTES)
    if len(password) < SHORTEST:
        raise Invalid("people.password_short", shortest=SHORTEST)
    if "\0" in password or any(unicodedata.category(character) == "Cs" for character in password):
        raise Invalid("people.password_characters")
    plain = unicodedata.normalize("NFC", password).casefold().strip()
    if plain == unicodedata.normalize("NFC", name).casefold():
        raise Invalid("people.password_is_name")


class Passwords:
    """Hashes and compares on two threads of its own, so that a rush of sign-ins costs neither memory nor the loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="passwords")
        self._under_way = 0
        self._nobody: str | None = None

    async def start(self) -> None:
        """Make the hash that unknown names are compared with, so that they take as long as known ones."""
        self._nobody = await self._on_thread(lambda: self._hasher.hash(b"nobody"))

    def stop(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    async def hash(self, password: str) -> str:
        """What the database keeps of `password`."""
        return await self._on_thread(lambda: self._hasher.hash(_form(password)))

    async def verify(self, password: str, stored: str | None, *, known: bool = False) -> bool:
        """Whether `password` belongs to `stored`; without one it takes as long and is False.

        `Unavailable` where too many wait already, unless the place is `known`.
        """
        if self._under_way >= PARALLEL + WAITING and not known:
            raise Unavailable("people.sign_in_busy", retry_after=5)
        against = stored or self._nobody
        if against is None:
            raise RuntimeError("passwords are not started")
        form = _form(password[: LONGEST_BYTES + 1])
        same = await self._on_thread(lambda: self._same(against, form))
        return same and stored is not None and len(form) <= LONGEST_BYTES

    def outdated(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _same(self, stored: str, form: bytes) -> bool:
        try:
            return self._hasher.verify(stored, form)
        except (VerificationError, InvalidHashError):
            return False

    async def _on_thread(self, work: Callable[[], T]) -> T:
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1
