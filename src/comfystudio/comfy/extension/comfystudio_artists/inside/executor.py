"""Execution of one prompt in its owner's context."""

import logging
from typing import Any

from . import hooks
from .declared import Declared
from .folders import Folders, OutsideYourFoldersError
from .owners import Owners, Running, stamped
from .policy import LONGEST, Field, is_pathlike, strings, why_linked

__all__ = ["Executor"]


class Executor:
    """Wraps PromptExecutor.execute and checks what reaches a node over links."""

    def __init__(self, owners: Owners, folders: Folders) -> None:
        self._owners = owners
        self._folders = folders
        self._kept = hooks.Kept()

    def install(self) -> None:
        """Put the owner's context around every prompt."""
        hooks.replace(self._kept, "execution:PromptExecutor.execute", self._execute)
        hooks.replace(self._kept, "execution:get_input_data", self._get_input_data)

    def _execute(self, original: Any) -> Any:
        def execute(
            executor: Any, prompt: Any, prompt_id: str, extra_data: Any = None, execute_outputs: Any = (), **more: Any
        ) -> Any:
            extra_data = {} if extra_data is None else extra_data
            owner = stamped(extra_data)
            self._owners.running = Running(prompt_id, owner, prompt)
            try:
                with self._owners.acting(owner):
                    return original(executor, prompt, prompt_id, extra_data, execute_outputs, **more)
            except Exception as error:
                # ComfyUI's only worker thread would end here, and with it the queue, until a restart.
                logging.exception("Prompt %s could not be executed", prompt_id)
                _failed(executor, prompt_id, error)
                return None
            finally:
                self._owners.running = None

        return execute

    def _get_input_data(self, original: Any) -> Any:
        def get_input_data(inputs: Any, class_def: Any, unique_id: Any, *args: Any, **kwargs: Any) -> Any:
            found = original(inputs, class_def, unique_id, *args, **kwargs)
            number = self._owners.current()
            if number is not None:
                is_link = hooks.module("comfy_execution.graph_utils").is_link
                for name, values in found[0].items():
                    if is_link(inputs.get(name)) and is_pathlike(name):
                        self._check(values, number, Declared(class_def).field(name))
            return found

        return get_input_data

    def _check(self, values: Any, number: int, field: Field) -> None:
        """OutsideYourFoldersError for a string that came over a link and leads out of the owner's folders."""
        for value in strings(values):
            text = value.strip()
            if len(value) > LONGEST or (field is Field.TEXT and len(text.split(None, 1)) > 1):
                continue
            out = self._folders.is_foreign if text.startswith("/") else self._folders.leads_out
            if why_linked(value) or out(text, number):
                raise OutsideYourFoldersError(value)


def _failed(executor: Any, prompt_id: str, error: Exception) -> None:
    """Leave the executor as after a node's error, so that the queue records it and goes on."""
    executor.success = False
    executor.history_result = {"outputs": {}, "meta": {}}
    message: dict[str, Any] = {
        "prompt_id": prompt_id,
        "node_id": None,
        "node_type": None,
        "executed": [],
        "exception_message": f"{error}\n",
        "exception_type": type(error).__qualname__,
        "traceback": [],
        "current_inputs": {},
        "current_outputs": [],
    }
    executor.add_message("execution_error", message, broadcast=False)
