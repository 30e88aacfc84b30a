"""ComfyUI's queue: no id twice, cancelling exactly the prompt that is meant, and word of each end."""

import contextvars
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from . import hooks
from .owners import KEY, Owners, stamped

__all__ = ["DuplicateError", "Prompts", "TooDeepError"]

DEEPEST = 200  # levels; ComfyUI copies what it takes from the queue by recursion

_submitting: contextvars.ContextVar[bool] = contextvars.ContextVar("comfystudio_submitting", default=False)


class DuplicateError(Exception):
    """A prompt with this id waits, runs or has run."""


class TooDeepError(ValueError):
    """A prompt nests so deep that copying it would end the thread that executes prompts."""


class Prompts:
    """The queue as the studio needs it.

    Items of ComfyUI's queue are indexed, never unpacked: (number, id, graph, extra_data, outputs, …).
    """

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._kept = hooks.Kept()
        self._stopped: set[str] = set()
        self.on_queued: Callable[[Any], None] = lambda _item: None
        self.on_done: Callable[[dict[str, Any]], None] = lambda _result: None
        self.on_idle: Callable[[], None] = lambda: None

    @property
    def queue(self) -> Any:
        """ComfyUI's own queue."""
        return hooks.module("server").PromptServer.instance.prompt_queue

    @contextmanager
    def submitting(self) -> Iterator[None]:
        """A prompt that is put inside was sent by the studio, not by code in the process."""
        token = _submitting.set(True)
        try:
            yield
        finally:
            _submitting.reset(token)

    def cancel(self, ids: Iterable[str], *, running: bool) -> dict[str, list[str]]:
        """Take out those that wait and, with `running`, interrupt the one that runs.

        What runs is looked up and interrupted under the queue's mutex, so the interrupt cannot hit the next prompt.
        """
        answer: dict[str, list[str]] = {"removed": [], "interrupted": [], "unknown": []}
        queue = self.queue
        for prompt_id in ids:
            with queue.mutex:
                if queue.delete_queue_item(lambda item, wanted=prompt_id: item[1] == wanted):
                    answer["removed"].append(prompt_id)
                elif running and any(item[1] == prompt_id for item in queue.currently_running.values()):
                    self._stopped.add(prompt_id)
                    self._kept["nodes:interrupt_processing"](True)
                    answer["interrupted"].append(prompt_id)
                else:
                    answer["unknown"].append(prompt_id)
        return answer

    def listed(self) -> dict[str, list[dict[str, Any]]]:
        """All that runs and waits, in order: {"running": [{"id", "owner"}], "pending": [...]}."""
        queue = self.queue
        with queue.mutex:
            running, pending = list(queue.currently_running.values()), sorted(queue.queue, key=lambda item: item[:2])
        return {
            "running": [{"id": item[1], "owner": stamped(item[3])} for item in running],
            "pending": [{"id": item[1], "owner": stamped(item[3])} for item in pending],
        }

    def done(self, ids: Iterable[str]) -> dict[str, Any]:
        """What ComfyUI's history still holds of `ids`: {id: {"outputs", "status", "meta"}}."""
        queue = self.queue
        with queue.mutex:
            found = {each: queue.history[each] for each in ids if each in queue.history}
        return {
            each: {name: entry.get(name) for name in ("outputs", "status", "meta")} for each, entry in found.items()
        }

    def install(self) -> None:
        """Wrap the queue's methods and the interrupt."""
        hooks.replace(self._kept, "execution:PromptQueue.put", self._put)
        hooks.replace(self._kept, "execution:PromptQueue.get", self._get)
        hooks.replace(self._kept, "execution:PromptQueue.task_done", self._task_done)
        hooks.replace(self._kept, "nodes:interrupt_processing", self._interrupt)

    def _put(self, original: Any) -> Any:
        def put(queue: Any, item: Any) -> Any:
            prompt_id, by_studio = item[1], _submitting.get()
            if _is_deep(item[2:4]):
                raise TooDeepError(prompt_id)
            if not by_studio:
                owner = self._owners.current()
                if owner is not None:  # code may queue for whom it works, whatever the item says
                    item[3][KEY] = owner
            with queue.mutex:
                if _known(queue, prompt_id):
                    raise DuplicateError(prompt_id)
                answer = original(queue, item)
                if not by_studio:
                    self.on_queued(item)  # before the worker thread can take it
            return answer

        return put

    def _get(self, original: Any) -> Any:
        def get(queue: Any, timeout: Any = None) -> Any:
            self.on_idle()
            return original(queue, timeout)

        return get

    def _task_done(self, original: Any) -> Any:
        def task_done(queue: Any, item_id: Any, history_result: Any, status: Any, *args: Any, **kwargs: Any) -> Any:
            item = queue.currently_running.get(item_id)
            answer = original(queue, item_id, history_result, status, *args, **kwargs)
            if item is not None:
                self._stopped.discard(item[1])
                self.on_done(
                    {
                        "prompt_id": item[1],
                        "owner": stamped(item[3]),
                        "outputs": history_result.get("outputs", {}),
                        "status": None if status is None else status._asdict(),
                        "meta": history_result.get("meta", {}),
                    }
                )
            return answer

        return task_done

    def _interrupt(self, original: Any) -> Any:
        def interrupt_processing(value: bool = True) -> Any:
            running = self._owners.running
            if not value:
                # Each prompt starts by clearing the flag: one that was cancelled between the queue and here keeps it.
                return original(running is not None and running.prompt_id in self._stopped)
            asking = self._owners.current()
            if asking is not None and (running is None or running.owner != asking):
                return None  # an owner's request stops nobody else's prompt
            return original(value)

        return interrupt_processing


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        members = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for inner in members for each in inner if isinstance(each, (dict, list, tuple))]
    return bool(level)


def _known(queue: Any, prompt_id: str) -> bool:
    if prompt_id in queue.history:
        return True
    return any(item[1] == prompt_id for items in (queue.queue, queue.currently_running.values()) for item in items)
