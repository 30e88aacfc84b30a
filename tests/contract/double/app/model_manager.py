"""Models with their folders, sizes and preview pictures."""

import io
import os
from pathlib import Path
from typing import Any

import folder_paths
from aiohttp import web
from double_knobs import NEWER

__all__ = ["ModelFileManager"]


class ModelFileManager:
    """The routes under /experiment/models."""

    def add_routes(self, routes: web.RouteTableDef) -> None:
        """Kinds, files of a kind, and a file's picture."""
        known = folder_paths.folder_names_and_paths

        @routes.get("/experiment/models")
        async def kinds(request: web.Request) -> web.Response:
            return web.json_response(
                [
                    {"name": kind, "folders": paths[0], "extensions": sorted(paths[1])}
                    for kind, paths in known.items()
                    if kind not in {"configs", "custom_nodes"}
                ]
            )

        @routes.get("/experiment/models/{folder}")
        async def models(request: web.Request) -> web.Response:
            folder = request.match_info["folder"]
            return web.json_response(_files(folder)) if folder in known else web.Response(status=404)

        @routes.get("/experiment/models/preview/{folder}/{path_index}/{filename:.*}")
        async def preview(request: web.Request) -> web.Response:
            asked = request.match_info
            place = asked["path_index"]
            if asked["folder"] not in known:
                return web.Response(status=404)
            if not place.isdigit() or int(place) >= len(known[asked["folder"]][0]):
                if not NEWER:
                    raise IndexError(place)  # which is a 500, as upstream
                return web.Response(status=404)
            folder = known[asked["folder"]][0][int(place)]
            path = Path(os.path.normpath(os.path.join(folder, asked["filename"])))  # noqa: PTH118
            if NEWER and not path.is_relative_to(folder):
                return web.Response(status=403)
            return _picture(path)


def _files(folder: str) -> list[dict[str, Any]]:
    found = []
    for index, home in enumerate(folder_paths.folder_names_and_paths[folder][0]):
        names, _ = folder_paths.recursive_search(home, [".git"])
        for name in folder_paths.filter_files_extensions(names, folder_paths.supported_pt_extensions):
            stat = Path(home, name).stat()
            dates = {"modified": stat.st_mtime, "created": stat.st_ctime}
            found.append({"name": name, "pathIndex": index, **dates, "size": stat.st_size})
    return found


def _picture(model: Path) -> web.Response:
    """The picture beside a model (its name, or its name and `.preview`), as WebP."""
    for suffix in (".png", ".jpg", ".jpeg", ".webp", ".preview.png", ".preview.jpg"):
        path = model.with_suffix(suffix)
        if path.is_file():
            from PIL import Image

            buffer = io.BytesIO()
            with Image.open(path) as picture:
                picture.save(buffer, format="WEBP")
            return web.Response(body=buffer.getvalue(), content_type="image/webp")
    return web.Response(status=404)
