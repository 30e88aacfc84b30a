"""The entry that ComfyUI imports as a pack without nodes.

Whatever fails in here must leave the door shut, not open: ComfyUI goes on without a pack that does not import.
"""

import importlib
import logging
from typing import Any

from aiohttp import web

NODE_CLASS_MAPPINGS: dict[str, Any] = {}


def _shut(why: str) -> None:
    """Answer every request with 503 because the extension could not be loaded."""
    server = importlib.import_module("server").PromptServer.instance

    @web.middleware
    async def shut(_request: web.Request, _handler: Any) -> web.StreamResponse:
        return web.json_response({"error": why}, status=503)

    server.app.middlewares.insert(0, shut)


try:
    from .prestartup_script import package

    package().load()
except Exception as error:
    logging.exception("ComfyStudio: the extension could not be loaded; every request is refused")
    _shut(f"ComfyStudio's extension could not be loaded: {type(error).__name__}: {error}")
