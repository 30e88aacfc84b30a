"""The path policy over a whole prompt: which inputs of which nodes name a path outside the owner's folders."""

from typing import Any

from . import hooks
from .declared import Declared
from .folders import Folders
from .policy import Field, is_pathlike, strings, why

__all__ = ["REFUSED", "outside", "refusal"]

REFUSED = "path_outside_your_folders"
_MESSAGE = "Path outside your folders"
LINK = "a link on the way leads out of your folders"


def outside(prompt: Any, number: int, folders: Folders) -> dict[str, Any]:
    """ComfyUI's node_errors for each input that is refused; {} when there is none.

    A node of a class that does not exist is left to ComfyUI, whose page knows what to do about it.
    """
    found: dict[str, Any] = {}
    is_link = hooks.module("comfy_execution.graph_utils").is_link
    for node_id, node in prompt.items() if isinstance(prompt, dict) else ():
        inputs = node.get("inputs") if isinstance(node, dict) else None
        if not isinstance(inputs, dict):
            continue
        declared = Declared(node.get("class_type"))
        errors = [
            _error(name, reason)
            for name, value in inputs.items()
            if not is_link(value) and (reason := _reason(name, value, declared, number, folders))
        ]
        if errors and declared.exists:
            found[node_id] = {"errors": errors, "dependent_outputs": [], "class_type": node.get("class_type")}
    return found


def refusal(errors: dict[str, Any]) -> dict[str, Any]:
    """The error of the whole prompt, in ComfyUI's shape."""
    lines = [f"Node {node_id}, {each['details']}" for node_id, entry in errors.items() for each in entry["errors"]]
    return {"type": REFUSED, "message": _MESSAGE, "details": "\n".join(lines), "extra_info": {}}


def _reason(name: str, value: Any, declared: Declared, number: int, folders: Folders) -> str | None:
    pathlike = is_pathlike(name)
    for text in (value,) if isinstance(value, str) else strings(value):
        reason = why(text, name=name)
        linked = pathlike and folders.leads_out(text, number)
        if reason is None and not linked:
            continue
        field = declared.field(name)
        if reason is not None and not declared.listed(name, text):
            reason = why(text, name=name, field=field)
            if reason is not None:
                return reason
        if linked and field is not Field.TEXT:
            return LINK
    return None


def _error(name: str, reason: str) -> dict[str, Any]:
    return {
        "type": REFUSED,
        "message": _MESSAGE,
        "details": f"{name}: {reason}",
        "extra_info": {"input_name": name},
    }
