"""How a prompt ended, in ComfyUI's words, where ComfyUI itself could not say it any more."""

from typing import Any

from comfystudio.queue import Prompt

__all__ = ["error_of", "milliseconds", "status_of"]


def milliseconds(at: float | None) -> int | None:
    """A time as ComfyUI tells it."""
    return None if at is None else int(at * 1000)


def error_of(prompt: Prompt) -> dict[str, Any]:
    """A failure that no node is to blame for: what the page shows is the sentence."""
    return {
        "prompt_id": prompt.id,
        "node_id": "",
        "node_type": "",
        "executed": [],
        "exception_message": prompt.error or "",
        "exception_type": "",
        "traceback": [],
        "current_inputs": {},
        "current_outputs": [],
        "timestamp": milliseconds(prompt.ended_at),
    }


def status_of(prompt: Prompt) -> dict[str, Any]:
    """The status of an entry in the history."""
    messages: list[list[Any]] = []
    if prompt.started_at is not None:
        messages.append(["execution_start", {"prompt_id": prompt.id, "timestamp": milliseconds(prompt.started_at)}])
    if prompt.state == "done":
        end, name = {"prompt_id": prompt.id, "timestamp": milliseconds(prompt.ended_at)}, "execution_success"
    elif prompt.state == "cancelled":
        kept = ("prompt_id", "node_id", "node_type", "executed", "timestamp")
        end, name = {key: error_of(prompt)[key] for key in kept}, "execution_interrupted"
    else:
        end, name = error_of(prompt), "execution_error"
    done = prompt.state == "done"
    return {"status_str": "success" if done else "error", "completed": done, "messages": [*messages, [name, end]]}
