"""The built pages: hashed assets for ever, `index.html` for every address of a page, compressed copies as built."""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from comfystudio import words
from comfystudio.errors import Missing
from comfystudio.web import headers

__all__ = ["StaticFiles"]

_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_TEXT = {".css", ".html", ".js", ".svg", ".txt"}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
# No dot first, no separator, no escape: a name that fits cannot leave its folder.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}\Z")
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class _File:
    content: bytes
    encoding: str | None
    tag: str


def _accepted(request: web.BaseRequest) -> tuple[tuple[str, str], ...]:
    offered = request.headers.get("Accept-Encoding", "").lower()
    names = {part.split(";")[0].strip() for part in offered.split(",") if not part.replace(" ", "").endswith(";q=0")}
    return tuple(pair for pair in _ENCODINGS if pair[0] in names)


def _load(path: Path, encodings: tuple[tuple[str, str], ...]) -> _File | None:
    for encoding, ending in (*encodings, (None, "")):
        try:
            content = path.with_name(path.name + ending).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            continue
        return _File(content, encoding, f'"{hashlib.sha256(content).hexdigest()[:20]}"')
    return None


class StaticFiles:
    """Answers from the folder `root`. Assets, whose names carry their hash, are kept in memory once read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: dict[tuple[str, tuple[tuple[str, str], ...]], _File] = {}

    async def answer(self, request: web.BaseRequest, raw_path: str) -> web.StreamResponse:
        """The file at `raw_path`, or the page for it; `Missing` for a file that is not there."""
        parts = raw_path.strip("/").split("/")
        name = parts[-1]
        if "." not in name:
            return await self._index(request)
        if not all(_NAME.match(part) for part in parts) or name.endswith(tuple(end for _, end in _ENCODINGS)):
            raise Missing("web.nothing_here")
        found = await self._file(parts, _accepted(request))
        if found is None or Path(name).suffix not in _TYPES:
            raise Missing("web.nothing_here")
        lasting = parts[0] == "assets"
        return self._send(request, found, Path(name).suffix, _FOR_EVER if lasting else "no-cache")

    async def _file(self, parts: list[str], encodings: tuple[tuple[str, str], ...]) -> _File | None:
        key = ("/".join(parts), encodings)
        if key in self._kept:
            return self._kept[key]
        found = await asyncio.to_thread(_load, self._root.joinpath(*parts), encodings)
        if found is not None and parts[0] == "assets":
            self._kept[key] = found
        return found

    async def _index(self, request: web.BaseRequest) -> web.StreamResponse:
        found = await self._file(["index.html"], _accepted(request))
        if found is None:
            response = web.Response(status=503, text=words.say("web.not_built"))
            headers.page(response)
            response.headers["Cache-Control"] = "no-store"
            return response
        return self._send(request, found, ".html", "no-cache")

    def _send(self, request: web.BaseRequest, file: _File, suffix: str, cache: str) -> web.Response:
        if file.tag in request.headers.get("If-None-Match", ""):
            response = web.Response(status=304)
        else:
            charset = "utf-8" if suffix in _TEXT else None
            response = web.Response(body=file.content, content_type=_TYPES[suffix], charset=charset)
            if file.encoding:
                response.headers["Content-Encoding"] = file.encoding
        response.headers["ETag"] = file.tag
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = cache
        headers.page(response)
        return response
