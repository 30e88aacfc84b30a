"""What a workflow is about, in a line that can be searched: its texts, its models, where it saves."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["LONGEST", "summary_of"]

LONGEST = 500
_TEXTS_LONGEST = 300
_LOOKED_AT = 4 * LONGEST
_BETWEEN = " · "
_MODEL_ENDINGS = (".safetensors", ".sft", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".onnx")
_TEXT_NAMES = ("text", "prompt", "caption", "lyrics", "clip_l", "clip_g", "t5xxl", "positive")
_PREFIX_NAMES = ("filename_prefix", "prefix")
_STRING_NODES = ("string", "text")


def summary_of(graph: Any) -> str:
    """At most 500 characters on one line: what is wanted, not what is unwanted; empty where nothing is said."""
    found = graph.items() if isinstance(graph, dict) else ()
    nodes = {str(name): node for name, node in found if isinstance(node, dict)}
    inputs = {name: _inputs(node.get("inputs")) for name, node in nodes.items()}
    unwanted = _reached(inputs, "negative", "positive") - _reached(inputs, "positive", "negative")
    texts = _texts(nodes, inputs, unwanted)
    names = [*_models(inputs.values()), *_prefixes(inputs.values())]
    return _join([_join(texts, _TEXTS_LONGEST), *names], LONGEST)


def _inputs(found: Any) -> dict[str, Any]:
    return {str(name): value for name, value in found.items()} if isinstance(found, dict) else {}


def _reached(inputs: Mapping[str, Mapping[str, Any]], side: str, other: str) -> set[str]:
    """The nodes from which something comes to an input of the one side, and not by way of the other one."""
    waiting = [value for each in inputs.values() for name, value in each.items() if side in name.lower()]
    reached: set[str] = set()
    while waiting:
        source = _source(waiting.pop())
        if source is None or source in reached or source not in inputs:
            continue
        reached.add(source)
        waiting += [value for name, value in inputs[source].items() if other not in name.lower()]
    return reached


def _source(value: Any) -> str | None:
    """The node that a link comes from; None for what is no link."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int):
        return str(value[0])
    return None


def _texts(
    nodes: Mapping[str, Any], inputs: Mapping[str, Mapping[str, Any]], unwanted: Iterable[str]
) -> Iterator[str]:
    left_out = set(unwanted)
    for name, each in inputs.items():
        if name in left_out:
            continue
        kind = str(nodes[name].get("class_type", "")).lower()
        any_text = any(word in kind for word in _STRING_NODES)
        for of_input, value in each.items():
            lowered = of_input.lower()
            says = any_text or any(word in lowered for word in _TEXT_NAMES)
            if says and isinstance(value, str) and "negative" not in lowered and "prefix" not in lowered:
                yield value


def _models(inputs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for each in inputs:
        for value in each.values():
            if isinstance(value, str) and len(value) < LONGEST and value.lower().endswith(_MODEL_ENDINGS):
                yield value.replace("\\", "/").rpartition("/")[2]


def _prefixes(inputs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for each in inputs:
        for name in _PREFIX_NAMES:
            if isinstance(each.get(name), str):
                yield each[name]


def _join(parts: Iterable[str], longest: int) -> str:
    """Each of `parts` once and on one line, as many as fit; the last one may be cut."""
    found: list[str] = []
    room = longest
    for part in parts:
        line = _line(part)
        if not line or line in found:
            continue
        if found:
            room -= len(_BETWEEN)
        if room <= 0:
            break
        found.append(line[:room].rstrip())
        room -= len(line)
    return _BETWEEN.join(found)


def _line(text: str) -> str:
    """`text` on one line, without what cannot be shown; no more of a long one than is needed."""
    spaced = " ".join(text[:_LOOKED_AT].split())
    return "".join(letter for letter in spaced if letter.isprintable())
