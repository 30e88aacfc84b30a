"""How a prompt ended, from the status that ComfyUI gave it."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from comfystudio import words

__all__ = ["state_of"]

LONGEST_ERROR = 2000


def state_of(status: Mapping[str, Any] | None) -> tuple[Literal["done", "failed", "cancelled"], str | None]:
    """The state on record, and what went wrong in ComfyUI's words where something did."""
    if status is None or status.get("completed") is True:
        return "done", None
    said = dict(_messages(status))
    if "execution_interrupted" in said:
        return "cancelled", None
    return "failed", _problem(said.get("execution_error", {}))


def _messages(status: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in status.get("messages") or ():
        kind, data = each
        if isinstance(data, dict):
            yield kind, data


def _problem(error: Mapping[str, Any]) -> str:
    text = str(error.get("exception_message") or error.get("exception_type") or "").strip()
    return text[:LONGEST_ERROR] or words.say("comfy.no_reason")
