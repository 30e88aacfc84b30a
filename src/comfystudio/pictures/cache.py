"""Thumbnails on disk: bounded, found by what they show, written so that half of one is never taken for one."""

import contextlib
import hashlib
import os
import threading
from pathlib import Path

__all__ = ["Cache", "key_of"]

BYTES = 2 * 1024**3
# Pruned to this share, so that not every new one makes an old one go.
_KEPT = 0.9
_DAY = 86_400


def key_of(*parts: object) -> str:
    """A name for what `parts` tell, fit for a file."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _whole(content: bytes) -> bool:
    """Whether a WebP file is as long as it says: after a power cut it may not be."""
    return content[:4] == b"RIFF" and int.from_bytes(content[4:8], "little") + 8 == len(content)


class Cache:
    """Up to `most` bytes of WebP files in `folder`, which nobody but the studio reads. Every method blocks."""

    def __init__(self, folder: Path, most: int = BYTES) -> None:
        self._folder = folder
        self._most = most
        self._lock = threading.Lock()
        self._used: int | None = None

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.webp"

    def get(self, key: str) -> bytes | None:
        """What is kept under `key`."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
                content = file.read()
        except OSError:
            return None
        if not _whole(content):
            return None
        if found.st_atime - found.st_mtime > _DAY:
            # Looked at long after it was made: what goes first is what nobody looks at.
            with contextlib.suppress(OSError):
                os.utime(path)
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep `content`; where the disk does not take it, it is made again another time."""
        path = self._path(key)
        draft = path.with_name(f".{key}.{threading.get_ident()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(content)
            draft.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            return
        with self._lock:
            self._used = len(content) + (self._weigh() if self._used is None else self._used)
            if self._used > self._most:
                self._prune()

    def _files(self) -> list[tuple[float, int, str]]:
        """When each was last wanted, its size and its path."""
        found = []
        for folder, _, names in os.walk(self._folder):
            for name in names:
                path = os.path.join(folder, name)  # noqa: PTH118 there can be hundreds of thousands
                with contextlib.suppress(OSError):
                    seen = os.stat(path)  # noqa: PTH116 as above
                    found.append((seen.st_mtime, seen.st_size, path))
        return found

    def _weigh(self) -> int:
        return sum(size for _, size, _ in self._files())

    def _prune(self) -> None:
        files = sorted(self._files())
        used = sum(size for _, size, _ in files)
        for _, size, path in files:
            if used <= self._most * _KEPT:
                break
            with contextlib.suppress(OSError):
                os.unlink(path)  # noqa: PTH108 as above
                used -= size
        self._used = used
