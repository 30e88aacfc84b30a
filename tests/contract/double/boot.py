"""Starting: the log lines of a real start in their order, then the port opens. SIGTERM ends it at once."""

import argparse
import asyncio
import contextlib
import importlib.util
import mimetypes
import os
import shutil
import sys
import time
from pathlib import Path

from aiohttp import web

from .arguments import parse
from .log import log
from .nodes import Folders
from .policies import cache_control, same_host
from .prompts import Prompts
from .routes import VERSION, Routes
from .sockets import Sockets
from .worker import Worker

__all__ = ["main"]

_PAGE = Path(__file__).with_name("page")


def _lines(arguments: argparse.Namespace) -> list[tuple[float, str]]:
    """What a start says, each with its moment as a share of the whole; the moments were measured on a CPU."""
    named = [(0.02, f"Setting {name} directory to: {path}") for name, path in arguments.named.items()]
    python = sys.version.replace("\n", "")
    attention = "sage attention" if arguments.use_sage_attention else "sub quadratic optimization for attention"
    temp = [(0.84, f"Setting temp directory to: {arguments.temp}")] if arguments.temp_directory else []
    packs = [(0.94, "\nImport times for custom nodes:\n   0.0 seconds: websocket_image_save.py\n")]
    if arguments.disable_all_custom_nodes:
        packs = [(0.94, "Skipping loading of custom nodes")]
    return [
        *named,
        (0.25, "Checkpoint files will always be loaded safely."),
        (0.26, "Total VRAM 24106 MB, total RAM 24106 MB"),
        (0.26, "pytorch version: 2.13.0+cpu"),
        (0.26, "Set vram state to: DISABLED"),
        (0.26, "Device: cpu"),
        (0.49, f"Using {attention}"),
        (0.84, f"Python version: {python}"),
        (0.84, f"ComfyUI version: {VERSION}"),
        *temp,
        (0.84, "ComfyUI frontend version: 1.27.10"),
        (0.84, f"[Prompt Server] web root: {_PAGE}"),
        *packs,
        *[(0.98, f"setup plugin alembic.autogenerate.{part}") for part in ("schemas", "tables", "types")],
        (0.99, "Context impl SQLiteImpl."),
        (0.99, "Will assume non-transactional DDL."),
        (1.0, "Starting server\n"),
    ]


def _boot(arguments: argparse.Namespace, seconds: float, crash_at: str | None) -> None:
    """Say the lines in `seconds` altogether; fall over at the first one that begins with `crash_at`."""
    began = time.monotonic()
    if arguments.use_sage_attention and importlib.util.find_spec("sageattention") is None:
        log("\n\nTo use the `--use-sage-attention` feature, the `sageattention` package must be installed first.")
        sys.exit(255)
    for share, line in _lines(arguments):
        time.sleep(max(0.0, began + share * seconds - time.monotonic()))
        if crash_at and line.startswith(crash_at):
            raise ModuleNotFoundError("No module named 'torch'")
        log(line)


async def _serve(arguments: argparse.Namespace, node_seconds: float) -> None:
    folders = Folders(arguments.output, arguments.input, arguments.temp)
    sockets = Sockets()
    prompts = Prompts(lambda left: sockets.tell("status", {"status": {"exec_info": {"queue_remaining": left}}}))
    worker = Worker(prompts, sockets, folders, node_seconds)
    largest = round(arguments.max_upload_size * 1024 * 1024)
    app = web.Application(client_max_size=largest, middlewares=[cache_control, same_host])
    Routes(arguments, folders, prompts, sockets, worker).add_to(app, _PAGE)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    for host in arguments.listen.split(","):
        await web.TCPSite(runner, host, arguments.port).start()
        log(f"To see the GUI go to: http://{f'[{host}]' if ':' in host else host}:{arguments.port}")
    worker.start()
    await sockets.publish()


def main(here: Path) -> None:
    """Be ComfyUI until a signal comes. `here` is the checkout.

    Knobs by environment: COMFY_DOUBLE_BOOT_SECONDS (0.3), COMFY_DOUBLE_NODE_SECONDS (0: what a node takes on top),
    COMFY_DOUBLE_CRASH_AT (how the log line begins in place of which the start fails).
    """
    arguments = parse(sys.argv[1:], here)
    mimetypes.add_type("image/webp", ".webp")
    shutil.rmtree(arguments.temp, ignore_errors=True)
    _boot(
        arguments,
        float(os.environ.get("COMFY_DOUBLE_BOOT_SECONDS", "0.3")),
        os.environ.get("COMFY_DOUBLE_CRASH_AT"),
    )
    for folder in (arguments.output, arguments.input):
        folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments, float(os.environ.get("COMFY_DOUBLE_NODE_SECONDS", "0"))))
    log("\nStopped server")
    shutil.rmtree(arguments.temp, ignore_errors=True)
