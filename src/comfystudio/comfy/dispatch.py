"""Hands accepted prompts to ComfyUI, in the order in which they were accepted and none twice."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from comfystudio import words
from comfystudio.comfy.events.recorder import refusal
from comfystudio.comfy.owners import Owner
from comfystudio.comfy.requests import request_of
from comfystudio.comfy.worker import Worker
from comfystudio.errors import StudioError, Unavailable
from comfystudio.queue import Accepted, Prompts

__all__ = ["Dispatch", "Owners"]

log = structlog.get_logger("comfy")
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
KNOWN_ALREADY = 409
TAKEN = frozenset({200, KNOWN_ALREADY})


class Owners(Protocol):
    """Who a prompt is run for."""

    async def ready(self, owner_id: int, /) -> Owner | None:
        """The owner, their folders made; None where they may no longer work here. A StudioError says what fails."""


@dataclass
class _Process:
    """What is sent to one process: `sent` are the ids that it has taken, `sending` the one under way."""

    worker: Worker
    refused: Callable[[Accepted, str], None]
    sent: set[str] = field(default_factory=set)
    sending: str | None = None
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class Dispatch:
    """The way into ComfyUI's own queue. A process gets it with `attach` and loses it with `detach`."""

    def __init__(self, prompts: Prompts, owners: Owners) -> None:
        self._prompts = prompts
        self._owners = owners
        self._waiting: dict[str, tuple[Accepted, Mapping[str, str]]] = {}
        self._process: _Process | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def submit(self, accepted: Accepted, private: Mapping[str, str] | None = None) -> None:
        """Run it after those submitted before. `private` goes into its extra data and is kept nowhere."""
        self._waiting[accepted.prompt.id] = accepted, private or {}
        self._wake.set()

    def attach(self, worker: Worker, refused: Callable[[Accepted, str], None]) -> None:
        """What waits is for `worker` from now on; `refused` is told of what it does not take, and why."""
        self._process = _Process(worker, refused)

    def begin(self) -> None:
        """Hand over what waits, the oldest first, and what comes."""
        assert self._process
        self._waiting = dict(sorted(self._waiting.items(), key=lambda each: each[1][0].prompt.number))
        self._task = asyncio.create_task(self._run(self._process), name="comfyui dispatch")

    async def detach(self) -> None:
        """Hand over nothing more. What waits stays."""
        task, self._task, self._process = self._task, None, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def took(self, prompt_id: str) -> None:
        """The process has it: it says so itself."""
        self._waiting.pop(prompt_id, None)
        if self._process:
            self._process.sent.add(prompt_id)

    def holds(self, prompt_id: str) -> bool:
        """Whether it waits here or is on its way."""
        return prompt_id in self._waiting or bool(self._process and self._process.sending == prompt_id)

    def gave(self, prompt_id: str) -> bool:
        """Whether the process took it, even if it knows nothing of it any more."""
        return bool(self._process and prompt_id in self._process.sent)

    def over(self, prompt_id: str) -> None:
        """Nothing is to be done with it any more."""
        self._waiting.pop(prompt_id, None)
        if self._process:
            self._process.sent.discard(prompt_id)

    async def cancel(self, ids: Collection[str], *, running: bool) -> set[str]:
        """Take `ids` back, and stop those that run where `running` says so; the answer is those it did that to."""
        process = self._process
        taken = {each for each in ids if each in self._waiting or (process is None and self._queued(each))}
        for each in taken:
            self._waiting.pop(each, None)
            self._prompts.finished(each, "cancelled")
        rest = [each for each in ids if each not in taken and self._prompts.get_live(each)]
        if process is None or not rest:
            return taken
        if process.sending in rest:
            await process.idle.wait()
        answer = await process.worker.cancel(rest, running=running)
        for each in answer.removed:
            self._prompts.finished(each, "cancelled")
        return taken | answer.removed | answer.interrupted

    def _queued(self, prompt_id: str) -> bool:
        live = self._prompts.get_live(prompt_id)
        return live is not None and live.prompt.state == "queued"

    async def _run(self, process: _Process) -> None:
        while True:
            while self._waiting:
                prompt_id = next(iter(self._waiting))
                accepted, private = self._waiting.pop(prompt_id)
                process.sending = prompt_id
                process.idle.clear()
                try:
                    await self._send(process, accepted, private)
                except StudioError as error:
                    process.refused(accepted, error.sentence)
                except Exception:
                    log.exception("prompt not handed over", prompt=prompt_id)
                    process.refused(accepted, words.plainly("comfy.not_handed_over"))
                finally:
                    process.sending = None
                    process.idle.set()
            self._wake.clear()
            await self._wake.wait()

    async def _send(self, process: _Process, accepted: Accepted, private: Mapping[str, str]) -> None:
        prompt = accepted.prompt
        owner = await self._owners.ready(prompt.owner_id)
        if owner is None:
            self._prompts.finished(prompt.id, "cancelled")
            return
        status, answer = await self._posted(process, owner, request_of(accepted, private))
        if status in TAKEN:
            process.sent.add(prompt.id)
        else:
            process.refused(accepted, refusal(answer))

    async def _posted(self, process: _Process, owner: Owner, request: bytes) -> tuple[int, bytes]:
        """ComfyUI's answer. One that was lost on the way is asked for again: ComfyUI takes no id twice."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await process.worker.submit(owner, request)
            except Unavailable:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
