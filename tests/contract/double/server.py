"""The server: sockets, queue, routes. `PromptServer.instance` is what node packs hold on to."""

import asyncio
import io
import json
import logging
import struct
import traceback
from pathlib import Path
from typing import Any, ClassVar

import aiohttp
import execution
import nodes
from aiohttp import web
from api_server.routes.internal.internal_routes import InternalRoutes
from app.custom_node_manager import CustomNodeManager
from app.model_manager import ModelFileManager
from app.user_manager import UserManager
from comfy.cli_args import args
from double_knobs import NEWER
from double_routes import files, jobs, listings, newer, prompts, sockets
from middleware.cache_middleware import cache_control, external_blocked, same_host
from protocol import BinaryEventTypes

__all__ = ["BinaryEventTypes", "PromptServer", "send_socket_catch_exception"]


async def send_socket_catch_exception(function, message) -> None:
    """Send to a socket that may have gone away: nobody's loss."""
    try:
        await function(message)
    except (aiohttp.ClientError, ConnectionError) as gone:
        logging.warning("send error: %s", gone)


if NEWER:

    def _remove_sensitive_from_queue(queue: list[Any]) -> list[Any]:
        """Queue items without what must not be shown."""
        return [item[:5] for item in queue]


class PromptServer:
    """One in a process."""

    instance: ClassVar["PromptServer"]

    def __init__(self, loop) -> None:
        PromptServer.instance = self
        self.user_manager = UserManager()
        self.model_file_manager = ModelFileManager()
        self.custom_node_manager = CustomNodeManager()
        self.internal_routes = InternalRoutes(self)
        self.supports = ["custom_nodes_from_web"]
        self.prompt_queue = execution.PromptQueue(self)
        self.loop = loop
        self.messages: asyncio.Queue[Any] = asyncio.Queue()
        self.client_session: aiohttp.ClientSession | None = None
        self.number = 0
        middlewares = [cache_control, same_host]
        if NEWER and args.disable_api_nodes:
            middlewares.append(external_blocked)
        largest = round(args.max_upload_size * 1024 * 1024)
        self.app = web.Application(client_max_size=largest, middlewares=middlewares)
        self.sockets: dict[str, Any] = {}
        self.sockets_metadata: dict[str, dict[str, Any]] = {}
        self.web_root = str(Path(__file__).with_name("page"))
        logging.info("[Prompt Server] web root: %s", self.web_root)
        self.routes = web.RouteTableDef()
        self.last_node_id: str | None = None
        self.last_prompt_id: str | None = None
        self.client_id: str | None = None
        self.on_prompt_handlers: list[Any] = []
        if NEWER:
            newer.add_assets(self.app)
        for part in (sockets, listings, files, prompts, *([jobs, newer] if NEWER else [])):
            part.add(self.routes, self)

    async def setup(self) -> None:
        self.client_session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))

    def add_routes(self) -> None:
        """Hang everything into the application: all routes under /api too, then the packs' scripts and the page."""
        self.user_manager.add_routes(self.routes)
        self.model_file_manager.add_routes(self.routes)
        self.custom_node_manager.add_routes(self.routes, self.app, nodes.LOADED_MODULE_DIRS.items())
        self.app.add_subapp("/internal", self.internal_routes.get_app())
        prefixed = web.RouteTableDef()
        for route in self.routes:
            if isinstance(route, web.RouteDef):
                prefixed.route(route.method, "/api" + route.path)(route.handler, **route.kwargs)
        self.app.add_routes(prefixed)
        self.app.add_routes(self.routes)
        for name, folder in nodes.EXTENSION_WEB_DIRS.items():
            self.app.add_routes([web.static("/extensions/" + name, folder)])
        page = Path(self.web_root)
        if NEWER:
            self.app.router.add_get("/templates/{path:.*}", newer.template(page / "templates"))
        else:
            self.app.add_routes([web.static("/templates", page / "templates")])
        self.app.add_routes([web.static("/docs", page / "docs"), web.static("/", page)])

    def get_queue_info(self) -> dict[str, Any]:
        return {"exec_info": {"queue_remaining": self.prompt_queue.get_tasks_remaining()}}

    async def send(self, event, data, sid=None) -> None:
        """Send an event now: JSON, a frame, or a picture that must become one. No `sid`: to every socket."""
        if event == BinaryEventTypes.UNENCODED_PREVIEW_IMAGE:
            await self.send_image(data, sid=sid)
        elif event == BinaryEventTypes.PREVIEW_IMAGE_WITH_METADATA:
            await self.send_image_with_metadata(data[0], data[1], sid=sid)
        elif isinstance(data, (bytes, bytearray)):
            await self.send_bytes(event, data, sid)
        else:
            await self.send_json(event, data, sid)

    def encode_bytes(self, event, data) -> bytearray:
        if not isinstance(event, int):
            raise RuntimeError(f"Binary event types must be integers, got {event}")  # noqa: TRY004 - as upstream
        return bytearray(struct.pack(">I", event) + data)

    @staticmethod
    def _encoded(image_data: tuple[str, Any, int | None]) -> bytes:
        kind, image, largest = image_data
        if largest is not None:
            from PIL import ImageOps

            image = ImageOps.contain(image, (largest, largest))
        buffer = io.BytesIO()
        image.save(buffer, format=kind, quality=95, compress_level=1)
        return buffer.getvalue()

    async def send_image(self, image_data, sid=None) -> None:
        """A preview: its kind (1 JPEG, 2 PNG), then the file."""
        kind = struct.pack(">I", 2 if image_data[0] == "PNG" else 1)
        await self.send_bytes(BinaryEventTypes.PREVIEW_IMAGE, kind + self._encoded(image_data), sid=sid)

    async def send_image_with_metadata(self, image_data, metadata=None, sid=None) -> None:
        """A preview that says whose it is: the length of the JSON, the JSON, then the file."""
        kind = "image/png" if image_data[0] == "PNG" else "image/jpeg"
        about = json.dumps({**(metadata or {}), "image_type": kind}).encode()
        frame = struct.pack(">I", len(about)) + about + self._encoded(image_data)
        await self.send_bytes(BinaryEventTypes.PREVIEW_IMAGE_WITH_METADATA, frame, sid=sid)

    def _listeners(self, sid: str | None) -> list[Any]:
        if sid is None:
            return list(self.sockets.values())
        return [self.sockets[sid]] if sid in self.sockets else []

    async def send_bytes(self, event, data, sid=None) -> None:
        message = self.encode_bytes(event, data)
        for socket in self._listeners(sid):
            await send_socket_catch_exception(socket.send_bytes, message)

    async def send_json(self, event, data, sid=None) -> None:
        for socket in self._listeners(sid):
            await send_socket_catch_exception(socket.send_json, {"type": event, "data": data})

    def send_sync(self, event, data, sid=None) -> None:
        """Line an event up, from any thread."""
        self.loop.call_soon_threadsafe(self.messages.put_nowait, (event, data, sid))

    def send_progress_text(self, text, node_id, sid=None) -> None:
        """A node's words for the page."""
        words = text.encode() if isinstance(text, str) else text
        name = str(node_id).encode()
        self.send_sync(BinaryEventTypes.TEXT, struct.pack(">I", len(name)) + name + words, sid)

    def queue_updated(self) -> None:
        self.send_sync("status", {"status": self.get_queue_info()})

    async def publish_loop(self) -> None:
        """Send what was lined up, for ever."""
        while True:
            event, data, sid = await self.messages.get()
            await self.send(event, data, sid)

    def add_on_prompt_handler(self, handler) -> None:
        """Let `handler(body) -> body` see each POST /prompt first."""
        self.on_prompt_handlers.append(handler)

    def trigger_on_prompt(self, json_data):
        """Let all handlers see it; one that fails is passed over."""
        for handler in self.on_prompt_handlers:
            try:
                json_data = handler(json_data)
            except Exception:  # noqa: BLE001 - as upstream: whatever a pack throws is its own
                logging.warning("[ERROR] An error occurred during the on_prompt_handler processing")
                logging.warning(traceback.format_exc())
        return json_data

    async def start_multi_address(self, addresses, call_on_start=None, verbose=True) -> None:
        """Open the port on every address."""
        runner = web.AppRunner(self.app, access_log=None)
        await runner.setup()
        logging.info("Starting server\n")
        for host, port in addresses:
            try:
                await web.TCPSite(runner, host, port).start()
            except OSError:
                if not NEWER:
                    raise
                logging.error(  # noqa: TRY400 - a sentence without a traceback, as upstream
                    "Port %s is already in use on address %s. Please close the other application or use a different "
                    "port with --port.", port, host,
                )  # fmt: skip
                raise SystemExit(1) from None
            logging.info("To see the GUI go to: http://%s:%s", f"[{host}]" if ":" in host else host, port)

    async def start(self, address, port, verbose=True, call_on_start=None) -> None:
        await self.start_multi_address([(address, port)], call_on_start=call_on_start)
