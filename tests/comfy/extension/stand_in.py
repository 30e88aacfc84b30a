"""Modules of ComfyUI as far as single parts of the extension need them."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

__all__ = ["folder_paths", "nodes", "queue"]


def folder_paths(root: Path) -> ModuleType:
    """The functions that the extension makes virtual, over plain folders below `root`."""
    found = ModuleType("folder_paths")
    for kind in ("output", "input", "temp", "user"):
        setattr(found, f"get_{kind}_directory", lambda kind=kind: str(root / kind))

    def annotated_filepath(name: str) -> tuple[str, str | None]:
        for kind in ("output", "input", "temp"):
            if name.endswith(f"[{kind}]"):
                return name.removesuffix(f"[{kind}]").rstrip(), getattr(found, f"get_{kind}_directory")()
        return name, None

    def get_save_image_path(prefix: str, folder: str, width: int = 0, height: int = 0) -> tuple[str, ...]:
        full = Path(folder, prefix.replace("%width%", str(width))).parent
        full.mkdir(parents=True, exist_ok=True)
        return (str(full), Path(prefix).name, str(height))

    found.annotated_filepath = annotated_filepath
    found.get_save_image_path = get_save_image_path
    found.get_annotated_filepath = lambda name, default_dir=None: f"{default_dir}/{name}"
    found.exists_annotated_filepath = lambda _name: True
    found.get_system_user_directory = lambda name="system": f"{found.get_user_directory()}/__{name}"
    return found


def nodes(**classes: dict[str, Any]) -> dict[str, ModuleType]:
    """Node classes with these inputs, and the test for links."""
    mappings = {name: type(name, (), {"INPUT_TYPES": classmethod(lambda _, i=i: i)}) for name, i in classes.items()}
    found = ModuleType("nodes")
    found.NODE_CLASS_MAPPINGS = mappings
    found.interrupt_processing = lambda value=True: interrupts(found).append(value)
    utils = ModuleType("comfy_execution.graph_utils")
    utils.is_link = lambda value: (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], (int, float))
    )
    return {"nodes": found, "comfy_execution": ModuleType("comfy_execution"), "comfy_execution.graph_utils": utils}


def interrupts(module: ModuleType) -> list[bool]:
    """What `nodes.interrupt_processing` was called with."""
    found: list[bool] = module.__dict__.setdefault("interrupts", [])
    return found


def queue() -> tuple[ModuleType, Any]:
    """A module `execution` with a queue that does what ComfyUI's does, as far as the extension looks."""
    found = ModuleType("execution")

    class PromptQueue:
        def __init__(self) -> None:
            self.mutex = threading.RLock()
            self.queue: list[tuple[Any, ...]] = []
            self.currently_running: dict[int, tuple[Any, ...]] = {}
            self.history: dict[str, Any] = {}
            self.count = 0

        def put(self, item: tuple[Any, ...]) -> None:
            self.queue.append(item)

        def get(self, timeout: float | None = None) -> tuple[Any, int] | None:
            if not self.queue:
                return None
            item = self.queue.pop(0)
            self.count += 1
            self.currently_running[self.count] = item
            return item, self.count

        def task_done(self, item_id: int, history_result: Any, status: Any) -> None:
            item = self.currently_running.pop(item_id)
            self.history[item[1]] = {"prompt": item, "status": status, **history_result}

        def delete_queue_item(self, function: Callable[[Any], bool]) -> bool:
            for item in self.queue:
                if function(item):
                    self.queue.remove(item)
                    return True
            return False

    found.PromptQueue = PromptQueue
    server = ModuleType("server")
    server.PromptServer = SimpleNamespace(instance=SimpleNamespace(prompt_queue=PromptQueue()))
    return found, server
