"""The body of a prompt's request to ComfyUI, put together from JSON texts as they are on record."""

import json
from collections.abc import Mapping

from comfystudio.queue import Accepted

__all__ = ["request_of"]


def request_of(accepted: Accepted, private: Mapping[str, str]) -> bytes:
    """JSON for `POST /prompt`. `private` joins the extra data; the rest is not read again, however large."""
    prompt, body = accepted.prompt, accepted.body
    extra = json.dumps({**json.loads(body.extra), **private}) if private else body.extra
    targets = f', "partial_execution_targets": {body.targets}' if body.targets not in {"", "[]", "null"} else ""
    head = f'{{"prompt_id": {json.dumps(prompt.id)}, "number": {prompt.number}'
    return f'{head}, "prompt": {body.graph}, "extra_data": {extra}{targets}}}'.encode()
