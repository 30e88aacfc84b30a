"""A prompt as a job: the shape in which ComfyUI's newer pages list what waits, runs and is over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from comfystudio.comfy.routes.status import error_of, milliseconds
from comfystudio.queue import Prompt, State

__all__ = ["STATES", "Summary", "job", "outputs_as_files", "summary_of"]

STATES: dict[str, State] = {
    "pending": "queued",
    "in_progress": "running",
    "completed": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}
_WORDS = {state: word for word, state in STATES.items()}
_SHOWN = frozenset({"images", "video", "audio", "3d", "text"})
_MODELS = (".obj", ".fbx", ".gltf", ".glb", ".usdz")
_TEXTS = (".txt", ".md", ".json")
# Under this name a node says whether its pictures move; it is no list of files.
_FLAG = "animated"
_LONGEST_TEXT = 1024


@dataclass(frozen=True)
class Summary:
    """What a list shows of a prompt beside its times; it never changes once the prompt is over."""

    workflow_id: str | None
    count: int
    preview: Mapping[str, Any] | None
    error: Mapping[str, Any] | None


def job(prompt: Prompt, summary: Summary) -> dict[str, Any]:
    """The job in a list."""
    error = summary.error or (error_of(prompt) if prompt.state == "failed" else None)
    found = {
        "id": prompt.id,
        "status": _WORDS[prompt.state],
        "priority": prompt.number,
        "create_time": milliseconds(prompt.created_at),
        "execution_start_time": milliseconds(prompt.started_at) if prompt.ended_at is not None else None,
        "execution_end_time": milliseconds(prompt.ended_at),
        "execution_error": error,
        "outputs_count": summary.count,
        "preview_output": summary.preview,
        "workflow_id": summary.workflow_id,
    }
    return {name: value for name, value in found.items() if value is not None}


def summary_of(workflow_id: str | None, outputs: Any, status: Any) -> Summary:
    """The summary of a prompt with these outputs and this status, both as ComfyUI tells them."""
    count, best, other = 0, None, None
    for node, kind, item in _items(outputs):
        entry = _as_file(item)
        if entry is None:
            # Text is worth a look, but it is no output that counts.
            if kind == "text" and other is None and isinstance(item, str):
                other = _text(item) | {"nodeId": node, "mediaType": kind}
            continue
        count += 1
        if best is None and _can_be_shown(kind, entry):
            shown = {**entry, "nodeId": node}
            shown.setdefault("mediaType", kind)
            if entry.get("type") == "output":
                best = shown
            else:
                other = other or shown
    return Summary(workflow_id, count, best or other, _error_in(status))


def outputs_as_files(outputs: Any) -> Any:
    """`outputs` for a single job: models in three dimensions, told by name alone, as files like the others."""
    if not isinstance(outputs, dict):
        return {}
    return {node: _node_as_files(found) for node, found in outputs.items()}


def _node_as_files(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    return {
        kind: items
        if kind == _FLAG or not isinstance(items, list)
        else [_or_file(each) for each in items if each is not None]
        for kind, items in found.items()
    }


def _or_file(item: Any) -> Any:
    return _as_file(item) or item


def _items(outputs: Any) -> Iterator[tuple[str, str, Any]]:
    for node, found in outputs.items() if isinstance(outputs, dict) else ():
        for kind, items in found.items() if isinstance(found, dict) else ():
            if kind != _FLAG and isinstance(items, list):
                for item in items:
                    yield node, kind, item


def _as_file(item: Any) -> dict[str, Any] | None:
    if isinstance(item, dict):
        return item
    if isinstance(item, str) and item.lower().endswith(_MODELS):
        return {"filename": item, "type": "output", "subfolder": "", "mediaType": "3d"}
    return None


def _can_be_shown(kind: str, entry: Mapping[str, Any]) -> bool:
    form, name = entry.get("format"), entry.get("filename")
    return (
        kind in _SHOWN
        or (isinstance(form, str) and form.startswith(("video/", "audio/")))
        or (isinstance(name, str) and name.lower().endswith((*_MODELS, *_TEXTS)))
    )


def _text(text: str) -> dict[str, Any]:
    if len(text) <= _LONGEST_TEXT:
        return {"content": text}
    return {"content": text[:_LONGEST_TEXT], "truncated": True}


def _error_in(status: Any) -> Mapping[str, Any] | None:
    messages = status.get("messages") if isinstance(status, dict) else None
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, list) and len(message) > 1 and message[0] == "execution_error":
            return message[1] if isinstance(message[1], dict) else None
    return None
