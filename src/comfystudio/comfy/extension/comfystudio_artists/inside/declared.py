"""What a node's class says about its inputs, asked only when a value makes it matter."""

import inspect
from typing import Any

from . import hooks
from .policy import Field

__all__ = ["Declared"]


class Declared:
    """The inputs of one class of nodes: the class itself, or its name in a prompt."""

    def __init__(self, class_type: Any) -> None:
        found = hooks.module("nodes").NODE_CLASS_MAPPINGS
        known = found.get(class_type) if isinstance(class_type, str) else None
        self._class: Any = class_type if isinstance(class_type, type) else known
        self._groups: list[Any] | None = None

    @property
    def exists(self) -> bool:
        """Whether there is such a class; ComfyUI refuses a prompt that names another as a whole."""
        return self._class is not None

    def field(self, name: str) -> Field:
        """What kind of field the input is."""
        kind, options = self._input(name)
        if kind is None:
            # Inputs that a node grows while it is edited are called "group.input".
            grown = "." in name and self._input(name.partition(".")[0])[0] is not None
            return Field.LINE if grown else Field.UNDECLARED
        return Field.TEXT if kind == "STRING" and options.get("multiline") else Field.LINE

    def listed(self, name: str, value: str) -> bool:
        """Whether ComfyUI itself compares the input with a list, or the list has this value."""
        kind, options = self._input(name)
        if isinstance(kind, (list, tuple)):
            return value in kind or not self._checks_itself(name)
        return kind == "COMBO" and value in (options.get("options") or ())

    def _input(self, name: str) -> tuple[Any, dict[str, Any]]:
        if self._groups is None:
            try:
                types = self._class.INPUT_TYPES() if self._class is not None else {}
                groups = [types.get(name) for name in ("required", "optional")]
                self._groups = [group for group in groups if group is not None]
            except Exception:  # noqa: BLE001 - a pack's own code; ComfyUI's validation meets the same and says so
                self._groups = []
        for group in self._groups:
            if name in group:  # some packs' groups have every name
                found = group[name]
                more = len(found) > 1 and isinstance(found[1], dict)
                return found[0], found[1] if more else {}
        return None, {}

    def _checks_itself(self, name: str) -> bool:
        """Whether the class's own validation takes the place of ComfyUI's comparison for this input."""
        check = getattr(self._class, "VALIDATE_INPUTS", None) or getattr(self._class, "validate_inputs", None)
        if check is None:
            return False
        found = inspect.getfullargspec(check)
        return found.varkw is not None or name in found.args
