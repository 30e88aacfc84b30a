"""Which node runs, for code deep inside it."""

import contextvars
from typing import NamedTuple, Self

__all__ = ["CurrentNodeContext", "ExecutionContext", "get_executing_context"]


class ExecutionContext(NamedTuple):
    """The node that runs; `list_index` counts its calls when it is given lists."""

    prompt_id: str
    node_id: str
    list_index: int | None


current_executing_context: contextvars.ContextVar[ExecutionContext | None] = contextvars.ContextVar(
    "current_executing_context", default=None
)


def get_executing_context() -> ExecutionContext | None:
    return current_executing_context.get()


class CurrentNodeContext:
    """`with CurrentNodeContext(prompt_id, node_id):` while a node runs."""

    def __init__(self, prompt_id: str, node_id: str, list_index: int | None = None) -> None:
        self.context = ExecutionContext(prompt_id, node_id, list_index)

    def __enter__(self) -> Self:
        self.token = current_executing_context.set(self.context)
        return self

    def __exit__(self, *failure: object) -> None:
        current_executing_context.reset(self.token)
