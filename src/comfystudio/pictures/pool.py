"""A few workers, started when there is something to do, each replaced when it is lost."""

import asyncio
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from comfystudio.errors import Invalid, StudioError, TooLarge, Unavailable
from comfystudio.pictures._wire import Lost
from comfystudio.pictures._worker import Stillborn, Worker
from comfystudio.pictures.limits import Limits

__all__ = ["Pool", "unfit"]

MOST = 4


def unfit(why: str) -> StudioError:
    """Why a picture was not decoded, in words."""
    match why:
        case "too_many_pixels":
            return TooLarge("pictures.too_large")
        case "too_costly":
            return TooLarge("pictures.too_costly")
        case _:
            return Invalid("pictures.unreadable")


class Pool:
    """Up to `most` workers. `uid`: the account they work as, where the studio may choose it."""

    def __init__(
        self, limits: Limits, *, uid: int | None = None, most: int | None = None, argv: Sequence[str] | None = None
    ) -> None:
        self._limits = limits
        self._uid = uid
        self._argv = argv
        self._most = most or min(MOST, len(os.sched_getaffinity(0)))
        self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="pictures")
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._closed = False

    @property
    def pids(self) -> set[int]:
        """The workers that live."""
        with self._lock:
            return {worker.pid for worker in self._all}

    async def run(self, job: dict[str, Any], handle: int) -> bytes:
        """What a worker makes of the open file `handle`, which the caller may close as soon as this has ended.

        Raises `Invalid` for what is no picture, `TooLarge` for one that is or costs too much, `Unavailable` where no
        worker can be had.
        """
        if os.fstat(handle).st_size > self._limits.file_bytes:
            raise unfit("too_many_pixels")
        # A handle of its own: a caller that is called off closes theirs while the job still waits for a worker.
        own = os.dup(handle)
        try:
            future = self._threads.submit(self._run, job, own)
        except RuntimeError:
            os.close(own)
            raise Unavailable("pictures.no_worker") from None
        future.add_done_callback(lambda _: os.close(own))
        return await asyncio.wrap_future(future)

    def _run(self, job: dict[str, Any], handle: int) -> bytes:
        worker = self._taken()
        try:
            head, body = worker.ask(job, handle)
        except Lost as lost:
            with self._lock:
                self._all.discard(worker)
                ours = self._closed or isinstance(lost, Stillborn)
            raise (Unavailable("pictures.no_worker") if ours else unfit("too_costly")) from None
        with self._lock:
            self._idle.append(worker)
        if not head.get("ok"):
            raise unfit(str(head.get("why")))
        return body

    def _taken(self) -> Worker:
        with self._lock:
            while self._idle and not self._closed:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                self._all.discard(worker)
                worker.end()
            if self._closed:
                raise Unavailable("pictures.no_worker")
            try:
                worker = Worker(self._limits, self._uid, self._argv)
            except OSError:
                raise Unavailable("pictures.no_worker") from None
            self._all.add(worker)
            return worker

    async def close(self) -> None:
        """End the workers and whatever they are at."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._lock:
            self._closed = True
            workers, self._all = tuple(self._all), set()
        for worker in workers:
            worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in workers:
            worker.end()
