"""Paths as clients write them, brought to the one form in which they are compared and sent on.

Each segment is decoded once. What two servers could read differently is no path at all.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

__all__ = ["LONGEST", "BadPath", "Target", "read"]

LONGEST = 4096
_API = "api"
# Visible ASCII, without the backslash; everything else has to come percent-encoded.
_RAW = re.compile(r"/[!-\[\]-~]*")
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TWICE = re.compile(r"%[0-9A-Fa-f]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_DOTS = frozenset({"", ".", ".."})


class BadPath(ValueError):
    """Not a path that a route can have; the text says why in a few words."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a request asks for. `segments` are decoded and without the /api in front, which `api` stands for.

    `text` is path and query to send on: every segment encoded anew, the query as it came.
    """

    segments: tuple[str, ...]
    api: bool
    text: str
    query: str


def read(raw: str) -> Target:
    """The target that `raw`, a request's path and query, names. Raises BadPath."""
    path, mark, query = raw.partition("?")
    if len(path) > LONGEST:
        raise BadPath("too long")
    if not _RAW.fullmatch(path):
        raise BadPath("characters that must be encoded")
    written = path[1:].split("/")
    segments = [_decoded(each) for each in written]
    # A slash at the end is an empty last segment: the path of a folder. Only "/" and "/api/" are routes.
    if "" in segments[:-1]:
        raise BadPath("an empty segment")
    text = path if "%" not in path else "/" + "/".join(quote(each, safe="") for each in segments)
    api = segments[0] == _API and len(segments) > 1
    return Target(tuple(segments[1:] if api else segments), api, text + mark + query, query)


def _decoded(written: str) -> str:
    if "%" not in written:
        segment = written
    else:
        if _BROKEN.search(written):
            raise BadPath("a broken encoding")
        try:
            segment = unquote_to_bytes(written).decode("utf-8")
        except UnicodeDecodeError:
            raise BadPath("an encoding other than UTF-8") from None
        if _TWICE.search(segment):
            raise BadPath("encoded twice")
    if _CONTROL.search(segment):
        raise BadPath("a control character or backslash")
    if segment in {".", ".."} or ("/" in segment and not _DOTS.isdisjoint(segment.split("/"))):
        raise BadPath("a way up")
    return segment
