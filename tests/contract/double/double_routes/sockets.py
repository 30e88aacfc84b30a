"""The page, and /ws: one socket a client id.

A second socket takes the first one's place, and either leaving ends the events. That flaw is upstream's, and the
reason why a portal must not let two pages share an id.
"""

import json
import logging
import uuid
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from comfy_api import feature_flags
from double_knobs import NEWER

__all__ = ["add"]


async def _listen(server: Any, socket: web.WebSocketResponse, sid: str) -> None:
    await server.send("status", {"status": server.get_queue_info(), "sid": sid}, sid)
    if server.client_id == sid and server.last_node_id is not None:
        await server.send("executing", {"node": server.last_node_id}, sid)
    first = True
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            said = json.loads(message.data)
            if first and said.get("type") == "feature_flags":
                server.sockets_metadata[sid]["feature_flags"] = said.get("data", {})
                await server.send("feature_flags", feature_flags.get_server_features(), sid)
            first = False
        except ValueError:
            logging.warning("Invalid JSON received from client %s: %s", sid, message.data)


def add(routes: web.RouteTableDef, server: Any) -> None:
    """The page and its socket."""

    @routes.get("/ws")
    async def listen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        sid = request.query.get("clientId", "") or uuid.uuid4().hex
        server.sockets.pop(sid, None)
        server.sockets[sid] = socket
        server.sockets_metadata[sid] = {"feature_flags": {}}
        try:
            await _listen(server, socket, sid)
        finally:
            server.sockets.pop(sid, None)
            server.sockets_metadata.pop(sid, None)
        return socket

    @routes.get("/")
    async def root(request: web.Request) -> web.FileResponse:
        kept = "no-store, must-revalidate" if NEWER else "no-cache"
        fresh = {"Cache-Control": kept, "Pragma": "no-cache", "Expires": "0"}
        return web.FileResponse(Path(server.web_root, "index.html"), headers=fresh)
