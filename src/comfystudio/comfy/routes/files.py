"""Files of the artist who asks, read by the studio: /view, and what VideoHelperSuite shows of videos."""

import asyncio
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from aiohttp import web

from comfystudio.comfy.owners import header, owner_of
from comfystudio.comfy.routes.replies import PRIVATE, empty
from comfystudio.comfy.routes.seams import Pictures, Visit
from comfystudio.comfy.routes.sending import send
from comfystudio.errors import Missing
from comfystudio.gallery import Opened, attachment, open_file
from comfystudio.pictures import Channel, Format
from comfystudio.workspace import Kept, Workspace

__all__ = ["Files"]

PLACES = ("output", "input", "temp")
DEFAULT_QUALITY = 90
# What VideoHelperSuite may be told beside the file.
_PLAYING = ("force_rate", "frame_load_cap", "skip_first_frames", "select_every_nth", "start_time", "frame_rate")


@dataclass(frozen=True)
class _Named:
    """A file as a query names it: `path` is relative to the owner's folder for `place`. `status` says why not."""

    place: str = ""
    folder: str = ""
    name: str = ""
    status: int = 200

    @property
    def path(self) -> str:
        """With slashes."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


class Files:
    """Serves from the owner's own folders, past no link and out of none of them."""

    def __init__(self, workspace: Workspace, pictures: Pictures) -> None:
        self._workspace = workspace
        self._pictures = pictures

    async def view(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """GET /view: the file, a smaller picture of it, or its colours or its transparency alone."""
        query = visit.request.query
        named = _named(visit.request)
        if named.status != 200:
            return empty(named.status)
        try:
            file = await self._open(visit, named)
        except Missing:
            return empty(404)
        with file:
            if "preview" in query or query.get("channel") in {"rgb", "a"}:
                return await self._picture(visit, file)
            return await send(visit, file)

    async def video(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """GET /vhs/viewvideo and its like: the file as it is; folders of single pictures are not made into one."""
        named = _named(visit.request)
        if named.status != 200 or visit.request.query.get("format") == "folder":
            return empty(404)
        try:
            file = await self._open(visit, named)
        except Missing:
            return empty(404)
        with file:
            return await send(visit, file)

    async def ask(self, visit: Visit, _held: tuple[str, ...]) -> web.StreamResponse:
        """GET /vhs/queryvideo: sent on for a file that is there, named anew so that nothing else can be meant."""
        named = _named(visit.request)
        try:
            if named.status != 200:
                return empty(404)
            (await self._open(visit, named)).close()
        except Missing:
            return empty(404)
        if visit.upstream is None:
            return await visit.not_ready()
        query = visit.request.query
        told = {"filename": named.name, "type": named.place, "subfolder": named.folder}
        told |= {name: query[name] for name in _PLAYING if name in query}
        owner = owner_of(visit.caller.person)
        return await visit.forward(
            headers=[header(owner)], target=f"/vhs/queryvideo?{urlencode(told)}", answer=[PRIVATE]
        )

    async def _open(self, visit: Visit, named: _Named) -> Opened:
        root = self._workspace.comfy(cast("Kept", named.place), visit.caller.person.folder)
        return await asyncio.to_thread(open_file, root, named.path)

    async def _picture(self, visit: Visit, file: Opened) -> web.StreamResponse:
        query = visit.request.query
        said, preview = query.get("channel", ""), query.get("preview")
        form: Format = "png"
        channel: Channel = "rgb" if said == "rgb" else "rgba"
        quality = DEFAULT_QUALITY
        if preview is None:
            channel = "a" if said == "a" else "rgb"
        else:
            wanted, *more = preview.split(";")
            # What has no place for transparency is not taken where somebody asks for it.
            form = "jpeg" if wanted == "jpeg" and "a" not in said else "webp"
            if more and more[-1].isdecimal():
                quality = max(1, min(100, int(more[-1][:4])))
        made = await self._pictures.convert(file.handle, format=form, quality=quality, channel=channel)
        headers = {
            "Content-Disposition": attachment(file.name).replace("attachment", "inline", 1),
            "X-Content-Type-Options": "nosniff",
            **dict([PRIVATE]),
        }
        return web.Response(body=made, content_type=f"image/{form}", headers=headers)


def _named(request: web.Request) -> _Named:
    """The file that a query names by `filename`, `subfolder` and `type`, as ComfyUI reads it."""
    query = request.query
    name = query.get("filename")
    if name is None:
        return _Named(status=404)
    place = query.get("type", "output")
    for each in PLACES:
        # A name can carry its place: "picture.png [input]".
        if name.endswith(f"[{each}]"):
            name, place = name.removesuffix(f"[{each}]").rstrip(" "), each
            break
    folders = [part for part in query.get("subfolder", "").split("/") if part not in {"", "."}]
    if not name or name.startswith("/") or ".." in name or place not in PLACES:
        return _Named(status=400)
    if query.get("subfolder", "").startswith("/") or ".." in folders:
        return _Named(status=403)
    # As ComfyUI does: folders in the name itself count for nothing.
    return _Named(place, "/".join(folders), name.rpartition("/")[2])
