"""How far each node of the running workflow is, and who is told."""

from typing import Any

from comfy_api import feature_flags
from comfy_execution.graph import DynamicPrompt
from protocol import BinaryEventTypes

__all__ = [
    "ProgressHandler", "ProgressRegistry", "WebUIProgressHandler", "add_progress_handler", "get_progress_state",
    "reset_progress_state",
]  # fmt: skip


class ProgressHandler:
    """Somebody who is told of each change."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.enabled = True

    def set_registry(self, registry: "ProgressRegistry") -> None:
        self.registry = registry

    def changed(self, node_id: str, prompt_id: str, image: Any = None) -> None:
        """A node's entry in the registry changed; `image` is a preview."""


class WebUIProgressHandler(ProgressHandler):
    """Tells the page that asked for the workflow (every page when none is named)."""

    def __init__(self, server_instance) -> None:
        super().__init__("webui")
        self.server_instance = server_instance

    def changed(self, node_id: str, prompt_id: str, image: Any = None) -> None:
        """Send all nodes' states, and the preview to a page that wants to know whose it is."""
        self._send_progress_state(prompt_id, self.registry.nodes)
        server, client = self.server_instance, self.server_instance.client_id
        wants = feature_flags.supports_feature(server.sockets_metadata, client, "supports_preview_metadata")
        if image is not None and wants:
            whose = {"node_id": node_id, "prompt_id": prompt_id, **_places(self.registry.dynprompt, node_id)}
            server.send_sync(BinaryEventTypes.PREVIEW_IMAGE_WITH_METADATA, (image, whose), client)

    def _send_progress_state(self, prompt_id: str, nodes: dict[str, dict[str, Any]]) -> None:
        shown = {
            node_id: {
                **entry,
                "node_id": node_id,
                "prompt_id": prompt_id,
                **_places(self.registry.dynprompt, node_id),
            }
            for node_id, entry in nodes.items()
        }
        told = {"prompt_id": prompt_id, "nodes": shown}
        self.server_instance.send_sync("progress_state", told, self.server_instance.client_id)


def _places(dynprompt: DynamicPrompt, node_id: str) -> dict[str, Any]:
    return {
        "display_node_id": dynprompt.get_display_node_id(node_id),
        "parent_node_id": dynprompt.get_parent_node_id(node_id),
        "real_node_id": dynprompt.get_real_node_id(node_id),
    }


class ProgressRegistry:
    """The states of one workflow's nodes, as far as they began."""

    def __init__(self, prompt_id: str, dynprompt: DynamicPrompt) -> None:
        self.prompt_id = prompt_id
        self.dynprompt = dynprompt
        self.nodes: dict[str, dict[str, Any]] = {}
        self.handlers: dict[str, ProgressHandler] = {}

    def register_handler(self, handler: ProgressHandler) -> None:
        self.handlers[handler.name] = handler

    def start_progress(self, node_id: str) -> None:
        self._change(node_id, value=0.0, max=1.0, state="running")

    def update_progress(self, node_id: str, value: float, max_value: float, image: Any = None) -> None:
        self._change(node_id, image, value=value, max=max_value, state="running")

    def finish_progress(self, node_id: str) -> None:
        top = self.nodes.get(node_id, {"max": 1})["max"]
        self._change(node_id, value=top, max=top, state="finished")

    def _change(self, node_id: str, image: Any = None, **entry: Any) -> None:
        self.nodes[node_id] = entry
        for handler in self.handlers.values():
            if handler.enabled:
                handler.changed(node_id, self.prompt_id, image)


_registry = [ProgressRegistry("", DynamicPrompt({}))]


def reset_progress_state(prompt_id: str, dynprompt: DynamicPrompt) -> None:
    """Begin anew, for another workflow."""
    _registry[0] = ProgressRegistry(prompt_id, dynprompt)


def add_progress_handler(handler: ProgressHandler) -> None:
    handler.set_registry(_registry[0])
    _registry[0].register_handler(handler)


def get_progress_state() -> ProgressRegistry:
    return _registry[0]
