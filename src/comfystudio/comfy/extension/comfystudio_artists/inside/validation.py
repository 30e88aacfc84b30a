"""Validation before queueing: the path policy, then ComfyUI's own answer, remembered for the POST that follows."""

import contextvars
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from . import hooks
from .folders import Folders
from .owners import KEY, Owners, client_id
from .policy import PATHLIKE, strings, why

__all__ = ["Validation", "Verdict"]

REFUSED = "path_outside_your_folders"
MOST = 512  # verdicts remembered
MOST_BYTES = 64 << 20

_ready: contextvars.ContextVar["Verdict | None"] = contextvars.ContextVar("comfystudio_verdict", default=None)


@dataclass
class Verdict:
    """What was found about one prompt: `raw` as it came, `request` as ComfyUI made it ready, the answer."""

    owner: int | None
    raw: Any
    request: dict[str, Any]
    answer: tuple[Any, Any, Any, Any]
    size: int = field(default=0)


class Validation:
    """Wraps execution.validate_prompt and PromptServer.trigger_on_prompt."""

    def __init__(self, owners: Owners, folders: Folders) -> None:
        self._owners = owners
        self._folders = folders
        self._kept = hooks.Kept()
        self._remembered: OrderedDict[str, Verdict] = OrderedDict()
        self._bytes = 0

    async def judge(self, request: dict[str, Any], raw: Any, size: int) -> dict[str, Any]:
        """What POST /prompt would say to `request`, without queueing; `raw` is a second copy of its prompt."""
        server = hooks.module("server").PromptServer.instance
        request = server.trigger_on_prompt(request)
        if "prompt" not in request:
            return _refusal(_no_prompt(), {})
        prompt_id = str(request.get("prompt_id"))
        replacing = getattr(server, "node_replace_manager", None)
        if replacing is not None:
            replacing.apply_replacements(request["prompt"])
        validate = hooks.module("execution").validate_prompt
        answer = await validate(prompt_id, request["prompt"], request.get("partial_execution_targets"))
        valid, error, outputs, node_errors = answer[0], answer[1], answer[2], answer[3]
        if not valid:
            return _refusal(error, node_errors)
        self._remember(prompt_id, Verdict(self._owners.current(), raw, request, answer, size))
        return {"valid": True, "outputs": list(outputs), "node_errors": node_errors}

    def _remember(self, prompt_id: str, verdict: Verdict) -> None:
        self._forget(prompt_id)
        self._remembered[prompt_id] = verdict
        self._bytes += verdict.size
        while len(self._remembered) > MOST or self._bytes > MOST_BYTES:
            self._forget(next(iter(self._remembered)))

    def _forget(self, prompt_id: str) -> Verdict | None:
        found = self._remembered.pop(prompt_id, None)
        if found is not None:
            self._bytes -= found.size
        return found

    def install(self) -> None:
        """Wrap both functions."""
        hooks.replace(self._kept, "server:PromptServer.trigger_on_prompt", self._trigger)
        hooks.replace(self._kept, "execution:validate_prompt", self._validate)

    def _trigger(self, original: Any) -> Any:
        def trigger_on_prompt(server: Any, json_data: Any) -> Any:
            verdict = self._forget(str(json_data.get("prompt_id")))
            owner = self._owners.current()
            if verdict is not None and verdict.owner == owner and verdict.raw == json_data.get("prompt"):
                _ready.set(verdict)  # the packs' handlers have seen this prompt when it was validated
                json_data["prompt"] = verdict.request["prompt"]
            else:
                json_data = original(server, json_data)
            return self._stamp(json_data, owner)

        return trigger_on_prompt

    def _stamp(self, json_data: Any, owner: int | None) -> Any:
        """Owner and client id as we know them, whatever was sent."""
        extra = json_data.get("extra_data")
        json_data["extra_data"] = extra = extra if isinstance(extra, dict) else {}
        extra.pop(KEY, None)
        if owner is not None:
            extra[KEY] = owner
            extra.pop("client_id", None)
            json_data["client_id"] = client_id(owner)
        return json_data

    def _validate(self, original: Any) -> Any:
        async def validate_prompt(prompt_id: str, prompt: Any, partial_execution_list: Any) -> Any:
            verdict = _ready.get()
            if verdict is not None:
                _ready.set(None)
                if verdict.request["prompt"] is prompt:
                    return verdict.answer
            number = self._owners.current()
            if number is not None:
                errors = self.outside(prompt, number)
                if errors:
                    return False, _outside_error(errors), [], errors
            return await original(prompt_id, prompt, partial_execution_list)

        return validate_prompt

    def outside(self, prompt: Any, number: int) -> dict[str, Any]:
        """node_errors for every input of `prompt` that names a path outside the owner's folders; {} when there is none."""
        found: dict[str, Any] = {}
        if not isinstance(prompt, dict):
            return found
        is_link = hooks.module("comfy_execution.graph_utils").is_link
        for node_id, node in prompt.items():
            inputs = node.get("inputs") if isinstance(node, dict) else None
            if not isinstance(inputs, dict):
                continue
            declared = _Declared(node.get("class_type"))
            errors = [
                _error(name, reason)
                for name, value in inputs.items()
                if not is_link(value) and (reason := self._reason(name, value, declared, number))
            ]
            if errors:
                found[node_id] = {"errors": errors, "dependent_outputs": [], "class_type": node.get("class_type")}
        return found

    def _reason(self, name: str, value: Any, declared: "_Declared", number: int) -> str | None:
        for text in (value,) if isinstance(value, str) else strings(value):
            if not text or text.isalnum():
                continue
            single = why(text, name=name, multiline=False)
            pathlike = PATHLIKE.search(name) is not None
            if single is None and not pathlike:
                continue
            if declared.listed(name, text):
                continue
            multiline = declared.multiline(name)
            reason = why(text, name=name, multiline=True) if multiline else single
            if reason is None and pathlike and not multiline and self._folders.leads_out(text, number):
                reason = "a link on the way leads out of your folders"
            if reason is not None:
                return reason
        return None


