"""What ComfyUI says goes on record and to the pages of its owner, in ComfyUI's own order."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from comfystudio import words
from comfystudio.comfy.events import messages
from comfystudio.comfy.events.endings import state_of
from comfystudio.comfy.events.frames import Ended, Frame, Hello, Queued, Told
from comfystudio.comfy.events.messages import Message
from comfystudio.comfy.events.tabs import Tabs
from comfystudio.queue import Accepted, Prompts

__all__ = ["Recorder", "refusal"]

# What a prompt's extra data may hold on record: keys for services of others are passed on and never kept.
KEPT = ("extra_pnginfo", "preview_method", "create_time")


class Recorder:
    """`worker` is the process that says it all, as it stands on record; `on_hello` finds out what was missed."""

    def __init__(self, prompts: Prompts, tabs: Tabs, worker: str, on_hello: Callable[[], Awaitable[None]]) -> None:
        self._on_hello = on_hello
        self._prompts = prompts
        self._tabs = tabs
        self._worker = worker
        # A page asks for the result when it hears that there is one: by then it is on record.
        self._held: dict[str, list[Message]] = {}

    async def hello(self, said: Hello) -> None:
        """Whatever was said before is missed."""
        del said
        await self._on_hello()

    def told(self, event: Told) -> None:
        """A message for the owner's pages."""
        kind, prompt_id = event.message["type"], event.prompt_id
        if kind == "status":
            return
        if prompt_id and kind == "execution_start":
            self._started(prompt_id)
        ends = kind == "execution_success" or _is_over(event.message)
        if prompt_id and ends and self._prompts.get_live(prompt_id):
            self._held.setdefault(prompt_id, []).append(event.message)
            return
        self._tabs.send(event.owner, event.message)

    def frame(self, event: Frame) -> None:
        """A binary frame for the owner's pages."""
        self._tabs.frame(event.owner, event.frame)

    def runs(self, live: Accepted) -> None:
        """It runs, and nobody was there to hear its beginning."""
        if not self._tabs.busy(live.prompt.owner_id):
            self._started(live.prompt.id)
            self._tabs.send(live.prompt.owner_id, messages.start(live.prompt.id))

    def _started(self, prompt_id: str) -> None:
        live = self._prompts.get_live(prompt_id)
        if live and live.prompt.state == "queued":
            self._prompts.started(prompt_id, time.time(), self._worker)

    def ended(self, event: Ended) -> None:
        """Its task is over; said twice, it counts once."""
        live = self._prompts.get_live(event.prompt_id)
        held = self._held.pop(event.prompt_id, [])
        # Pages hear nothing before this call is through: all that they are told about is on record then.
        for message in held:
            if not _is_over(message):
                self._tabs.send(event.owner, message)
        if live:
            state, error = state_of(event.status)
            self._prompts.finished(
                event.prompt_id,
                state,
                outputs=event.outputs,
                status=event.status,
                meta=event.meta,
                error=error,
                at=time.time(),
            )
        for message in held:
            if _is_over(message):
                self._tabs.send(event.owner, message)

    async def queued(self, event: Queued) -> None:
        """Code inside ComfyUI queued it by itself."""
        if event.owner > 0 and self._prompts.get_live(event.prompt_id) is None:
            extra = {name: event.extra[name] for name in KEPT if name in event.extra}
            targets = list(event.targets)
            await self._prompts.adopt(
                event.owner, id=event.prompt_id, graph=event.graph, extra=extra, targets=targets
            )

    def failed(self, accepted: Accepted, sentence: str) -> None:
        """It will not end by itself any more: say so to its owner as ComfyUI would."""
        prompt = accepted.prompt
        runs = prompt.state == "running"
        node = self._tabs.node(prompt.owner_id) if runs else ""
        told = messages.error(prompt.id, sentence, (node, _class_of(accepted, node)))
        self._held.pop(prompt.id, None)
        self._tabs.send(prompt.owner_id, told)
        status = messages.failed_status(told)
        self._prompts.finished(
            prompt.id, "failed", outputs={}, status=status, meta={}, error=sentence, at=time.time()
        )
        self._tabs.send(prompt.owner_id, messages.over(prompt.id))


def _is_over(message: Message) -> bool:
    data = message.get("data")
    return message["type"] == "executing" and isinstance(data, dict) and data.get("node") is None


def refusal(answer: bytes) -> str:
    """Why ComfyUI refused a prompt when its turn came, for a person."""
    return words.say("comfy.refused", problem=_reason(answer))


def _reason(answer: bytes) -> str:
    try:
        found: Mapping[str, Any] = json.loads(answer)["error"]
        return str(found["message"]) + (f" ({found['details']})" if found.get("details") else "")
    except (ValueError, KeyError, TypeError):
        return answer[:200].decode(errors="replace").strip()


def _class_of(accepted: Accepted, node: str) -> str:
    if not node:
        return ""
    try:
        return str(json.loads(accepted.body.graph)[node]["class_type"])
    except (ValueError, KeyError, TypeError):
        return ""
