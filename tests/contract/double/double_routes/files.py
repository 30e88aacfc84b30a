"""Pictures by name: shown, uploaded, masked."""

import io
import json
import mimetypes
import os
from pathlib import Path
from typing import Any

import folder_paths
from aiohttp import web
from double_knobs import NEWER

__all__ = ["add"]

_NEVER_SHOWN = {"text/html", "text/html-sandboxed", "application/xhtml+xml", "text/javascript", "text/css"}


class _Refused(Exception):
    """No file is given; `status` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _place(name: str, kind: str, subfolder: str | None) -> Path:
    """The path that a name, a `type` and a subfolder mean."""
    name, folder = folder_paths.annotated_filepath(name)
    if not name or name[0] == "/" or ".." in name:
        raise _Refused(400)
    folder = folder_paths.get_directory_by_type(kind) if folder is None else folder
    if folder is None:
        raise _Refused(400)
    if subfolder is not None:
        at = os.path.join(folder, subfolder)  # noqa: PTH118
        if os.path.commonpath((os.path.abspath(at), folder)) != folder:  # noqa: PTH100
            raise _Refused(403)
        folder = at
    return Path(folder, name)


def _named(name: str, *, attached: bool = False) -> dict[str, str]:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"') if NEWER else name
    return {"Content-Disposition": ("attachment; " if attached else "") + f'filename="{quoted}"'}


def _as_preview(path: Path, wanted: str, channel: str) -> web.Response:
    """The picture as WebP or JPEG: `preview` is FORMAT or FORMAT;QUALITY."""
    from PIL import Image

    kind, _, quality = wanted.partition(";")
    kind = kind if kind in {"webp", "jpeg"} and "a" not in channel else "webp"
    buffer = io.BytesIO()
    with Image.open(path) as picture:
        flat = picture.convert("RGB") if kind == "jpeg" or channel == "rgb" else picture
        flat.save(buffer, format=kind, quality=int(quality) if quality.isdigit() else 90)
    return web.Response(body=buffer.getvalue(), content_type=f"image/{kind}", headers=_named(path.name))


def _channel(path: Path, channel: str) -> web.Response:
    """The colours without the transparency, or (`a`) the transparency alone, as PNG."""
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(path) as picture:
        if channel == "rgb":
            shown = picture.convert("RGB")
        else:
            shown = Image.new("RGBA", picture.size)
            shown.putalpha(picture.getchannel("A") if picture.mode == "RGBA" else Image.new("L", picture.size, 255))
        shown.save(buffer, format="PNG")
    return web.Response(body=buffer.getvalue(), content_type="image/png", headers=_named(path.name))


def _whole(path: Path) -> web.FileResponse:
    """The file as it is, except that a browser must not run it."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    active = folder_paths.is_dangerous_content_type(kind) if NEWER else kind in _NEVER_SHOWN
    headers = {**_named(path.name, attached=NEWER and active)}
    headers["Content-Type"] = "application/octet-stream" if active else kind
    if NEWER:
        headers["X-Content-Type-Options"] = "nosniff"
    return web.FileResponse(path, headers=headers)


def _view(query: Any) -> web.StreamResponse:
    if "filename" not in query or (NEWER and query["filename"].startswith("blake3:")):
        return web.Response(status=404)
    try:
        path = _place(query["filename"], query.get("type", "output"), query.get("subfolder"))
    except _Refused as refused:
        return web.Response(status=refused.status)
    # upstream looks for the last part of the name in the folder, without the parts before it
    path = path.parent / path.name if "subfolder" not in query else path
    if not path.is_file():
        return web.Response(status=404)
    channel = query.get("channel", "rgba")
    if "preview" in query:
        return _as_preview(path, query["preview"], query.get("channel", ""))
    return _channel(path, channel) if channel in {"rgb", "a"} else _whole(path)


def _free_name(folder: str, name: str, data: bytes) -> tuple[str, bool]:
    """A name for these bytes, and whether they are there already under it."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    again = 0
    while Path(folder, name).exists():
        if Path(folder, name).read_bytes() == data:
            return name, True
        again += 1
        name = f"{stem} ({again}){suffix}"
    return name, False


def _upload(form: Any, masked: bool) -> web.Response:
    image, subfolder = form.get("image"), form.get("subfolder", "")
    kind = form.get("type") or "input"
    folder = folder_paths.get_directory_by_type(kind)
    if folder is None:
        raise ValueError(f"no folder of the type {kind}")  # which is a 500, as upstream
    if not isinstance(image, web.FileField) or not image.filename:
        return web.Response(status=400)
    at = os.path.join(folder, os.path.normpath(subfolder))  # noqa: PTH118
    path = os.path.abspath(os.path.join(at, image.filename))  # noqa: PTH100, PTH118
    if os.path.commonpath((folder, path)) != folder:
        return web.Response(status=400)
    Path(at).mkdir(parents=True, exist_ok=True)
    data, name, there = image.file.read(), image.filename, False
    if form.get("overwrite") not in {"true", "1"}:
        name, there = _free_name(at, name, data)
    if not there and masked:
        _save_masked(form, data, Path(at, name))
    elif not there:
        Path(at, name).write_bytes(data)
    return web.json_response({"name": name, "subfolder": subfolder, "type": kind})


def _save_masked(form: Any, mask: bytes, path: Path) -> None:
    """The picture that `original_ref` names, with the transparency of the one uploaded. Without it: nothing."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    named = json.loads(form["original_ref"])
    try:
        original = _place(named["filename"], named.get("type", "output"), named.get("subfolder") or None)
    except _Refused:
        return
    if not original.is_file():
        return
    with Image.open(original) as picture, Image.open(io.BytesIO(mask)) as drawn:
        about = PngInfo()
        for key, value in getattr(picture, "text", {}).items():
            about.add_text(key, value)
        whole = picture.convert("RGBA")
        whole.putalpha(drawn.convert("RGBA").getchannel("A"))
        whole.save(path, compress_level=4, pnginfo=about)


def add(routes: web.RouteTableDef, server: Any) -> None:
    """/view and the uploads."""

    @routes.get("/view")
    async def view(request: web.Request) -> web.StreamResponse:
        return _view(request.query)

    @routes.post("/upload/image")
    async def upload_image(request: web.Request) -> web.Response:
        return _upload(await request.post(), masked=False)

    @routes.post("/upload/mask")
    async def upload_mask(request: web.Request) -> web.Response:
        return _upload(await request.post(), masked=True)
