"""One worker process as the studio holds it: asked one job at a time, ended when it does not answer in time."""

import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from comfystudio.pictures._wire import Lost, receive, send_job
from comfystudio.pictures.limits import Limits

__all__ = ["Stillborn", "Worker"]

START_SECONDS = 30.0
# Nothing of the studio's environment: no secret, no search path.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


class Stillborn(Lost):
    """The worker ended before it could do anything."""


def _argv(limits: Limits, uid: int | None) -> list[str]:
    numbers = (limits.pixels, limits.file_bytes, limits.memory_bytes, limits.cpu_seconds, limits.wall_seconds)
    who = "-" if uid is None else str(uid)
    return [sys.executable, "-I", "-m", "comfystudio.pictures", *(str(number) for number in numbers), who]


class Worker:
    """A process that has begun and may still be starting. Every method blocks: call them in a thread."""

    def __init__(self, limits: Limits, uid: int | None, argv: Sequence[str] | None = None) -> None:
        self._limits = limits
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(
                    list(argv or _argv(limits, uid)),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=ENVIRONMENT,
                    cwd="/",
                    start_new_session=True,
                )
        except OSError:
            ours.close()
            raise
        self._side = ours
        self._ready = False

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def ask(self, job: dict[str, Any], handle: int) -> tuple[dict[str, Any], bytes]:
        """The answer to `job` on an open file. When it does not come the worker is ended.

        `Lost` then means that the job was too much for it, `Stillborn` that it never began to work.
        """
        try:
            if not self._ready:
                self._greet()
            deadline = time.monotonic() + self._limits.wall_seconds
            send_job(self._side, job, handle, deadline)
            return receive(self._side, deadline)
        except Lost:
            self.end()
            raise

    def _greet(self) -> None:
        try:
            receive(self._side, time.monotonic() + START_SECONDS)
        except Lost:
            raise Stillborn from None
        self._ready = True

    def kill(self) -> None:
        """Kill it: whoever waits for its answer learns that it is lost."""
        self._process.kill()

    def end(self) -> None:
        """Kill it and take its body away. Nobody may be asking it."""
        self._side.close()
        self._process.kill()
        self._process.wait()
