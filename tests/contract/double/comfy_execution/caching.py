"""Results that are kept for the next workflow, by what a node is and what it is given.

Studios change two methods of the key sets (`get_immediate_node_signature`, `CacheKeySetID.add_keys`); the caches
work by whatever keys come out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import nodes
from comfy_execution.graph_utils import is_link
from double_knobs import NEWER

__all__ = [
    "BasicCache", "CacheKeySet", "CacheKeySetID", "CacheKeySetInputSignature", "HierarchicalCache", "LRUCache",
    "NullCache", "RAMPressureCache", "to_hashable",
]  # fmt: skip


class Unhashable:
    """Equal to nothing: a result that depends on it is never used again."""

    def __init__(self) -> None:
        self.value = float("NaN")


def to_hashable(obj: Any) -> Any:
    """A value as a key: mappings without their order, sequences with it."""
    if isinstance(obj, (int, float, str, bytes, type(None))):
        return obj
    if isinstance(obj, Mapping):
        return ("mapping", frozenset((to_hashable(key), to_hashable(value)) for key, value in obj.items()))
    if isinstance(obj, Sequence):
        return ("sequence", *map(to_hashable, obj))
    return Unhashable()


class CacheKeySet:
    """The keys of a workflow's nodes, by node id."""

    def __init__(self, dynprompt, node_ids, is_changed_cache) -> None:
        self.keys: dict[str, Any] = {}
        self.subcache_keys: dict[str, Any] = {}

    async def add_keys(self, node_ids) -> None:
        raise NotImplementedError

    def all_node_ids(self) -> set[str]:
        return set(self.keys)

    def get_used_keys(self) -> Any:
        return self.keys.values()

    def get_used_subcache_keys(self) -> Any:
        return self.subcache_keys.values()

    def get_data_key(self, node_id: str) -> Any:
        return self.keys.get(node_id)

    def get_subcache_key(self, node_id: str) -> Any:
        return self.subcache_keys.get(node_id)


class CacheKeySetID(CacheKeySet):
    """Keys by place in the workflow: for the node objects."""

    def __init__(self, dynprompt, node_ids, is_changed_cache) -> None:
        super().__init__(dynprompt, node_ids, is_changed_cache)
        self.dynprompt = dynprompt

    async def add_keys(self, node_ids) -> None:
        for node_id in node_ids:
            if node_id not in self.keys and self.dynprompt.has_node(node_id):
                key = (node_id, self.dynprompt.get_node(node_id)["class_type"])
                self.keys[node_id] = self.subcache_keys[node_id] = key


class CacheKeySetInputSignature(CacheKeySet):
    """Keys by what a node and all nodes before it are and are given: for results."""

    def __init__(self, dynprompt, node_ids, is_changed_cache) -> None:
        super().__init__(dynprompt, node_ids, is_changed_cache)
        self.dynprompt = dynprompt
        self.is_changed_cache = is_changed_cache

    async def add_keys(self, node_ids) -> None:
        for node_id in node_ids:
            if node_id not in self.keys and self.dynprompt.has_node(node_id):
                self.keys[node_id] = await self.get_node_signature(self.dynprompt, node_id)
                self.subcache_keys[node_id] = (node_id, self.dynprompt.get_node(node_id)["class_type"])

    async def get_node_signature(self, dynprompt, node_id) -> Any:
        """One signature over a node and its ancestors."""
        ancestors, order = self.get_ordered_ancestry(dynprompt, node_id)
        return to_hashable(
            [await self.get_immediate_node_signature(dynprompt, one, order) for one in (node_id, *ancestors)]
        )

    async def get_immediate_node_signature(self, dynprompt, node_id, ancestor_order_mapping) -> list[Any]:
        """A list for this node alone, with its links as places among the ancestors. Studios append to it."""
        if not dynprompt.has_node(node_id):
            return [float("NaN")]
        node = dynprompt.get_node(node_id)
        class_def = nodes.NODE_CLASS_MAPPINGS[node["class_type"]]
        signature = [node["class_type"], await self.is_changed_cache.get(node_id)]
        told_its_id = "UNIQUE_ID" in class_def.INPUT_TYPES().get("hidden", {}).values()
        if told_its_id or getattr(class_def, "NOT_IDEMPOTENT", False):
            signature.append(node_id)
        for name, value in sorted(node["inputs"].items()):
            if is_link(value):
                signature.append((name, ("ANCESTOR", ancestor_order_mapping[value[0]], value[1])))
            else:
                signature.append((name, value))
        return signature

    def get_ordered_ancestry(self, dynprompt, node_id) -> tuple[list[str], dict[str, int]]:
        """All nodes before a node, always in the same order, and the place of each."""
        order: dict[str, int] = {}

        def visit(one: str) -> None:
            if not dynprompt.has_node(one):
                return
            for _, value in sorted(dynprompt.get_node(one)["inputs"].items()):
                if is_link(value) and value[0] not in order:
                    order[value[0]] = len(order)
                    visit(value[0])

        visit(node_id)
        return list(order), order


