"""Personal tokens as programs send them: `Bearer cst_…`, Jupyter's `token cst_…`, or the password of Basic.

Never in an address: addresses land in logs, histories and Referer headers.
"""

import base64
import binascii
from dataclasses import dataclass

__all__ = ["Presented", "presented"]

PREFIX = "cst_"


@dataclass(frozen=True, slots=True)
class Presented:
    """A token somebody sent. `ambient`: a browser may have sent it by itself, like a remembered password."""

    raw: str
    ambient: bool


def presented(authorization: str) -> Presented | None:
    """The studio's token in an Authorization header; None where it holds something else."""
    scheme, _, content = authorization.partition(" ")
    scheme = scheme.lower()
    content = content.strip()
    if scheme in {"bearer", "token"}:
        return Presented(content, ambient=False) if content.startswith(PREFIX) else None
    if scheme != "basic":
        return None
    try:
        password = base64.b64decode(content, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Presented(password, ambient=True) if password.startswith(PREFIX) else None
