"""Requests of owners that name files: refused when a name leads outside the owner's folders, links followed."""

import asyncio
import json
import os
from typing import Any

from aiohttp import web

from . import hooks
from .containment import has_link, inside
from .folders import Folders

__all__ = ["Files"]

KINDS = ("output", "input", "temp")


class Files:
    """The checks by route. True lets ComfyUI answer."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def checks(self) -> dict[str, Any]:
        """Route to check."""
        return {
            "/view": self.view,
            "/upload/image": self.upload,
            "/upload/mask": self.mask,
            "/userdata": self.listing,
            "/v2/userdata": self.listing,
        }

    async def view(self, request: web.Request, number: int) -> bool:
        """GET /view: file, subfolder and type as ComfyUI reads them; hashes of its asset database are nobody's."""
        query = request.rel_url.query
        return self._readable(
            query.get("filename", ""), query.get("subfolder", ""), query.get("type", "output"), number
        )

    async def listing(self, _request: web.Request, number: int) -> bool:
        """GET /userdata: ComfyUI's search follows links, so it does not search where one leads out."""
        return not await asyncio.to_thread(_any_leads_out, self._folders.of("user", number))

    async def upload(self, request: web.Request, number: int) -> bool:
        """POST /upload/image: the place that the form names."""
        post = await request.post()
        image, kind, subfolder = post.get("image"), post.get("type") or "input", post.get("subfolder", "")
        if not isinstance(kind, str) or kind not in KINDS or not isinstance(subfolder, str):
            return False
        name = image.filename if isinstance(image, web.FileField) else ""
        relative = os.path.join(os.path.normpath(subfolder), name)
        folder = self._folders.of(kind, number)
        if "\0" in relative or not inside(folder, os.path.join(folder, relative)):
            return False
        return not has_link(folder, relative)

    async def mask(self, request: web.Request, number: int) -> bool:
        """POST /upload/mask: the place as for images, and the picture that it is laid over."""
        if not await self.upload(request, number):
            return False
        try:
            ref = json.loads(str((await request.post()).get("original_ref")))
            name, subfolder, kind = ref["filename"], ref.get("subfolder", ""), ref.get("type", "output")
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        return all(isinstance(each, str) for each in (name, subfolder, kind)) and self._readable(
            name, subfolder, kind, number
        )

    def _readable(self, name: str, subfolder: str, kind: str, number: int) -> bool:
        if name.startswith("blake3:") or "\0" in name + subfolder:
            return False
        bare, folder = hooks.module("folder_paths").annotated_filepath(name)
        if folder is None:
            if kind not in KINDS:
                return True  # ComfyUI answers that there is no such type
            folder = self._folders.of(kind, number)
        return inside(folder, os.path.join(folder, subfolder, bare))


def _any_leads_out(folder: str) -> bool:
    """Whether a link anywhere below `folder` ends outside."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(place, name)
            if os.path.islink(path) and not inside(folder, path):
                return True
    return False
