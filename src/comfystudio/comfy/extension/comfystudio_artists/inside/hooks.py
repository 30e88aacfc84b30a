"""Every place in ComfyUI that the extension relies on, and the check that it is there.

HOOKS and ATTRIBUTES are the whole list: whoever builds a stand-in for ComfyUI needs these and nothing else.
A callable counts as present when its parameters start with the names given (further ones have defaults) and it is a
coroutine function exactly where the table says so.
"""

import importlib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

__all__ = ["ATTRIBUTES", "HOOKS", "Hook", "Kept", "missing_attributes", "missing_hooks", "module", "replace"]


@dataclass(frozen=True)
class Hook:
    """One callable: `where` is "module:dotted.name"; `stage` says when it must be there."""

    where: str
    parameters: tuple[str, ...] = ()
    coroutine: bool = False
    stage: str = "load"


HOOKS = (
    Hook("folder_paths:get_output_directory", stage="prestart"),
    Hook("folder_paths:get_input_directory", stage="prestart"),
    Hook("folder_paths:get_temp_directory", stage="prestart"),
    Hook("folder_paths:get_user_directory", stage="prestart"),
    Hook("folder_paths:get_folder_paths", ("folder_name",), stage="prestart"),
    Hook("folder_paths:annotated_filepath", ("name",), stage="prestart"),
    Hook("folder_paths:get_annotated_filepath", ("name", "default_dir"), stage="prestart"),
    Hook("folder_paths:exists_annotated_filepath", ("name",), stage="prestart"),
    Hook(
        "folder_paths:get_save_image_path",
        ("filename_prefix", "output_dir", "image_width", "image_height"),
        stage="prestart",
    ),
    Hook("execution:validate_prompt", ("prompt_id", "prompt", "partial_execution_list"), coroutine=True),
    Hook("execution:get_input_data", ("inputs", "class_def", "unique_id")),
    Hook("execution:PromptExecutor.execute", ("self", "prompt", "prompt_id", "extra_data", "execute_outputs")),
    Hook("execution:PromptExecutor.add_message", ("self", "event", "data", "broadcast")),
    Hook("execution:PromptQueue.put", ("self", "item")),
    Hook("execution:PromptQueue.get", ("self", "timeout")),
    Hook("execution:PromptQueue.task_done", ("self", "item_id", "history_result", "status")),
    Hook("execution:PromptQueue.delete_queue_item", ("self", "function")),
    Hook("nodes:interrupt_processing", ("value",)),
    Hook(
        "comfy_execution.caching:CacheKeySetInputSignature.get_immediate_node_signature",
        ("self", "dynprompt", "node_id", "ancestor_order_mapping"),
        coroutine=True,
    ),
    Hook("comfy_execution.caching:CacheKeySetID.add_keys", ("self", "node_ids"), coroutine=True),
    Hook("comfy_execution.graph_utils:is_link", ("obj",)),
    Hook("comfy_execution.utils:get_executing_context"),
    Hook("server:PromptServer.send_sync", ("self", "event", "data", "sid")),
    Hook("server:PromptServer.trigger_on_prompt", ("self", "json_data")),
    Hook("server:PromptServer.add_routes", ("self",)),
    Hook("app.user_manager:UserManager.get_request_user_id", ("self", "request")),
    Hook("app.user_manager:UserManager.get_request_user_filepath", ("self", "request", "file", "type", "create_dir")),
    Hook("comfy_api.feature_flags:get_server_features"),
)

# Values that are read or replaced, by the object that holds them.
ATTRIBUTES = {
    "folder_paths": ("__file__", "folder_names_and_paths"),
    "nodes": ("NODE_CLASS_MAPPINGS",),
    "comfyui_version": ("__version__",),
    "server:PromptServer.instance": ("app", "client_id", "loop", "prompt_queue", "sockets", "sockets_metadata"),
    "server:PromptServer.instance.prompt_queue": ("currently_running", "history", "mutex", "queue"),
}

# Taken along where a version has them; nothing is missing where it does not.
OPTIONAL = ("folder_paths:get_system_user_directory", "server:PromptServer.instance.node_replace_manager")


def module(name: str) -> Any:
    """A module of ComfyUI (untyped: none of them is there when this package is checked or tested)."""
    return importlib.import_module(name)


def resolve(where: str) -> Any:
    """What "module:dotted.name" stands for; AttributeError or ImportError when it is not there."""
    name, _, path = where.partition(":")
    found = module(name)
    for part in filter(None, path.split(".")):
        found = getattr(found, part)
    return found


def _trouble(hook: Hook) -> str | None:
    try:
        found = resolve(hook.where)
    except (AttributeError, ImportError):
        return "is not there"
    try:
        parameters = list(inspect.signature(found).parameters.values())
    except (TypeError, ValueError):
        return "is not a function"
    names = tuple(each.name for each in parameters)
    if names[: len(hook.parameters)] != hook.parameters:
        return f"takes ({', '.join(names)}), not ({', '.join(hook.parameters)})"
    further = [
        each.name
        for each in parameters[len(hook.parameters) :]
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    if further:
        return f"also asks for {', '.join(further)}"
    if inspect.iscoroutinefunction(found) is not hook.coroutine:
        return "is not a coroutine function" if hook.coroutine else "is a coroutine function"
    return None


def missing_hooks(stage: str, hooks: Iterable[Hook] = HOOKS) -> list[str]:
    """One line for each hook of `stage` that is not as the table says: "module.name (what is wrong)"."""
    troubles = ((hook, _trouble(hook)) for hook in hooks if hook.stage == stage)
    return [f"{hook.where.replace(':', '.')} ({trouble})" for hook, trouble in troubles if trouble]


def missing_attributes() -> list[str]:
    """One line for each value of ATTRIBUTES that is not there."""
    missing = []
    for where, names in ATTRIBUTES.items():
        try:
            holder = resolve(where)
        except (AttributeError, ImportError):
            missing.append(f"{where.replace(':', '.')} (is not there)")
            continue
        missing += [f"{where.replace(':', '.')}.{name} (is not there)" for name in names if not hasattr(holder, name)]
    return missing


class Kept:
    """ComfyUI's own callables by the name in the table, whether they were replaced or not."""

    def __init__(self) -> None:
        self.originals: dict[str, Any] = {}

    def __getitem__(self, where: str) -> Any:
        return self.originals[where] if where in self.originals else resolve(where)


def replace(kept: Kept, where: str, make: Callable[[Any], Any]) -> None:
    """Put `make(original)` where the original is, with its name and docstring, and keep the original."""
    holder, _, name = where.replace(":", ".").rpartition(".")
    path = where[: len(holder)]
    owner = resolve(path)
    original = getattr(owner, name)
    kept.originals[where] = original
    setattr(owner, name, wraps(original)(make(original)))
