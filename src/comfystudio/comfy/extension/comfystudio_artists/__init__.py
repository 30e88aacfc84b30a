"""The entry that ComfyUI imports as a pack without nodes.

Whatever fails in here must leave the door shut, not open: ComfyUI goes on without a pack that does not import.
"""

import logging
from typing import Any

NODE_CLASS_MAPPINGS: dict[str, Any] = {}


def _shut(why: str) -> None:
    """Answer every request with 503 because the extension could not be loaded."""
    from aiohttp import web  # noqa: PLC0415 - needed in this one case
    from server import PromptServer  # type: ignore[import-not-found]  # noqa: PLC0415

    @web.middleware
    async def shut(_request: web.Request, _handler: Any) -> web.StreamResponse:
        return web.json_response({"error": why}, status=503)

    PromptServer.instance.app.middlewares.insert(0, shut)


try:
    from .prestartup_script import package

    package().load()
except Exception as error:
    logging.exception("ComfyStudio: the extension could not be loaded; every request is refused")
    _shut(f"ComfyStudio's extension could not be loaded: {type(error).__name__}: {error}")
