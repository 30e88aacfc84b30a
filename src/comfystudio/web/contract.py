"""The API's own description."""

import json
from functools import cache

from aiohttp import web

from comfystudio.web.call import Call
from comfystudio.web.openapi import document
from comfystudio.web.routing import Need, route

__all__ = ["Description"]

Description = web.StreamResponse


@cache
def _text(version: str) -> bytes:
    from comfystudio.web.routes import ROUTES  # noqa: PLC0415 the table holds this very route

    return json.dumps(document(ROUTES, version), ensure_ascii=False).encode()


@route("GET", "/api/v1/openapi.json", need=Need.PUBLIC, about="This API as an OpenAPI 3.1 document.")
async def openapi(call: Call) -> Description:
    """Describe the API."""
    return web.Response(body=_text(call.services.version), content_type="application/json")
