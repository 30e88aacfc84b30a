"""/internal/*: for ComfyUI's own page, without a twin under /api."""

from pathlib import Path
from typing import Any

import folder_paths
from aiohttp import web
from app.logger import get_logs
from double_knobs import NEWER

__all__ = ["InternalRoutes"]


class InternalRoutes:
    """An application of its own, which the server hangs in."""

    def __init__(self, prompt_server) -> None:
        self.prompt_server = prompt_server
        self.routes = web.RouteTableDef()

    def get_app(self) -> web.Application:
        self._add_logs()
        self._add_files()
        app = web.Application()
        app.add_routes(self.routes)
        return app

    def _add_logs(self) -> None:
        @self.routes.get("/logs")
        async def logs(request: web.Request) -> web.Response:
            return web.json_response("".join(f"{line['t']} - {line['m']}" for line in get_logs()))

        @self.routes.get("/logs/raw")
        async def raw_logs(request: web.Request) -> web.Response:
            return web.json_response({"entries": get_logs(), "size": {"cols": 80, "rows": 24}})

        @self.routes.patch("/logs/subscribe")
        async def subscribe(request: web.Request) -> web.Response:
            body: dict[str, Any] = await request.json()
            _ = body["clientId"], body["enabled"]
            return web.Response()

    def _add_files(self) -> None:
        @self.routes.get("/folder_paths")
        async def paths(request: web.Request) -> web.Response:
            known = folder_paths.folder_names_and_paths
            return web.json_response({kind: found[0] for kind, found in known.items()})

        @self.routes.get("/files/{directory_type}")
        async def files(request: web.Request) -> web.Response:
            kind = request.match_info["directory_type"]
            folder = folder_paths.get_directory_by_type(kind)
            if folder is None:
                return web.json_response({"error": "Invalid directory type"}, status=400)
            found = [path for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith(".")]
            found.sort(key=lambda path: -path.stat().st_mtime)
            return web.json_response([f"{path.name} [{kind}]" if NEWER else path.name for path in found])
