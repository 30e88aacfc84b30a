"""What admins may change about a tool's command: the options that its manifest lists, each within its limits."""

import math
from collections import ChainMap
from collections.abc import Mapping
from typing import Annotated, Literal, Self, cast

from pydantic import AfterValidator, Field, model_validator

from comfystudio import words
from comfystudio.tools.fill import fill, placeholders_in
from comfystudio.tools.table import Table, Variable, template

__all__ = ["CONDITION", "Option", "Value"]

# When something of a manifest holds: on machines with a GPU, without one, as root, or with a package in the venv.
CONDITION = r"^(gpu|no_gpu|root|package:[A-Za-z0-9._-]+)$"

Value = bool | int | float | str
LONGEST = 200


def _with_value(text: str) -> str:
    return template(text, "value")


ValueTemplate = Annotated[str, AfterValidator(_with_value)]


class Option(Table):
    """One option. Where it is set, or has a default, its `argv` and `env` are added to those of `run`.

    A number is whole unless `low` or `high` is written with a decimal point. Where the condition `when` does not hold
    on this machine it adds nothing, whatever it is set to.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    about: str = Field(min_length=1, max_length=200)
    kind: Literal["switch", "number", "text", "choice"]
    argv: tuple[ValueTemplate, ...] = ()
    env: dict[Variable, ValueTemplate] = Field(default_factory=dict)
    default: Value | None = None
    choices: tuple[str, ...] = ()
    low: int | float | None = None
    high: int | float | None = None
    when: str | None = Field(default=None, pattern=CONDITION)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        used = any("value" in placeholders_in(text) for text in (*self.argv, *self.env.values()))
        if not self.argv and not self.env:
            raise ValueError("needs argv or env")
        if used != (self.kind != "switch"):
            raise ValueError("a switch has no {value}, every other kind needs it")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("choices belong to kind choice")
        if self.kind != "number" and (self.low is not None or self.high is not None):
            raise ValueError("low and high belong to kind number")
        if self.default is not None and (problem := self.problem(self.default)):
            raise ValueError(f"has a default that is none: {problem}")
        return self

    @property
    def whole(self) -> bool:
        """Whether its numbers have no fraction."""
        return not isinstance(self.low, float) and not isinstance(self.high, float)

    def problem(self, value: object) -> str | None:
        """What is wrong with `value`, as a sentence; None where nothing is."""
        match self.kind:
            case "switch":
                return None if isinstance(value, bool) else words.say("tools.option_switch")
            case "number":
                return None if self._number(value) else self._range()
            case "choice":
                right = isinstance(value, str) and value in self.choices
                return None if right else words.say("tools.option_choice", names=", ".join(self.choices))
            case "text":
                # What begins like an option could be taken for one, and those are the manifest's to list.
                right = isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()
                right = right and not str(value).startswith("-")
                return None if right else words.say("tools.option_text", most=LONGEST)

    def _number(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return False
        if self.whole and not isinstance(value, int):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def _range(self) -> str:
        low = "…" if self.low is None else self.low
        high = "…" if self.high is None else self.high
        return words.say("tools.option_whole" if self.whole else "tools.option_number", low=low, high=high)

    def added(self, value: Value | None, values: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
        """The arguments and the variables that it adds when set to `value`; `values` fill its placeholders."""
        if value is None or value is False:
            return (), {}
        all_values = ChainMap({"value": str(value)}, cast("dict[str, str]", values))
        argv = tuple(fill(text, all_values) for text in self.argv)
        return argv, {name: fill(text, all_values) for name, text in self.env.items()}
