"""Starting: the log lines of a real start in their order, node packs loaded, then the port opens.

SIGTERM ends it at once.
"""

import argparse
import asyncio
import gc
import importlib.util
import logging
import mimetypes
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

import double_knobs as knobs
from app.logger import log, setup_logger
from comfy.cli_args import args

__all__ = ["main"]


class _Boot:
    """The lines of a start, each at its share of the whole (measured on a CPU)."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, share: float, *lines: str) -> None:
        """Say lines, not before their time; fall over in place of the one that was to fail."""
        for line in lines:
            time.sleep(max(0.0, self._began + share * knobs.BOOT_SECONDS - time.monotonic()))
            if knobs.CRASH_AT and line.startswith(knobs.CRASH_AT):
                raise ModuleNotFoundError("No module named 'torch'")
            log(line)

    def until_torch(self, arguments: argparse.Namespace) -> None:
        """What is said before node packs are loaded."""
        if arguments.use_sage_attention and importlib.util.find_spec("sageattention") is None:
            log("\n\nTo use the `--use-sage-attention` feature, the `sageattention` package must be installed first.")
            sys.exit(255)
        if knobs.NEWER:
            self._alembic(0.01)
        attention = "sage attention" if arguments.use_sage_attention else "sub quadratic optimization for attention"
        self.say(0.02, *[f"Setting {name} directory to: {path}" for name, path in arguments.named.items()])
        self.say(0.25, "Checkpoint files will always be loaded safely.", "Total VRAM 24106 MB, total RAM 24106 MB")
        self.say(0.26, "pytorch version: 2.13.0+cpu", "Set vram state to: DISABLED", "Device: cpu")
        self.say(0.49, f"Using {attention}")
        self.say(0.84, "Python version: " + sys.version.replace("\n", ""), f"ComfyUI version: {knobs.VERSION}")
        if arguments.temp_directory:
            self.say(0.84, f"Setting temp directory to: {arguments.temp}")
        if knobs.NEWER:
            self.say(0.84, "comfyui-frontend-package version: 1.45.21", "comfyui-workflow-templates version: 0.11.9")
        else:
            self.say(0.84, "ComfyUI frontend version: 1.27.10")

    def _alembic(self, share: float) -> None:
        self.say(share, *[f"setup plugin alembic.autogenerate.{part}" for part in ("schemas", "tables", "types")])

    def database(self) -> None:
        """What is said after node packs are loaded."""
        if not knobs.NEWER:
            self._alembic(0.98)
        self.say(0.99, "Context impl SQLiteImpl.", "Will assume non-transactional DDL.")


def _apply_paths() -> None:
    """Folders that flags and files name."""
    import folder_paths
    from utils.extra_config import load_extra_path_config

    own = Path(folder_paths.base_path, "extra_model_paths.yaml")
    for file in [str(own)] if own.is_file() else []:
        load_extra_path_config(file)
    for file in [file for files in args.extra_model_paths_config or [] for file in files]:
        load_extra_path_config(file)
    folder_paths.set_output_directory(str(args.output))
    for kind in ("checkpoints", "clip", "vae", "diffusion_models", "loras"):
        folder_paths.add_model_folder_path(kind, str(args.output / kind))
    folder_paths.set_input_directory(str(args.input))
    folder_paths.set_user_directory(str(args.user))
    folder_paths.set_temp_directory(str(args.temp))
    for folder in (args.output, args.input):
        folder.mkdir(parents=True, exist_ok=True)


def _prestartup() -> None:
    """Run the packs' prestartup_script.py, before anything else is imported."""
    import folder_paths

    took: list[str] = []
    for folder in folder_paths.get_folder_paths("custom_nodes"):
        took = []  # so that only the last folder's are said, as upstream
        for pack in sorted(Path(folder).iterdir()):
            script = pack / "prestartup_script.py"
            chosen = not args.disable_all_custom_nodes or pack.name in args.whitelist_custom_nodes
            if pack.name.endswith(".disabled") or not chosen or not script.is_file():
                continue
            began = time.perf_counter()
            said = ""
            try:
                spec = importlib.util.spec_from_file_location(str(script.with_suffix("")), script)
                spec.loader.exec_module(importlib.util.module_from_spec(spec))
            except Exception as failure:  # noqa: BLE001 - whatever a pack throws ends its script alone
                said = " (PRESTARTUP FAILED)"
                logging.error("Failed to execute startup-script: %s / %s", script, failure)  # noqa: TRY400
            took.append(f"{time.perf_counter() - began:6.1f} seconds{said}: {pack}")
    if took:
        log("\nPrestartup times for custom nodes:\n" + "\n".join(took) + "\n")


