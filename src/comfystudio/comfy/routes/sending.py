"""A file of an artist's on its way to the page, for as long as they may be here."""

import asyncio

from aiohttp import web

from comfystudio import http_files
from comfystudio.comfy.routes.seams import Visit
from comfystudio.gallery import Opened, headers_of

__all__ = ["send"]


async def send(visit: Visit, file: Opened) -> web.StreamResponse:
    """Send `file`, which the caller closes."""
    headers = await asyncio.to_thread(headers_of, file)
    transport = visit.request.transport
    with visit.held(transport.abort if transport else _nothing):
        return await http_files.send(visit.request, file, headers)


def _nothing() -> None:
    pass
