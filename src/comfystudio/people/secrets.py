"""Random secrets: 256 bits for the holder, a SHA-256 for us. Nobody who reads the database can use one."""

import hashlib
import secrets

__all__ = ["LENGTH", "digest", "make"]

LENGTH = 43  # what 256 bits take in base64 without padding


def make() -> str:
    """A fresh secret that can stand in an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest(raw: str) -> str | None:
    """What the database keeps of `raw`; None for text that cannot be one of ours, before any work is spent."""
    if len(raw) != LENGTH or not raw.isascii():
        return None
    return hashlib.sha256(raw.encode("ascii")).hexdigest()
