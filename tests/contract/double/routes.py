"""The HTTP side: every route also answers under /api, and static files come last."""

import argparse
import json
import mimetypes
import os
import sys
import uuid
from pathlib import Path
from typing import Any

from aiohttp import web

from .log import log
from .nodes import NODES, Folders, inside
from .prompts import Prompts
from .sockets import Sockets
from .validation import validate
from .worker import Worker

__all__ = ["VERSION", "Routes"]

VERSION = "0.3.64"
_NEVER_SHOWN = {"text/html", "text/html-sandboxed", "application/xhtml+xml", "text/javascript", "text/css"}


class Routes:
    """All handlers. `add_to` hangs them into an application."""

    def __init__(
        self, arguments: argparse.Namespace, folders: Folders, prompts: Prompts, sockets: Sockets, worker: Worker
    ) -> None:
        self._arguments = arguments
        self._folders = folders
        self._prompts = prompts
        self._sockets = sockets
        self._worker = worker
        self._number = 0
        self._features = {
            "supports_preview_metadata": True,
            "max_upload_size": round(arguments.max_upload_size * 1024 * 1024),
        }

    def add_to(self, app: web.Application, page: Path) -> None:
        """Hang every route into `app`, with and without /api, and the files of `page` behind them."""
        table: list[tuple[str, str, Any]] = [
            ("GET", "/ws", self.listen),
            ("GET", "/system_stats", self.system_stats),
            ("GET", "/features", self.features),
            ("GET", "/object_info", self.object_info),
            ("GET", "/object_info/{node}", self.object_info),
            ("GET", "/prompt", self.remaining),
            ("POST", "/prompt", self.submit),
            ("GET", "/queue", self.queue),
            ("POST", "/queue", self.change_queue),
            ("GET", "/history", self.history),
            ("GET", "/history/{prompt_id}", self.history),
            ("POST", "/history", self.change_history),
            ("POST", "/interrupt", self.interrupt),
            ("GET", "/view", self.view),
            ("POST", "/upload/image", self.upload),
        ]

        async def root(_request: web.Request) -> web.FileResponse:
            fresh = {"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "0"}
            return web.FileResponse(page / "index.html", headers=fresh)

        table.append(("GET", "/", root))
        for method, path, handler in table:
            app.router.add_route(method, path, handler)
            app.router.add_route(method, "/api" + path, handler)
        app.router.add_static("/", page)

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        """GET /ws?clientId=: a client without an id is given one."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        client = request.query.get("clientId", "") or uuid.uuid4().hex
        self._sockets.join(client, socket)
        try:
            await self._sockets.send("status", {"status": self._status(), "sid": client}, client)
            first = True
            async for message in socket:
                if message.type is not web.WSMsgType.TEXT:
                    continue
                if first and json.loads(message.data).get("type") == "feature_flags":
                    await self._sockets.send("feature_flags", self._features, client)
                first = False
        finally:
            self._sockets.leave(client)
        return socket

    def _status(self) -> dict[str, Any]:
        return {"exec_info": {"queue_remaining": self._prompts.remaining()}}

    async def remaining(self, _request: web.Request) -> web.Response:
        """GET /prompt."""
        return web.json_response(self._status())

    async def features(self, _request: web.Request) -> web.Response:
        """GET /features."""
        return web.json_response(self._features)

    async def system_stats(self, _request: web.Request) -> web.Response:
        """GET /system_stats; memory in bytes."""
        page = os.sysconf("SC_PAGE_SIZE")
        total, free = page * os.sysconf("SC_PHYS_PAGES"), page * os.sysconf("SC_AVPHYS_PAGES")
        system = {
            "os": os.name, "ram_total": total, "ram_free": free, "comfyui_version": VERSION,
            "required_frontend_version": "1.27.10", "installed_templates_version": "0.1.95",
            "required_templates_version": "0.1.95", "python_version": sys.version, "pytorch_version": "2.13.0+cpu",
            "embedded_python": False, "argv": sys.argv,
        }  # fmt: skip
        memory = {"vram_total": total, "vram_free": free, "torch_vram_total": total, "torch_vram_free": free}
        device = {"name": "cpu", "type": "cpu", "index": None, **memory}
        return web.json_response({"system": system, "devices": [device]})

    async def object_info(self, request: web.Request) -> web.Response:
        """GET /object_info and /object_info/{node}; a node that is not there leaves an empty answer."""
        wanted = request.match_info.get("node")
        found = [node for node in NODES.values() if wanted in {None, node.name}]
        return web.json_response({node.name: node.info(self._folders) for node in found})

    async def submit(self, request: web.Request) -> web.Response:
        """POST /prompt; a refused one uses up a number too."""
        log("got prompt")
        body = await request.json()
        number = float(body["number"]) if "number" in body else -self._number if body.get("front") else self._number
        self._number += "number" not in body
        if "prompt" not in body:
            error = {"type": "no_prompt", "message": "No prompt provided", "details": "No prompt provided"}
            return web.json_response({"error": {**error, "extra_info": {}}, "node_errors": {}}, status=400)
        prompt, prompt_id = body["prompt"], str(body.get("prompt_id", uuid.uuid4()))
        verdict = validate(prompt, self._folders)
        if verdict.error is not None:
            log(f"invalid prompt: {verdict.error}")
            return web.json_response({"error": verdict.error, "node_errors": verdict.node_errors}, status=400)
        extra = body.get("extra_data", {}) | ({"client_id": body["client_id"]} if "client_id" in body else {})
        self._prompts.put((number, prompt_id, prompt, extra, verdict.outputs))
        return web.json_response({"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors})

    async def queue(self, _request: web.Request) -> web.Response:
        """GET /queue."""
        return web.json_response(self._prompts.view())

    async def change_queue(self, request: web.Request) -> web.Response:
        """POST /queue {clear: true} or {delete: [id, …]}; what runs is not touched."""
        body = await request.json()
        for prompt_id in ([None] if body.get("clear") else []) + body.get("delete", []):
            self._prompts.drop(prompt_id)
        return web.Response()

    async def history(self, request: web.Request) -> web.Response:
        """GET /history and /history/{prompt_id}; an id nobody knows leaves an empty answer."""
        newest = request.query.get("max_items")
        wanted = request.match_info.get("prompt_id")
        return web.json_response(self._prompts.history(wanted, int(newest) if newest else None))

    async def change_history(self, request: web.Request) -> web.Response:
        """POST /history {clear: true} or {delete: [id, …]}."""
        body = await request.json()
        for prompt_id in ([None] if body.get("clear") else []) + body.get("delete", []):
            self._prompts.forget(prompt_id)
        return web.Response()

    async def interrupt(self, request: web.Request) -> web.Response:
        """POST /interrupt, for everyone or, with {prompt_id}, only when that one runs."""
        body = json.loads(await request.text() or "{}")
        if not body.get("prompt_id") or self._prompts.is_running(body["prompt_id"]):
            self._worker.interrupt()
        return web.Response()

    async def view(self, request: web.Request) -> web.StreamResponse:
        """GET /view?filename=&subfolder=&type=: the file itself."""
        query = request.query
        if "filename" not in query:
            return web.Response(status=404)
        name, folder = query["filename"], self._folders.of(query.get("type", "output"))
        if not name or name.startswith("/") or ".." in name or folder is None:
            return web.Response(status=400)
        place = folder / query.get("subfolder", "")
        if not inside(folder, place):
            return web.Response(status=403)
        path = place / Path(name).name
        if not path.is_file():
            return web.Response(status=404)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        kind = "application/octet-stream" if kind in _NEVER_SHOWN else kind
        named = {"Content-Disposition": f'filename="{path.name}"', "Content-Type": kind}
        return web.FileResponse(path, headers=named)

    async def upload(self, request: web.Request) -> web.Response:
        """POST /upload/image: a name that is taken by other bytes gets a number."""
        form = await request.post()
        image, subfolder = form.get("image"), str(form.get("subfolder", ""))
        folder = self._folders.of(str(form.get("type", "input")))
        if not isinstance(image, web.FileField) or not image.filename or folder is None:
            return web.Response(status=400)
        place = folder / os.path.normpath(subfolder)
        if not inside(folder, place / image.filename):
            return web.Response(status=400)
        place.mkdir(parents=True, exist_ok=True)
        data, name, again = image.file.read(), image.filename, 0
        overwrite = str(form.get("overwrite", "")) in {"true", "1"}
        while not overwrite and (place / name).exists() and (place / name).read_bytes() != data:
            again += 1
            name = f"{Path(image.filename).stem} ({again}){Path(image.filename).suffix}"
        (place / name).write_bytes(data)
        return web.json_response({"name": name, "subfolder": subfolder, "type": str(form.get("type", "input"))})
