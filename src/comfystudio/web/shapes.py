"""What all shapes of the API have in common, and fields that several share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["At", "Id", "Query", "Shape", "Text"]


class Shape(BaseModel):
    """A body or an answer: strict types, and a field that is not declared is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, validate_by_name=True, validate_by_alias=True)


class Query(BaseModel):
    """The query of an address: numbers arrive as text, and a field that is not declared is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Id = Annotated[int, Field(ge=0, le=2**53)]
At = Annotated[float, Field(description="Seconds since the epoch.")]
Text = Annotated[str, Field(max_length=4096)]