class BasicCache:
    """Values by the keys of one workflow at a time; how long they stay is for the kinds below to say."""

    def _begin(self, key_class) -> None:
        self.key_class = key_class
        self.initialized = False
        self.cache: dict[Any, Any] = {}
        self.subcaches: dict[Any, Any] = {}

    if NEWER:

        def __init__(self, key_class, enable_providers=False) -> None:
            self._begin(key_class)

    else:

        def __init__(self, key_class) -> None:
            self._begin(key_class)

    async def set_prompt(self, dynprompt, node_ids, is_changed_cache) -> None:
        """Go by the keys of this workflow from now on."""
        self.dynprompt = dynprompt
        self.cache_key_set = self.key_class(dynprompt, node_ids, is_changed_cache)
        await self.cache_key_set.add_keys(node_ids)
        self.initialized = True

    def all_node_ids(self) -> set[str]:
        return self.cache_key_set.all_node_ids()

    def clean_unused(self) -> None:
        """Forget what this workflow does not use."""
        used = set(self.cache_key_set.get_used_keys())
        self.cache = {key: value for key, value in self.cache.items() if key in used}

    def get_local(self, node_id) -> Any:
        return self.cache.get(self.cache_key_set.get_data_key(node_id)) if self.initialized else None

    def set_local(self, node_id, value) -> None:
        self.cache[self.cache_key_set.get_data_key(node_id)] = value


class HierarchicalCache(BasicCache):
    """What the last workflow used."""

    if NEWER:

        async def get(self, node_id) -> Any:
            return self.get_local(node_id)

        async def set(self, node_id, value) -> None:
            self.set_local(node_id, value)

        def get_local(self, node_id) -> Any:
            return super().get_local(node_id)

    else:

        def get(self, node_id) -> Any:
            return self.get_local(node_id)

        def set(self, node_id, value) -> None:
            self.set_local(node_id, value)


class LRUCache(HierarchicalCache):
    """As much as `max_size` results, the oldest use first to go."""

    def __init__(self, key_class, max_size=100, **more: Any) -> None:
        super().__init__(key_class, **more)
        self.max_size = max_size

    def clean_unused(self) -> None:
        """Forget the oldest ones beyond the size, never those in use."""
        used = set(self.cache_key_set.get_used_keys())
        spare = [key for key in self.cache if key not in used]
        for key in spare[: max(0, len(self.cache) - self.max_size)]:
            del self.cache[key]

    def get_local(self, node_id) -> Any:
        """What is kept, which counts as used now."""
        key = self.cache_key_set.get_data_key(node_id) if self.initialized else None
        if key not in self.cache:
            return None
        self.cache[key] = self.cache.pop(key)
        return self.cache[key]


class NullCache(HierarchicalCache):
    """Keeps a workflow's results for itself alone."""

    def __init__(self, key_class=CacheKeySetInputSignature, **more: Any) -> None:
        super().__init__(key_class, **more)

    def clean_unused(self) -> None:
        """Forget everything."""
        self.cache = {}


class RAMPressureCache(LRUCache):
    """Everything while there is memory; here that is the last thousand results."""

    def __init__(self, key_class, enable_providers=False) -> None:
        super().__init__(key_class, max_size=1000)
