"""One cache for all owners: loaded models are shared, everything else carries its owner in the key."""

from typing import Any

from . import hooks
from .owners import Owners

__all__ = ["SHARED_TYPES", "Sharing"]

# What a loader makes of files that belong to everybody.
SHARED_TYPES = frozenset(
    (
        "AUDIO_ENCODER",
        "BACKGROUND_REMOVAL",
        "BBOX_DETECTOR",
        "CLIP",
        "CLIP_VISION",
        "CONTROL_NET",
        "FACE_DETECTION_MODEL",
        "FRAME_INTERPOLATION_MODEL",
        "GEOMETRY_ESTIMATION_MODEL",
        "GLIGEN",
        "IPADAPTER",
        "LATENT_UPSCALE_MODEL",
        "LORA_MODEL",
        "MODEL",
        "MODEL_PATCH",
        "OPTICAL_FLOW_MODEL",
        "PHOTOMAKER",
        "SAM_MODEL",
        "SEGM_DETECTOR",
        "STYLE_MODEL",
        "UPSCALE_MODEL",
        "VAE",
    )
)
# Hidden inputs that differ from prompt to prompt, so that what comes out may differ too.
_PERSONAL = frozenset(
    ("PROMPT", "DYNPROMPT", "EXTRA_PNGINFO", "AUTH_TOKEN_COMFY_ORG", "API_KEY_COMFY_ORG", "COMFY_USAGE_SOURCE")
)
SALT = "comfystudio_owner"


def is_shareable(node: Any) -> bool:
    """Whether nodes of this class may share results: no output node, only model-like outputs, nothing personal in."""
    outputs = getattr(node, "RETURN_TYPES", None)
    if not outputs or getattr(node, "OUTPUT_NODE", False) or not all(str(each) in SHARED_TYPES for each in outputs):
        return False
    hidden = node.INPUT_TYPES().get("hidden") or {}
    return not any(str(getattr(each, "value", each)).upper() in _PERSONAL for each in hidden.values())


class Sharing:
    """Decides which nodes share, and salts ComfyUI's cache keys with the owner for all others."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._kept = hooks.Kept()
        self._classes: dict[str, bool] = {}

    def shares(self, node: dict[str, Any]) -> bool:
        """Whether the node of a prompt uses one cache entry for all owners: a shareable class with no links in."""
        name = node["class_type"]
        found = self._classes.get(name)
        if found is None:
            found = self._classes[name] = self._look(name)
        is_link = hooks.module("comfy_execution.graph_utils").is_link
        return found and not any(is_link(value) for value in node["inputs"].values())

    def keep_apart(self, name: str) -> None:
        """Never share a class again: while it ran it asked for an owner's folder."""
        self._classes[name] = False

    def asked(self, _kind: str) -> None:
        """An owner's folder was looked up: a loader that does so while it runs is no loader for everybody."""
        running = self._owners.running
        if running is None:
            return
        context = hooks.module("comfy_execution.utils").get_executing_context()
        node = running.prompt.get(context.node_id) if context is not None else None
        if isinstance(node, dict) and self._classes.get(node["class_type"]):
            self.keep_apart(node["class_type"])

    @staticmethod
    def _look(name: str) -> bool:
        try:
            return is_shareable(hooks.module("nodes").NODE_CLASS_MAPPINGS[name])
        except Exception:  # noqa: BLE001 - a pack's own code; what cannot be judged is not shared
            return False

    def install(self) -> None:
        """Salt the keys of results, and give each owner their own node instances."""
        hooks.replace(
            self._kept,
            "comfy_execution.caching:CacheKeySetInputSignature.get_immediate_node_signature",
            self._signature,
        )
        hooks.replace(self._kept, "comfy_execution.caching:CacheKeySetID.add_keys", self._add_keys)

    def _signature(self, original: Any) -> Any:
        async def get_immediate_node_signature(
            keys: Any, dynprompt: Any, node_id: str, ancestor_order_mapping: Any
        ) -> Any:
            signature = await original(keys, dynprompt, node_id, ancestor_order_mapping)
            if dynprompt.has_node(node_id) and not self.shares(dynprompt.get_node(node_id)):
                signature.append((SALT, self._owners.current()))
            return signature

        return get_immediate_node_signature

    def _add_keys(self, original: Any) -> Any:
        async def add_keys(keys: Any, node_ids: Any) -> Any:
            before = set(keys.keys)
            answer = await original(keys, node_ids)
            salt = (SALT, self._owners.current())
            for node_id in keys.keys.keys() - before:
                keys.keys[node_id] = (*keys.keys[node_id], salt)
                if node_id in keys.subcache_keys:
                    keys.subcache_keys[node_id] = (*keys.subcache_keys[node_id], salt)
            return answer

        return add_keys
