"""What waits, what runs and what ran. Forgotten when the process ends, as upstream."""

import copy
import heapq
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["Item", "Prompts"]

Item = tuple[float, str, dict[str, Any], dict[str, Any], list[str]]
"""Number (lowest first), prompt id, workflow, extra data, output nodes to run for."""


class Prompts:
    """The queue and the history; `changed` is called with the count of what is left after each change."""

    def __init__(self, changed: Callable[[int], None]) -> None:
        self._lock = threading.Condition(threading.RLock())
        self._pending: list[Item] = []
        self._running: list[Item] = []
        self._history: dict[str, Any] = {}
        self._changed = changed

    def remaining(self) -> int:
        """How many wait or run."""
        with self._lock:
            return len(self._pending) + len(self._running)

    def put(self, item: Item) -> None:
        """Line a workflow up."""
        with self._lock:
            heapq.heappush(self._pending, item)
            self._changed(self.remaining())
            self._lock.notify()

    def get(self) -> Item:
        """Wait for the next workflow and count it as running."""
        with self._lock:
            while not self._pending:
                self._lock.wait()
            item = heapq.heappop(self._pending)
            self._running.append(copy.deepcopy(item))
            self._changed(self.remaining())
            return item

    def done(self, result: dict[str, Any]) -> None:
        """Write down what came of the running one."""
        with self._lock:
            item = self._running.pop()
            self._history[item[1]] = {"prompt": item, **result}
            self._changed(self.remaining())

    def view(self) -> dict[str, list[Item]]:
        """What GET /queue shows."""
        with self._lock:
            return {"queue_running": list(self._running), "queue_pending": list(self._pending)}

    def is_running(self, prompt_id: str) -> bool:
        """Say whether this very prompt runs now."""
        with self._lock:
            return any(item[1] == prompt_id for item in self._running)

    def drop(self, prompt_id: str | None) -> None:
        """Take one workflow that waits out of the line, or (None) all of them."""
        with self._lock:
            before = len(self._pending)
            self._pending = [item for item in self._pending if prompt_id is not None and item[1] != prompt_id]
            heapq.heapify(self._pending)
            if prompt_id is None or len(self._pending) != before:
                self._changed(self.remaining())

    def history(self, prompt_id: str | None = None, newest: int | None = None) -> dict[str, Any]:
        """What ran: one, the newest few, or all, oldest first."""
        with self._lock:
            if prompt_id is not None:
                return {prompt_id: self._history[prompt_id]} if prompt_id in self._history else {}
            kept = list(self._history.items())
            return dict(kept if newest is None else kept[max(0, len(kept) - newest) :])

    def forget(self, prompt_id: str | None) -> None:
        """Drop one entry of the history, or (None) all of them."""
        with self._lock:
            if prompt_id is None:
                self._history.clear()
            else:
                self._history.pop(prompt_id, None)
