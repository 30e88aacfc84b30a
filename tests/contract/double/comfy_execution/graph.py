"""A workflow that runs: its nodes, and which of them is next."""

import inspect
from typing import Any

import nodes
from comfy_execution.graph_utils import is_link
from double_knobs import NEWER

__all__ = ["DynamicPrompt", "ExecutionList", "get_input_info"]


class DynamicPrompt:
    """A workflow by node id. Here nodes never make nodes, so that a node is always its own parent and display."""

    def __init__(self, original_prompt: dict[str, Any]) -> None:
        self.original_prompt = original_prompt

    def get_node(self, node_id: str) -> dict[str, Any]:
        return self.original_prompt[node_id]

    def has_node(self, node_id: str) -> bool:
        return node_id in self.original_prompt

    def get_real_node_id(self, node_id: str) -> str:
        return node_id

    def get_parent_node_id(self, node_id: str) -> str | None:
        return None

    def get_display_node_id(self, node_id: str) -> str:
        return node_id

    def all_node_ids(self) -> set[str]:
        return set(self.original_prompt)

    def get_original_prompt(self) -> dict[str, Any]:
        return self.original_prompt


def get_input_info(class_def: Any, input_name: str, valid_inputs: dict[str, Any] | None = None) -> Any:
    """Type, group and options of an input; three times None when the class has no such input."""
    inputs = class_def.INPUT_TYPES() if valid_inputs is None else valid_inputs
    for group in ("required", "optional", "hidden"):
        if input_name in inputs.get(group, {}):
            found = inputs[group][input_name]
            if group == "hidden":
                return found, group, {}
            return found[0], group, found[1] if len(found) > 1 else {}
    return None, None, None


class ExecutionList:
    """The nodes that still must run, each after those that it needs."""

    def __init__(self, dynprompt: DynamicPrompt, output_cache: Any) -> None:
        self.dynprompt = dynprompt
        self.output_cache = output_cache
        self.pending: dict[str, set[str]] = {}
        """Node id → the nodes that it waits for, in the order in which they were asked for."""
        self.kept: dict[str, Any] = {}

    def is_cached(self, node_id: str) -> bool:
        return self.output_cache.get_local(node_id) is not None

    def add_node(self, node_unique_id: str) -> None:
        """Ask for a node and, as far as their results are not there yet, for those before it."""
        wanted = [node_unique_id]
        while wanted:
            node_id = wanted.pop()
            if node_id in self.pending:
                continue
            links = [v[0] for v in self.dynprompt.get_node(node_id)["inputs"].values() if is_link(v)]
            self.kept |= {link: self.output_cache.get_local(link) for link in links if self.is_cached(link)}
            self.pending[node_id] = {link for link in links if not self.is_cached(link)}
            wanted += [link for link in links if not self.is_cached(link)]

    def is_empty(self) -> bool:
        return not self.pending

    def next(self) -> str:
        """The node to run now: output nodes early, so that people see something."""
        ready = [node_id for node_id, waits in self.pending.items() if not waits]
        for node_id in ready:
            if self._is_output(node_id) or self._is_async(node_id):
                return node_id
        for node_id in ready:
            if any(self._is_output(after) for after in self._after(node_id)):
                return node_id
        for node_id in ready:
            if any(self._is_output(last) for after in self._after(node_id) for last in self._after(after)):
                return node_id
        return ready[0]

    def done(self, node_id: str, entry: Any) -> None:
        """Cross a node out; `entry` is what it gave."""
        self.kept[node_id] = entry
        del self.pending[node_id]
        for waits in self.pending.values():
            waits.discard(node_id)

    def get_cache(self, from_node_id: str, to_node_id: str) -> Any:
        """What a node gave, for the one behind it."""
        return self.kept.get(from_node_id)

    if NEWER:

        def cache_update(self, node_id: str, value: Any) -> None:
            self.kept[node_id] = value

        def cache_link(self, from_node_id: str, to_node_id: str) -> None:
            self.kept[from_node_id] = self.output_cache.get_local(from_node_id)

    def _after(self, node_id: str) -> list[str]:
        return [after for after, waits in self.pending.items() if node_id in waits]

    def _class(self, node_id: str) -> Any:
        return nodes.NODE_CLASS_MAPPINGS[self.dynprompt.get_node(node_id)["class_type"]]

    def _is_output(self, node_id: str) -> bool:
        return getattr(self._class(node_id), "OUTPUT_NODE", False) is True

    def _is_async(self, node_id: str) -> bool:
        return inspect.iscoroutinefunction(getattr(self._class(node_id), self._class(node_id).FUNCTION))