class _Declared:
    """What a node's class says about its inputs; asked only when a value makes it matter."""

    def __init__(self, class_type: Any) -> None:
        self._class = (
            hooks.module("nodes").NODE_CLASS_MAPPINGS.get(class_type) if isinstance(class_type, str) else None
        )
        self._inputs: dict[str, Any] | None = None

    def _of(self, name: str) -> tuple[Any, dict[str, Any]]:
        if self._inputs is None:
            self._inputs = {}
            try:
                types = self._class.INPUT_TYPES() if self._class is not None else {}
                for group in ("required", "optional"):
                    self._inputs.update(types.get(group) or {})
            except Exception:  # noqa: BLE001 - a pack's own code; then nothing is known and the strict rules hold
                self._inputs = {}
        found = self._inputs.get(name)
        if not isinstance(found, (list, tuple)) or not found:
            return None, {}
        options = found[1] if len(found) > 1 and isinstance(found[1], dict) else {}
        return found[0], options

    def multiline(self, name: str) -> bool:
        """Whether the input is a field for text of several lines."""
        kind, options = self._of(name)
        return kind == "STRING" and bool(options.get("multiline"))

    def listed(self, name: str, value: str) -> bool:
        """Whether ComfyUI itself compares the input with a list, or the list has this value."""
        kind, options = self._of(name)
        if isinstance(kind, (list, tuple)):
            return value in kind or not self._checks_itself(name)
        return kind == "COMBO" and value in (options.get("options") or ())

    def _checks_itself(self, name: str) -> bool:
        """Whether the class's own validation takes the place of ComfyUI's comparison for this input."""
        check = getattr(self._class, "VALIDATE_INPUTS", None) or getattr(self._class, "validate_inputs", None)
        if check is None:
            return False
        import inspect  # noqa: PLC0415

        found = inspect.getfullargspec(check)
        return found.varkw is not None or name in found.args


def _error(name: str, reason: str) -> dict[str, Any]:
    return {
        "type": REFUSED,
        "message": "Path outside your folders",
        "details": f"{name}: {reason}",
        "extra_info": {"input_name": name},
    }


def _outside_error(errors: dict[str, Any]) -> dict[str, Any]:
    lines = [f"Node {node_id}, {each['details']}" for node_id, entry in errors.items() for each in entry["errors"]]
    return {"type": REFUSED, "message": "Path outside your folders", "details": "\n".join(lines), "extra_info": {}}


def _no_prompt() -> dict[str, Any]:
    words = "No prompt provided"
    return {"type": "no_prompt", "message": words, "details": words, "extra_info": {}}


def _refusal(error: Any, node_errors: Any) -> dict[str, Any]:
    return {"valid": False, "error": error, "node_errors": node_errors}
