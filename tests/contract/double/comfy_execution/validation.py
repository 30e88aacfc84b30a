"""Whether a workflow can run, and the very answers upstream gives when it cannot."""

import inspect
import logging
import traceback
from typing import Any

import nodes
from comfy_execution.graph import get_input_info
from double_knobs import NEWER

__all__ = ["validate_inputs", "validate_node_input", "validate_prompt"]

Prompt = dict[str, dict[str, Any]]
_CONVERT: dict[str, Any] = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}
_LONGEST_LIST = 20


def _error(kind: str, message: str, details: str, **extra: Any) -> dict[str, Any]:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def validate_node_input(received_type: Any, input_type: Any) -> bool:
    """Say whether an output of one type fits an input of another; `*` fits all, `A,B` is a choice."""
    if received_type == input_type or "*" in {str(received_type), str(input_type)}:
        return True
    if not isinstance(received_type, str) or not isinstance(input_type, str):
        return False
    return set(received_type.split(",")) <= set(input_type.split(","))


def _choice_errors(name: str, config: Any, value: Any) -> list[dict[str, Any]]:
    kind, options = config
    choices = options.get("options", []) if kind == "COMBO" else kind
    many = value if isinstance(value, list) and options.get("multiselect") else [value]
    wrong = [one for one in many if one not in choices]
    if not wrong:
        return []
    long = len(choices) > _LONGEST_LIST
    shown = f"(list of length {len(choices)})" if long else str(choices)
    said = ", ".join(map(repr, wrong)) if NEWER else repr(value)
    extra = {"input_name": name, "input_config": None if long else config, "received_value": value}
    return [_error("value_not_in_list", "Value not in list", f"{name}: {said} not in {shown}", **extra)]


def _value_errors(name: str, config: Any, inputs: dict[str, Any], *, judged_by_node: bool) -> list[dict[str, Any]]:
    """Convert a plain value in place; what is wrong with it otherwise."""
    kind, options = config
    if isinstance(inputs[name], dict) and "__value__" in inputs[name]:
        inputs[name] = inputs[name]["__value__"]
    extra = {"input_name": name, "input_config": config, "received_value": inputs[name]}
    try:
        if isinstance(kind, str) and kind in _CONVERT:
            inputs[name] = _CONVERT[kind](inputs[name])
    except (TypeError, ValueError) as failure:
        message = f"Failed to convert an input value to a {kind} value"
        details = f"{name}, {inputs[name]}, {failure}"
        return [_error("invalid_input_type", message, details, **extra, exception_message=str(failure))]
    value = extra["received_value"] = inputs[name]
    if judged_by_node:
        return []
    if "min" in options and value < options["min"]:
        return [
            _error("value_smaller_than_min", f"Value {value} smaller than min of {options['min']}", name, **extra)
        ]
    if "max" in options and value > options["max"]:
        return [_error("value_bigger_than_max", f"Value {value} bigger than max of {options['max']}", name, **extra)]
    return _choice_errors(name, config, value) if isinstance(kind, list) or kind == "COMBO" else []


class _Look:
    """One look at a workflow: what was found about each node is kept in `validated`."""

    def __init__(self, prompt: Prompt, validated: dict[str, Any]) -> None:
        self.prompt = prompt
        self.validated = validated
        self.way: list[str] = []

    async def node(self, node_id: str) -> tuple[bool, list[Any], str]:
        """Look at a node and all before it."""
        if node_id in self.validated:
            return self.validated[node_id]
        if node_id in self.way:
            return self._cycle(node_id)
        self.way.append(node_id)
        try:
            found = await self._look(node_id)
        finally:
            self.way.pop()
        before = self.validated.get(node_id, (True, [], node_id))
        errors = before[1] + [error for error in found[1] if error not in before[1]]
        self.validated[node_id] = (before[0] and found[0] and not errors, errors, node_id)
        return self.validated[node_id]

    def _cycle(self, node_id: str) -> tuple[bool, list[Any], str]:
        round_trip = [*self.way[self.way.index(node_id) :], node_id]
        path = " -> ".join(f"{one} ({self.prompt[one]['class_type']})" for one in round_trip)
        members = list(dict.fromkeys(round_trip))
        for one in members:
            if not NEWER:  # an older one falls over its own feet there, and says nothing
                self.validated[one] = (False, [], one)
                continue
            error = _error("dependency_cycle", "Dependency cycle detected", path, node_id=one, cycle_nodes=members)
            self.validated[one] = (False, [error], one)
        return self.validated[node_id]

    async def _look(self, node_id: str) -> tuple[bool, list[Any]]:
        inputs = self.prompt[node_id]["inputs"]
        class_def = nodes.NODE_CLASS_MAPPINGS[self.prompt[node_id]["class_type"]]
        known = class_def.INPUT_TYPES()
        judge = getattr(class_def, "VALIDATE_INPUTS", None)
        spec = inspect.getfullargspec(judge) if judge else None
        judged = set(spec.args) if spec else set()
        sound, errors, received = True, [], {}
        for name in [*known.get("required", {}), *known.get("optional", {})]:
            kind, group, options = get_input_info(class_def, name, known)
            if name not in inputs:
                if group == "required":
                    missing = "Required input is missing"
                    errors.append(_error("required_input_missing", missing, name, input_name=name))
            elif isinstance(inputs[name], list):
                fine, wrong = await self._link(name, (kind, options), inputs[name], received, judged)
                sound, errors = sound and fine, errors + wrong
            else:
                by_node = name in judged or bool(spec and spec.varkw)
                errors += _value_errors(name, (kind, options), inputs, judged_by_node=by_node)
        if spec and (len(judged) > 1 or spec.varkw):
            errors += self._judged(judge, spec, inputs, received)
        return sound, errors

    async def _link(
        self, name: str, config: Any, value: list[Any], received: dict[str, Any], judged: set[str]
    ) -> tuple[bool, list[Any]]:
        """Whether what is linked is sound, and what is wrong with the link itself."""
        extra = {"input_name": name, "input_config": config}
        if len(value) != 2:
            message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            return True, [_error("bad_linked_input", message, name, **extra, received_value=value)]
        given = nodes.NODE_CLASS_MAPPINGS[self.prompt[value[0]]["class_type"]].RETURN_TYPES[value[1]]
        received[name] = given
        if "input_types" not in judged and not validate_node_input(given, config[0]):
            details = f"{name}, received_type({given}) mismatch input_type({config[0]})"
            message = "Return type mismatch between linked nodes"
            return True, [
                _error("return_type_mismatch", message, details, **extra, received_type=given, linked_node=value)
            ]
        try:
            return (await self.node(value[0]))[0], []
        except Exception as failure:  # noqa: BLE001 - a workflow can be broken in any way
            extra |= {"exception_message": str(failure), "exception_type": type(failure).__name__}
            extra |= {"traceback": traceback.format_tb(failure.__traceback__), "linked_node": value}
            message = "Exception when validating inner node"
            error = _error("exception_during_inner_validation", message, str(failure), **extra)
            self.validated[value[0]] = (False, [error], value[0])
            return False, []

    @staticmethod
    def _judged(judge: Any, spec: Any, inputs: dict[str, Any], received: dict[str, Any]) -> list[Any]:
        """What the node itself says about its plain values."""
        given = {name: None if isinstance(value, list) else value for name, value in inputs.items()}
        given = given if spec.varkw else {name: value for name, value in given.items() if name in spec.args}
        if "input_types" in spec.args:
            given["input_types"] = received
        said = judge(**given)
        if said is True:
            return []
        details = "" if said is False else f" - {said}"
        return [
            _error("custom_validation_failed", "Custom validation failed for node", name + details, input_name=name)
            for name in given
        ]


