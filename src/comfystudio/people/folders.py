"""The folder of a person: readable, safe on every file system, and nobody else's."""

import hashlib
import unicodedata
from collections.abc import Iterable

__all__ = ["LONGEST_BYTES", "Folders", "folder_of"]

LONGEST_BYTES = 200
# Folders with a meaning of their own to ComfyUI, among those of people: models that training saved, its own user.
RESERVED = frozenset({"checkpoints", "clip", "vae", "diffusion_models", "loras", "3d", "default"})
RESERVED_BEGINNINGS = ("__", "comfyui.")


def _same(folder: str) -> str:
    # Some network volumes ignore case and the form of accents; two people must differ there too.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", folder).casefold())


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8")[:size].decode("utf-8", errors="ignore")


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFC", name)
    text = "".join("_" if c in "/\\" or unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in text)
    text = text.strip(". ") or "person"
    if _same(text).startswith(RESERVED_BEGINNINGS):
        text = f"person {text}"
    if len(text.encode("utf-8")) <= LONGEST_BYTES:
        return text
    mark = "-" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
    return _cut(text, LONGEST_BYTES - len(mark)).rstrip(". ") + mark


class Folders:
    """Folders that are taken, to find free ones for many people at once."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._used = set(RESERVED).union(_same(folder) for folder in taken)

    def take(self, name: str) -> str:
        """The folder for somebody called `name`, different from all taken ones even where case is ignored.

        NFC, no slash, no control character, no dot or blank at either end, at most 200 bytes, none of ComfyUI's own.
        """
        plain = _plain(name)
        folder, number = plain, 1
        while _same(folder) in self._used:
            number += 1
            mark = f"-{number}"
            folder = _cut(plain, LONGEST_BYTES - len(mark)).rstrip(". ") + mark
        self._used.add(_same(folder))
        return folder


def folder_of(name: str, taken: Iterable[str]) -> str:
    """The folder for one person called `name`, as `Folders` says."""
    return Folders(taken).take(name)
