"""The headers under which a file that somebody made goes to a browser: nothing in it may run there."""

import os
import unicodedata
from urllib.parse import quote

from comfystudio.gallery.kinds import HEAD_BYTES, UNKNOWN, looks_right, type_of
from comfystudio.gallery.safe import Opened

__all__ = ["FILE_POLICY", "attachment", "headers_for", "headers_of"]

# A picture or a film opened by itself is a small page of the browser's own, which loads the file once more.
FILE_POLICY = (
    "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_LONGEST = 200


def _plain(name: str) -> str:
    """`name` without what turns text around, ends a header or stands for a folder."""
    shown = os.fsencode(name).decode("utf-8", "replace").rpartition("/")[2]
    kept = "".join("_" if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else each for each in shown)
    return kept.replace("\\", "_").replace('"', "_")


def _disposition(kind: str, name: str) -> str:
    plain = _plain(name)
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > _LONGEST and dot and len(ending) < 20:
        plain = stem[: _LONGEST - len(ending) - 1] + dot + ending
    plain = plain[:_LONGEST]
    ascii_name = plain.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    value = f'{kind}; filename="{ascii_name}"'
    return value if ascii_name == plain else f"{value}; filename*=UTF-8''{quote(plain, safe='')}"


def attachment(name: str) -> str:
    """The Content-Disposition of a download called `name`."""
    return _disposition("attachment", name)


def headers_for(name: str, head: bytes) -> dict[str, str]:
    """The headers of the file `name` that begins with `head` (64 bytes are enough).

    A type that is known to run nothing, and whose first bytes agree with the name, is shown; the rest is downloaded.
    """
    content_type, shown = type_of(name)
    text = content_type.startswith(("text/", "application/json"))
    if shown and not text and head and not looks_right(content_type, head):
        content_type, shown = UNKNOWN, False
    return {
        "Content-Type": content_type,
        "Content-Disposition": _disposition("inline" if shown else "attachment", name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": FILE_POLICY,
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def headers_of(file: Opened) -> dict[str, str]:
    """The headers of an open file, its first bytes looked at. Blocks."""
    return headers_for(file.name, os.pread(file.handle, HEAD_BYTES, 0))