async def _validate_inputs(prompt: Prompt, item: str, validated: dict[str, Any]) -> tuple[bool, list[Any], str]:
    return await _Look(prompt, validated).node(item)


if NEWER:

    async def validate_inputs(prompt_id, prompt, item, validated, visiting=None):
        return await _validate_inputs(prompt, item, validated)

else:

    async def validate_inputs(prompt_id, prompt, item, validated):
        return await _validate_inputs(prompt, item, validated)


def _unknown(node_id: str, node: dict[str, Any]) -> dict[str, Any] | None:
    """What is wrong with a node that is none."""
    details, kind = f"Node ID '#{node_id}'", node.get("class_type")
    if "class_type" in node and kind in nodes.NODE_CLASS_MAPPINGS:
        return None
    if not NEWER:
        message = f"Cannot execute because node {kind} does not exist."
        if "class_type" not in node:
            message = "Cannot execute because a node is missing the class_type property."
        return _error("invalid_prompt", message, details)
    title = node.get("_meta", {}).get("title", kind)
    message = f"Node '{title}' not found. The custom node may not be installed."
    if "class_type" not in node:
        name = title or f"ID #{node_id}"
        message = f"Node '{name}' has no class_type. The workflow may be corrupted or a custom node is missing."
    return _error("missing_node_type", message, details, node_id=node_id, class_type=kind, node_title=title)


async def validate_prompt(
    prompt_id, prompt: Prompt, partial_execution_list: list[str] | None
) -> tuple[bool, dict[str, Any] | None, list[str], dict[str, Any]]:
    """Judge a workflow: whether anything can run, the error if not, the output nodes to run for, errors by node.

    Numbers given as words are converted in place.
    """
    outputs: set[str] = set()
    for node_id, node in prompt.items():
        if unknown := _unknown(node_id, node):
            return False, unknown, [], {}
        ends = getattr(nodes.NODE_CLASS_MAPPINGS[node["class_type"]], "OUTPUT_NODE", False) is True
        if ends and (partial_execution_list is None or node_id in partial_execution_list):
            outputs.add(node_id)
    if not outputs:
        return False, _error("prompt_no_outputs", "Prompt has no outputs", ""), [], {}
    good, said, node_errors, validated = [], [], {}, {}
    for output in outputs:
        try:
            sound, reasons, _ = await validate_inputs(prompt_id, prompt, output, validated)
        except Exception as failure:  # noqa: BLE001 - a workflow can be broken in any way
            extra = {
                "exception_type": type(failure).__name__,
                "traceback": traceback.format_tb(failure.__traceback__),
            }
            reasons = [_error("exception_during_validation", "Exception when validating node", str(failure), **extra)]
            sound, validated[output] = False, (False, reasons, output)
        if sound:
            good.append(output)
            continue
        said += [f"{reason['message']}: {reason['details']}" for reason in reasons]
        logging.error("Failed to validate prompt for output %s:", output)
        for node_id, (fine, errors, _) in validated.items():
            if not fine and errors:
                entry = {"errors": errors, "dependent_outputs": [], "class_type": prompt[node_id]["class_type"]}
                node_errors.setdefault(node_id, entry)["dependent_outputs"].append(output)
    if good:
        return True, None, good, node_errors
    failed = _error("prompt_outputs_failed_validation", "Prompt outputs failed validation", "\n".join(said))
    return False, failed, [], node_errors
