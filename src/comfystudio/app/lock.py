"""One studio a workspace: a lock that a crash cannot leave behind."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from comfystudio.errors import Conflict
from comfystudio.workspace import Workspace

__all__ = ["only_one"]


@contextmanager
def only_one(
    workspace: Workspace, *, patience: float = 5.0, unless: Callable[[], bool] = lambda: False
) -> Iterator[bool]:
    """Hold the workspace; `Conflict` where another studio, or a command that runs alone, holds it for longer.

    False, and nothing held, where `unless` becomes true while waiting.
    """
    handle = os.open(workspace.state / "studio.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held = True
                break
            except BlockingIOError:
                if unless():
                    held = False
                    break
                if time.monotonic() > deadline:
                    raise Conflict("studio.locked", workspace=workspace.root) from None
                time.sleep(0.05)
        yield held
    finally:
        os.close(handle)
