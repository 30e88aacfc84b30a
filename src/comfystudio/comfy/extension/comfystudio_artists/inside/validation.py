"""Validation before queueing: the path policy, then ComfyUI's own answer, remembered for the POST that follows."""

import contextvars
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from . import hooks
from .folders import Folders
from .owners import KEY, Owners, client_id
from .paths import outside, refusal

__all__ = ["Validation", "Verdict"]

MOST = 512  # verdicts remembered
MOST_TEXT = 16 << 20  # characters of the requests remembered

_ready: contextvars.ContextVar["Verdict | None"] = contextvars.ContextVar("comfystudio_verdict", default=None)


@dataclass(frozen=True)
class Verdict:
    """What was found about one prompt: `raw` as it came, `request` as ComfyUI made it ready, its answer."""

    owner: int | None
    raw: Any
    request: dict[str, Any]
    answer: tuple[Any, Any, Any, Any]
    size: int

    def is_about(self, request: Any, owner: int | None) -> bool:
        """Whether a request that arrives is the one that was judged."""
        targets = "partial_execution_targets"
        return (
            self.owner == owner
            and self.raw == request.get("prompt")
            and self.request.get(targets) == request.get(targets)
        )


class Validation:
    """Wraps execution.validate_prompt and PromptServer.trigger_on_prompt."""

    def __init__(self, owners: Owners, folders: Folders) -> None:
        self._owners = owners
        self._folders = folders
        self._kept = hooks.Kept()
        self._remembered: OrderedDict[str, Verdict] = OrderedDict()
        self._text = 0

    async def judge(self, request: dict[str, Any], raw: Any, size: int) -> dict[str, Any]:
        """What POST /prompt would say to `request`, without queueing; `raw` is a second copy of its prompt."""
        server = hooks.module("server").PromptServer.instance
        request = server.trigger_on_prompt(request)
        if "prompt" not in request:
            words = "No prompt provided"
            error = {"type": "no_prompt", "message": words, "details": words, "extra_info": {}}
            return {"valid": False, "error": error, "node_errors": {}}
        replacing = getattr(server, "node_replace_manager", None)
        if replacing is not None:
            replacing.apply_replacements(request["prompt"])
        prompt_id = str(request.get("prompt_id"))
        validate = hooks.module("execution").validate_prompt
        answer = await validate(prompt_id, request["prompt"], request.get("partial_execution_targets"))
        if not answer[0]:
            return {"valid": False, "error": answer[1], "node_errors": answer[3]}
        self._remember(prompt_id, Verdict(self._owners.current(), raw, request, answer, size))
        return {"valid": True, "outputs": list(answer[2]), "node_errors": answer[3]}

    def install(self) -> None:
        """Wrap both functions."""
        hooks.replace(self._kept, "server:PromptServer.trigger_on_prompt", self._trigger)
        hooks.replace(self._kept, "execution:validate_prompt", self._validate)

    def _remember(self, prompt_id: str, verdict: Verdict) -> None:
        self._forget(prompt_id)
        self._remembered[prompt_id] = verdict
        self._text += verdict.size
        while len(self._remembered) > MOST or self._text > MOST_TEXT:
            self._forget(next(iter(self._remembered)))

    def _forget(self, prompt_id: str) -> Verdict | None:
        found = self._remembered.pop(prompt_id, None)
        if found is not None:
            self._text -= found.size
        return found

    def _trigger(self, original: Any) -> Any:
        def trigger_on_prompt(server: Any, json_data: Any) -> Any:
            verdict = self._forget(str(json_data.get("prompt_id")))
            owner = self._owners.current()
            if verdict is not None and verdict.is_about(json_data, owner):
                # The packs' handlers have seen this prompt when it was validated; what they made of it is used.
                _ready.set(verdict)
                json_data["prompt"] = verdict.request["prompt"]
                json_data["extra_data"] = {**(json_data.get("extra_data") or {}), **verdict.request["extra_data"]}
            else:
                json_data = original(server, json_data)
            return _stamp(json_data, owner)

        return trigger_on_prompt

    def _validate(self, original: Any) -> Any:
        async def validate_prompt(prompt_id: str, prompt: Any, partial_execution_list: Any) -> Any:
            verdict = _ready.get()
            if verdict is not None:
                _ready.set(None)
                if verdict.request["prompt"] is prompt:
                    return verdict.answer
            number = self._owners.current()
            errors = {} if number is None else outside(prompt, number, self._folders)
            if errors:
                return False, refusal(errors), [], errors
            return await original(prompt_id, prompt, partial_execution_list)

        return validate_prompt


def _stamp(json_data: Any, owner: int | None) -> Any:
    """Owner and client id as we know them, whatever was sent."""
    extra = json_data.get("extra_data")
    json_data["extra_data"] = extra = extra if isinstance(extra, dict) else {}
    extra.pop(KEY, None)
    if owner is not None:
        extra[KEY] = owner
        extra.pop("client_id", None)
        json_data["client_id"] = client_id(owner)
    return json_data
