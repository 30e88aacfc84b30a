"""Messages in ComfyUI's own shapes that the portal itself has to say."""

import json
import time
from collections.abc import Mapping
from typing import Any

__all__ = ["Message", "as_text", "error", "failed_status", "features", "first", "now", "over", "start", "status"]

Message = Mapping[str, Any]


def as_text(message: Message) -> str:
    """As it goes to pages."""
    return json.dumps(message)


def now() -> int:
    """ComfyUI's timestamps: ms since the epoch."""
    return int(time.time() * 1000)


def status(remaining: int) -> Message:
    """How many prompts of the owner are not finished."""
    return {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": remaining}}}}


def first(remaining: int, sid: str) -> Message:
    """What a page hears first: the same, and the id under which it is known."""
    return {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": remaining}}, "sid": sid}}


def features(found: Mapping[str, Any]) -> Message:
    """The answer to a page that says what it can."""
    return {"type": "feature_flags", "data": dict(found)}


def start(prompt_id: str) -> Message:
    """A prompt runs."""
    return {"type": "execution_start", "data": {"prompt_id": prompt_id, "timestamp": now()}}


def over(prompt_id: str) -> Message:
    """Nothing of this prompt runs any more."""
    return {"type": "executing", "data": {"node": None, "prompt_id": prompt_id}}


def error(prompt_id: str, sentence: str, node: tuple[str, str] = ("", "")) -> Message:
    """A prompt has failed for a reason that ComfyUI itself could not say; `node` is id and type of the last one."""
    return {
        "type": "execution_error",
        "data": {
            "prompt_id": prompt_id,
            "node_id": node[0],
            "node_type": node[1],
            "executed": [],
            "exception_message": sentence,
            "exception_type": "ComfyStudio",
            "traceback": [],
            "current_inputs": {},
            "current_outputs": [],
            "timestamp": now(),
        },
    }


def failed_status(told: Message) -> Message:
    """The status in the history of a prompt that ended with the error `told`."""
    return {"status_str": "error", "completed": False, "messages": [[told["type"], told["data"]]]}
