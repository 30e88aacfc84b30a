"""What node packs bring beside nodes: example workflows and translations (of which there are none here)."""

from pathlib import Path
from typing import Any

import folder_paths
from aiohttp import web

__all__ = ["CustomNodeManager"]

_FOLDER = "example_workflows"


class CustomNodeManager:
    """The routes for both."""

    def add_routes(self, routes: web.RouteTableDef, webapp: web.Application, loaded_modules: Any) -> None:
        """Listings, and the workflows themselves."""

        @routes.get("/workflow_templates")
        async def templates(request: web.Request) -> web.Response:
            found: dict[str, list[str]] = {}
            for folder in folder_paths.get_folder_paths("custom_nodes"):
                for file in Path(folder).glob(f"*/{_FOLDER}/*.json"):
                    found.setdefault(file.parent.parent.name, []).append(file.stem)
            return web.json_response(found)

        for name, home in loaded_modules:
            if Path(home, _FOLDER).is_dir():
                webapp.add_routes([web.static("/api/workflow_templates/" + name, Path(home, _FOLDER))])

        @routes.get("/i18n")
        async def translations(request: web.Request) -> web.Response:
            return web.json_response({})
