"""Work handed to a pool of threads belongs to whoever handed it over, not to the prompt that happens to run."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any

from .owners import Owners

__all__ = ["install"]


def install(owners: Owners) -> None:
    """Let every ThreadPoolExecutor run a job in the context of its submitter where that context has an owner.

    A pack's route that saves a file in the loop's executor would otherwise save it for the prompt that runs.
    """
    pool: Any = ThreadPoolExecutor
    original: Any = pool.submit

    @wraps(original)
    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not owners.has_context():
            return original(self, fn, *args, **kwargs)
        return original(self, contextvars.copy_context().run, fn, *args, **kwargs)

    pool.submit = submit
