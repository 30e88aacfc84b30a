"""Whether a workflow can run, and the very answers upstream gives when it cannot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .nodes import NODES, Folders

__all__ = ["Verdict", "is_link", "validate"]

Prompt = dict[str, dict[str, Any]]
_CONVERT: dict[str, Callable[[Any], Any]] = {"INT": int, "FLOAT": float, "STRING": str}


class Verdict:
    """`error` is None when something can run; then `outputs` are the nodes to run for."""

    def __init__(self) -> None:
        self.error: dict[str, Any] | None = None
        self.outputs: list[str] = []
        self.node_errors: dict[str, Any] = {}

    def refuse(self, kind: str, message: str, details: str = "") -> "Verdict":
        """Say no to all of it."""
        self.error = _error(kind, message, details)
        return self


def _error(kind: str, message: str, details: str, **extra: Any) -> dict[str, Any]:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def is_link(value: Any) -> bool:
    """A list stands for another node's output: [node id, place]."""
    return isinstance(value, list)


def _value_errors(name: str, spec: list[Any], inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Convert a plain value in place; what is wrong with it otherwise."""
    kind, options, value = spec[0], spec[1], inputs[name]
    extra = {"input_name": name, "input_config": spec, "received_value": value}
    if isinstance(kind, list):
        return []  # LoadImage looks for the file itself
    try:
        value = inputs[name] = _CONVERT[kind](value) if kind in _CONVERT else value
    except (TypeError, ValueError) as failure:
        message = f"Failed to convert an input value to a {kind} value"
        details = f"{name}, {value}, {failure}"
        return [_error("invalid_input_type", message, details, **extra, exception_message=str(failure))]
    extra["received_value"] = value
    if "min" in options and value < options["min"]:
        message = f"Value {value} smaller than min of {options['min']}"
        return [_error("value_smaller_than_min", message, name, **extra)]
    if "max" in options and value > options["max"]:
        message = f"Value {value} bigger than max of {options['max']}"
        return [_error("value_bigger_than_max", message, name, **extra)]
    return []


def _link_errors(name: str, spec: list[Any], value: list[Any], prompt: Prompt) -> list[dict[str, Any]]:
    extra = {"input_name": name, "input_config": spec}
    if len(value) != 2:
        message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
        return [_error("bad_linked_input", message, name, **extra, received_value=value)]
    received = NODES[prompt[value[0]]["class_type"]].output[value[1]]
    if received != spec[0]:
        details = f"{name}, received_type({received}) mismatch input_type({spec[0]})"
        message = "Return type mismatch between linked nodes"
        return [_error("return_type_mismatch", message, details, **extra, received_type=received, linked_node=value)]
    return []


def _node(node_id: str, prompt: Prompt, folders: Folders, seen: dict[str, tuple[bool, list[Any]]]) -> bool:
    """Look at a node and all before it; what was found is kept in `seen`."""
    if node_id in seen:
        return seen[node_id][0]
    node, inputs = NODES[prompt[node_id]["class_type"]], prompt[node_id]["inputs"]
    errors: list[dict[str, Any]] = []
    sound = True
    for name, spec in node.required.items():
        if name not in inputs:
            errors.append(_error("required_input_missing", "Required input is missing", name, input_name=name))
        elif is_link(inputs[name]):
            found = _link_errors(name, spec, inputs[name], prompt)
            errors += found
            sound &= bool(found) or _node(inputs[name][0], prompt, folders, seen)
        else:
            errors += _value_errors(name, spec, inputs)
    image = inputs.get("image")
    if node.name == "LoadImage" and isinstance(image, str) and not Path(folders.input / image).exists():
        details = f"image - Invalid image file: {image}"
        errors.append(
            _error("custom_validation_failed", "Custom validation failed for node", details, input_name="image")
        )
    seen[node_id] = (sound and not errors, errors)
    return seen[node_id][0]


def _unknown(prompt: Prompt) -> tuple[str, str] | None:
    """The first node that is no node, as message and details."""
    for node_id, node in prompt.items():
        details = f"Node ID '#{node_id}'"
        if "class_type" not in node:
            return "Cannot execute because a node is missing the class_type property.", details
        if node["class_type"] not in NODES:
            return f"Cannot execute because node {node['class_type']} does not exist.", details
    return None


def validate(prompt: Prompt, folders: Folders) -> Verdict:
    """Judge a workflow; numbers given as words are converted in place."""
    verdict = Verdict()
    if unknown := _unknown(prompt):
        return verdict.refuse("invalid_prompt", *unknown)
    outputs = [node_id for node_id, node in prompt.items() if NODES[node["class_type"]].is_output]
    if not outputs:
        return verdict.refuse("prompt_no_outputs", "Prompt has no outputs")
    seen: dict[str, tuple[bool, list[Any]]] = {}
    reasons = []
    for output in outputs:
        if _node(output, prompt, folders, seen):
            verdict.outputs.append(output)
            continue
        reasons += [f"{error['message']}: {error['details']}" for error in seen[output][1]]
        for node_id, (sound, errors) in seen.items():
            if not sound and errors:
                entry = {"errors": errors, "dependent_outputs": [], "class_type": prompt[node_id]["class_type"]}
                verdict.node_errors.setdefault(node_id, entry)["dependent_outputs"].append(output)
    if not verdict.outputs:
        verdict.refuse("prompt_outputs_failed_validation", "Prompt outputs failed validation", "\n".join(reasons))
    return verdict