def _hook_progress(server: Any) -> None:
    """Let nodes' progress bars reach the page; a preview goes in the old form to a page that wants no other."""
    import comfy.utils
    from comfy_api import feature_flags
    from comfy_execution.progress import get_progress_state
    from comfy_execution.utils import get_executing_context
    from protocol import BinaryEventTypes

    from comfy import model_management

    def hook(value: Any, total: Any, preview: Any, prompt_id: Any = None, node_id: Any = None) -> None:
        model_management.throw_exception_if_processing_interrupted()
        here = get_executing_context()
        prompt_id = prompt_id or (here.prompt_id if here else server.last_prompt_id)
        node_id = node_id or (here.node_id if here else server.last_node_id)
        get_progress_state().update_progress(node_id, value, total, preview)
        told = {"value": value, "max": total, "prompt_id": prompt_id, "node": node_id}
        server.send_sync("progress", told, server.client_id)
        newest = feature_flags.supports_feature(
            server.sockets_metadata, server.client_id, "supports_preview_metadata"
        )
        if preview is not None and not newest:
            server.send_sync(BinaryEventTypes.UNENCODED_PREVIEW_IMAGE, preview, server.client_id)

    comfy.utils.set_progress_bar_global_hook(hook)


def _executor(server: Any) -> Any:
    import execution

    kind = execution.CacheType.RAM_PRESSURE if knobs.NEWER and not args.cache_classic else execution.CacheType.CLASSIC
    if args.cache_lru > 0:
        kind = execution.CacheType.LRU
    elif args.cache_none:
        kind = execution.CacheType.NONE
    if knobs.NEWER:
        return execution.PromptExecutor(server, kind, cache_args={"lru": args.cache_lru, "ram": 2, "ram_inactive": 8})
    return execution.PromptExecutor(server, kind, cache_size=args.cache_lru)


def prompt_worker(queue: Any, server: Any) -> None:
    """The one thread that runs workflows, for ever."""
    import execution

    executor = _executor(server)
    while True:
        found = queue.get(timeout=1000.0)
        if found is not None:
            item, task = found
            began = time.perf_counter()
            server.last_prompt_id = item[1]
            extra = {**item[3], **item[5]} if knobs.NEWER else item[3]
            executor.execute(item[2], item[1], extra, item[4])
            word = "success" if executor.success else "error"
            status = execution.PromptQueue.ExecutionStatus(word, executor.success, executor.status_messages)
            shown = {"process_item": lambda done: done[:5]} if knobs.NEWER else {}
            queue.task_done(task, executor.history_result, status=status, **shown)
            if server.client_id is not None:
                server.send_sync("executing", {"node": None, "prompt_id": item[1]}, server.client_id)
            logging.info("Prompt executed in %.2f seconds", time.perf_counter() - began)
        if queue.get_flags().get("free_memory"):
            executor.reset()
            gc.collect()


async def _serve(server: Any) -> None:
    await server.setup()
    addresses = [(host, args.port) for host in args.listen.split(",")]
    await asyncio.gather(server.start_multi_address(addresses), server.publish_loop())


def _run(boot: _Boot) -> None:
    _apply_paths()
    if not args.disable_all_custom_nodes or args.whitelist_custom_nodes:
        _prestartup()
    boot.until_torch(args)
    import nodes
    import server as servers

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    server = servers.PromptServer(loop)
    some = not args.disable_all_custom_nodes or bool(args.whitelist_custom_nodes)
    boot.say(0.94)
    loop.run_until_complete(nodes.init_extra_nodes(init_custom_nodes=some))
    server.add_routes()
    _hook_progress(server)
    boot.database()
    threading.Thread(target=prompt_worker, daemon=True, args=(server.prompt_queue, server)).start()
    boot.say(1.0)
    loop.run_until_complete(_serve(server))


def main() -> None:
    """Be ComfyUI until a signal comes; the knobs are in double_knobs."""
    boot = _Boot()
    setup_logger(args.verbose)
    for kind, suffix in (("image/webp", ".webp"), ("application/javascript", ".js")):
        mimetypes.add_type(kind, suffix)
    shutil.rmtree(args.temp, ignore_errors=True)
    try:
        _run(boot)
    except KeyboardInterrupt:
        if "server" not in sys.modules:
            raise
        log("\nStopped server")
    finally:
        shutil.rmtree(args.temp, ignore_errors=True)
        sys.stderr.flush()
    os._exit(0)
