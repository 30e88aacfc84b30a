"""A user's settings: one JSON file in their folder."""

import json
from pathlib import Path
from typing import Any

from aiohttp import web

__all__ = ["AppSettings"]


class AppSettings:
    """Read and written for whoever asks."""

    def __init__(self, user_manager) -> None:
        self.user_manager = user_manager

    def _path(self, request: web.Request) -> Path:
        return Path(self.user_manager.get_request_user_filepath(request, "comfy.settings.json"))

    def get_settings(self, request: web.Request) -> dict[str, Any]:
        try:
            path = self._path(request)
        except KeyError:
            raise web.HTTPUnauthorized from None
        return json.loads(path.read_text()) if path.is_file() else {}

    def save_settings(self, request: web.Request, settings: dict[str, Any]) -> None:
        self._path(request).write_text(json.dumps(settings, indent=4))

    def add_routes(self, routes: web.RouteTableDef) -> None:
        """All of them, and one by name."""

        @routes.get("/settings")
        async def get_all(request: web.Request) -> web.Response:
            return web.json_response(self.get_settings(request))

        @routes.get("/settings/{id}")
        async def get_one(request: web.Request) -> web.Response:
            return web.json_response(self.get_settings(request).get(request.match_info["id"]))

        @routes.post("/settings")
        async def set_many(request: web.Request) -> web.Response:
            self.save_settings(request, self.get_settings(request) | await request.json())
            return web.Response()

        @routes.post("/settings/{id}")
        async def set_one(request: web.Request) -> web.Response:
            value = await request.json()
            self.save_settings(request, self.get_settings(request) | {request.match_info["id"]: value})
            return web.Response()
