"""Work in other threads belongs to whoever handed it over, not to the prompt that happens to run."""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any

from .owners import Owners

__all__ = ["install"]


def install(owners: Owners) -> None:
    """Let every thread, and every job in a ThreadPoolExecutor, run in its starter's context where that has an owner.

    What a node saves in a thread that outlives its prompt, and a pack's route in the loop's executor, would otherwise
    be saved for the prompt that runs by then.
    """
    pool: Any = ThreadPoolExecutor
    thread: Any = threading.Thread
    submit_before: Any = pool.submit
    start_before: Any = thread.start

    @wraps(submit_before)
    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not owners.has_context():
            return submit_before(self, fn, *args, **kwargs)
        run = contextvars.copy_context().run
        # The pool may start a thread for it, which will work for others as well: that one begins without an owner.
        return contextvars.Context().run(submit_before, self, run, fn, *args, **kwargs)

    @wraps(start_before)
    def start(self: Any) -> Any:
        if owners.has_context():
            self.run = _within(contextvars.copy_context(), self.run)
        return start_before(self)

    pool.submit = submit
    thread.start = start


def _within(context: contextvars.Context, run: Callable[[], None]) -> Callable[[], None]:
    """`run` in `context`."""

    @wraps(run)
    def inside() -> None:
        context.run(run)

    return inside
