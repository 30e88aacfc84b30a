"""Browsers a person signed in with before: a signed value that opens nothing and only spares them others' limits."""

import hashlib
import hmac
import secrets
from pathlib import Path

from comfystudio.workspace import write_atomic

__all__ = ["Devices"]


class Devices:
    """Makes and reads the values. The key lies in the file at `path`, which only the studio can read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key = secrets.token_bytes(32)

    def load(self) -> None:
        """Read the key, or keep a fresh one; on a full disk it lasts until the studio ends. May block."""
        try:
            found = self._path.read_bytes()
        except FileNotFoundError:
            found = b""
        if len(found) == len(self._key):
            self._key = found
            return
        try:
            write_atomic(self._path, self._key)
        except OSError:
            return

    def make(self, person_id: int) -> str:
        """A value for the browser that `person_id` just signed in with."""
        nonce = secrets.token_urlsafe(16)
        return f"{person_id}.{nonce}.{self._mark(person_id, nonce)}"

    def nonce(self, raw: str | None, person_id: int) -> str | None:
        """What tells this browser of `person_id` from others; None for values that are not ours or another's."""
        parts = raw.split(".") if raw and len(raw) < 200 and raw.isascii() else []
        if len(parts) != 3 or parts[0] != str(person_id):
            return None
        return parts[1] if hmac.compare_digest(parts[2], self._mark(person_id, parts[1])) else None

    def _mark(self, person_id: int, nonce: str) -> str:
        return hmac.new(self._key, f"{person_id}.{nonce}".encode(), hashlib.sha256).hexdigest()
