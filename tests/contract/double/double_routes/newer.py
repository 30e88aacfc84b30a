"""What a newer one answers beside jobs: assets (switched off), subgraphs, replacements of nodes, templates."""

from pathlib import Path
from typing import Any

from aiohttp import web

__all__ = ["add", "add_assets", "template"]

_ASSETS = (
    ("HEAD", "/api/assets/hash/{hash}"),
    ("GET", "/api/assets"),
    ("GET", "/api/assets/{id}"),
    ("GET", "/api/assets/{id}/content"),
    ("POST", "/api/assets/from-hash"),
    ("POST", "/api/assets"),
    ("PUT", "/api/assets/{id}"),
    ("DELETE", "/api/assets/{id}"),
    ("GET", "/api/tags"),
    ("POST", "/api/assets/{id}/tags"),
    ("DELETE", "/api/assets/{id}/tags"),
    ("GET", "/api/assets/tags/refine"),
    ("POST", "/api/assets/seed"),
    ("GET", "/api/assets/seed/status"),
    ("POST", "/api/assets/seed/cancel"),
    ("POST", "/api/assets/prune"),
)
_OFF = "Assets system is disabled. Start the server with --enable-assets to use this feature."


async def _off(request: web.Request) -> web.Response:
    error = {"code": "SERVICE_DISABLED", "message": _OFF, "details": {}}
    return web.json_response({"error": error}, status=503)


def add_assets(app: web.Application) -> None:
    """The routes of the assets, which say that they are switched off. They are under /api alone."""
    routes = web.RouteTableDef()
    for method, path in _ASSETS:
        (routes.get(path) if method == "GET" else routes.route(method, path))(_off)
    app.add_routes(routes)


def template(folder: Path) -> Any:
    """A handler for the files of `folder`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        path = folder / request.match_info["path"]
        if ".." in path.parts or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path)

    return answer


def add(routes: web.RouteTableDef, server: Any) -> None:
    """None of either here."""

    @routes.get("/global_subgraphs")
    async def subgraphs(request: web.Request) -> web.Response:
        return web.json_response({})

    @routes.get("/global_subgraphs/{id}")
    async def subgraph(request: web.Request) -> web.Response:
        return web.json_response(None)

    @routes.get("/node_replacements")
    async def replacements(request: web.Request) -> web.Response:
        return web.json_response({})
