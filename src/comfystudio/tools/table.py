"""What all tables of a manifest have in common, and values that several of them hold."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from comfystudio.tools.fill import PLACEHOLDERS, placeholders_in

__all__ = ["Argv", "Seconds", "Table", "Template", "Variable", "template"]


class Table(BaseModel):
    """Strict and closed: an unknown key or another type is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def template(text: str, *more: str) -> str:
    """`text`, whose placeholders exist; `more` are those that exist only where it stands."""
    if "\0" in text:
        raise ValueError("holds a NUL byte")
    for name in placeholders_in(text):
        if name not in PLACEHOLDERS and name not in more:
            raise ValueError(f"names an unknown placeholder {{{name}}}")
    return text


def _template(text: str) -> str:
    return template(text)


Template = Annotated[str, AfterValidator(_template)]
Argv = tuple[Template, ...]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
