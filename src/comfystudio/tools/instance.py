"""One instance of a tool: started, watched until it answers, tried again after a crash, stopped, adopted."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from comfystudio import words
from comfystudio.errors import Conflict, StudioError
from comfystudio.keeper import Exit, Keepers, Log, Unit
from comfystudio.people import Person
from comfystudio.tools.asking import json_of
from comfystudio.tools.catalogue import Entry
from comfystudio.tools.launch import Launch, Launcher
from comfystudio.tools.ports import Ports
from comfystudio.tools.readiness import Listen, pauses, status_of
from comfystudio.tools.states import ALIVE, Backoff, Key, State, Steps
from comfystudio.tools.times import StartTimes

__all__ = ["Instance", "Surroundings"]

HEALTH_EVERY = 10.0
UNHEALTHY_AFTER = 3
HEALTHY_RUN = 60.0


@dataclass(frozen=True)
class Surroundings:
    """What every instance needs. `changed` is called in the loop's tick in which a state changes.

    `arrived` is asked once the process answers (True: an earlier portal started it) and says why artists stay out, or
    None; `left` is told a sentence once a process that had arrived is gone.
    `sleep` is for long naps: before a new try, between two looks at a ready tool.
    """

    keepers: Keepers
    launcher: Launcher
    ports: Ports
    times: StartTimes
    changed: Callable[[Key], None]
    log_of: Callable[[Key], Log]
    arrived: Callable[["Instance", bool], Awaitable[str | None]]
    left: Callable[["Instance", str], Awaitable[None]]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Instance:
    """State and supervision of one instance; every public method runs on the loop."""

    def __init__(self, key: Key, entry: Entry, person: Person | None, around: Surroundings) -> None:
        assert entry.manifest
        self.key = key
        self.manifest = entry.manifest
        self.person = person
        self.state: State = "stopped"
        self.since: float | None = None
        self.started_by: str | None = None
        self.error: str | None = None
        self.exit: Exit | None = None
        self.next_try_at: float | None = None
        self.backoff = Backoff()
        self.steps = Steps(())
        self.listen: Listen | None = None
        self.secret: str | None = None
        self.answered = False
        self.closed: str | None = None
        self.unit: Unit | None = None
        self._folder = entry.folder
        self._around = around
        self._stopping = asyncio.Event()
        self._within: float | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether a process of it is there or about to be."""
        return self.state in ALIVE

    @property
    def reachable(self) -> bool:
        """Whether requests may be forwarded to it; one that was ready once keeps them while it is slow."""
        return self.state == "ready" or (self.state == "unhealthy" and self.answered)

    def start(self, by: str) -> None:
        """Start it; nothing happens where it is alive already. `by` is the name of who asked."""
        if self.state == "stopping":
            raise Conflict("tools.stopping", tool=self.manifest.name)
        if self.alive:
            return
        if self._task:
            # One that crashed may be waiting for its next try; this is the next try.
            self._task.cancel()
        self.backoff.clear()
        self.started_by = by
        self._begin()
        self._task = asyncio.create_task(self._live(None), name=f"tool {self.key}")

    def adopt(self, unit: Unit) -> None:
        """Take over a living unit that an earlier portal started."""
        labels = unit.labels
        self.unit, self.started_by = unit, labels.get("started_by") or None
        self.listen = Listen.parse(labels["listen"])
        self.secret = self._around.launcher.secret_of(self.key)
        self._begin(since=float(labels["started_at"]))
        self._task = asyncio.create_task(self._live(unit), name=f"tool {self.key}")

    def remember(self, ended: Exit) -> None:
        """Show how it ended while no portal was there."""
        if not ended.asked and ended.code != 0:
            self.exit = ended
            self._enter("crashed", since=ended.at)

    async def stop(self, within: float | None = None) -> None:
        """End it and wait until nothing of it is left; killed after `within` seconds (None: as its manifest says)."""
        task = self._task
        if task is None or task.done():
            if self.state in {"crashed", "failed"}:
                self._enter("stopped")
            return
        self._wake()
        if self.state != "stopping":
            self._enter("stopping")
        self._within = within
        if self.unit is not None:
            await self.unit.stop(within)
        await asyncio.wait([task])

    def leave(self) -> None:
        """Stop watching; the process goes on."""
        if self._task:
            self._task.cancel()

    async def put_to_rest(self, sentence: str) -> None:
        """End it because nobody needs it, which its card says in that sentence."""
        await self.stop()
        self.error = sentence
        self._around.changed(self.key)

    async def ask(self, path: str) -> Any:
        """What the tool answers to a GET of `path`, as decoded JSON; None where that is nothing useful."""
        return None if self.listen is None else await json_of(self.listen, path, self._headers())

    async def fail(self, sentence: str) -> None:
        """End it for a reason that only the portal knows."""
        await self.stop()
        self.error = sentence
        self._enter("failed")

    def _wake(self) -> None:
        self._stopping.set()

    def _enter(self, state: State, since: float | None = None) -> None:
        self.state, self.since = state, since or time.time()
        self.next_try_at = None
        self._around.changed(self.key)

    def _begin(self, since: float | None = None) -> None:
        self._stopping.clear()
        self.exit = self.error = None
        self.answered = False
        self.closed = None
        self.steps = Steps(self.manifest.progress)
        self._enter("starting", since)

    async def _live(self, adopted: Unit | None) -> None:
        try:
            while True:
                self.unit = adopted or await self._start()
                if self.unit is None:
                    self._enter("stopped")
                    return
                wait = self._after(await self._watch(self.unit, measure=adopted is None))
                adopted = None
                if wait is None or not await self._again(wait):
                    return
        except StudioError as error:
            self.error = error.sentence
            self._enter("failed")
        except Exception as error:  # noqa: BLE001 whatever it was, the card must not stay on "starting"
            self.error = words.say("tools.start_failed", problem=f"{type(error).__name__}: {error}")
            self._enter("failed")

    async def _start(self) -> Unit | None:
        """A fresh unit; None where a stop was asked for meanwhile."""
        launch = await asyncio.to_thread(self._prepare)
        if self._stopping.is_set():
            return None
        self.listen, self.secret = launch.listen, launch.secret
        unit = await self._around.keepers.start(launch.spec)
        if self._stopping.is_set():
            await unit.stop(self._within)
        return unit

    def _prepare(self) -> Launch:
        size = self._around.log_of(self.key).size
        by = self.started_by or ""
        return self._around.launcher.prepare(self.key, self.manifest, self._folder, self.person, by=by, log_size=size)

    async def _watch(self, unit: Unit, *, measure: bool) -> Exit:
        helpers = [
            asyncio.create_task(self._read_log(unit)),
            asyncio.create_task(self._probe(unit, measure=measure)),
        ]
        try:
            ended = await unit.wait()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        await self._around.left(self, _how(ended, self.manifest.name))
        return ended

    async def _read_log(self, unit: Unit) -> None:
        offset = int(unit.labels.get("log_from") or 0)
        while self.state == "starting" and self.manifest.progress:
            chunk = unit.log.read(offset, 64 * 1024)
            moved = [line for line in chunk.lines if self.steps.line(line.text)]
            if moved:
                self._around.changed(self.key)
            offset = chunk.next
            if not chunk.lines:
                await unit.log.changed(offset)

    async def _probe(self, unit: Unit, *, measure: bool) -> None:
        assert self.listen
        ready = self.manifest.run.ready
        began = time.monotonic()
        for pause in pauses():
            if await status_of(self.listen, ready.path, headers=self._headers()) in ready.statuses:
                break
            if self.state == "starting" and time.monotonic() - began > ready.within:
                self.error = words.say("tools.slow", seconds=round(ready.within))
                self._enter("unhealthy")
            await asyncio.sleep(pause)
        if stranger := await self._stranger(unit):
            self.error = stranger
            await unit.stop()
            return
        self.closed = await self._around.arrived(self, not measure)
        self._answers()
        if measure:
            self._around.times.add(self.key[0], time.monotonic() - began)
            await asyncio.to_thread(self._around.times.save)
        await self._keep_asking()

    def _answers(self) -> None:
        if self.state in {"starting", "unhealthy"}:
            self.answered, self.error = True, None
            self._enter("ready", self.since)

    async def _keep_asking(self) -> None:
        assert self.listen
        missed = 0
        while True:
            await self._around.sleep(HEALTH_EVERY)
            path = self.manifest.run.ready.path
            if await status_of(self.listen, path, HEALTH_EVERY, headers=self._headers()) is not None:
                missed = 0
                if self.state == "unhealthy":
                    self._answers()
                continue
            missed += 1
            if missed == UNHEALTHY_AFTER and self.state == "ready":
                self.error = words.say("tools.silent")
                self._enter("unhealthy", self.since)

    def _headers(self) -> tuple[tuple[str, str], ...]:
        name = self.manifest.gateway.secret_header
        return ((name, self.secret),) if name and self.secret else ()

    async def _stranger(self, unit: Unit) -> str | None:
        """The sentence about a process that is not ours and answers on our port."""
        if self.listen is None or self.listen.unix:
            return None
        holder = await asyncio.to_thread(self._around.ports.holder, self.listen.port)
        if holder is None or holder.belongs_to(unit.pid) or holder.belongs_to(unit.keeper_pid):
            return None
        return words.say("tools.port_taken", port=self.listen.port, pid=holder.pid or "?", command=holder.command)

    def _after(self, ended: Exit) -> float | None:
        """Show how it ended; seconds until the next try, None where there is none."""
        self.exit, self.unit = ended, None
        asked = self._stopping.is_set() or (ended.asked and self.error is None)
        if asked or (ended.code == 0 and self.answered):
            self._enter("stopped")
            return None
        wait = self.backoff.crashed(time.monotonic(), ended.lasted)
        if wait is None:
            self.error = self.error or words.say("tools.gave_up", times=len(self.backoff.exits))
            self._enter("failed")
            return None
        self._enter("crashed")
        if not self.manifest.run.restart:
            return None
        self.next_try_at = time.time() + wait
        self._around.changed(self.key)
        return wait

    async def _again(self, wait: float) -> bool:
        """Sleep before the next try; False where somebody asked for a stop meanwhile."""
        naps = [
            asyncio.ensure_future(self._around.sleep(wait)),
            asyncio.ensure_future(self._stopping.wait()),
        ]
        try:
            await asyncio.wait(naps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for nap in naps:
                nap.cancel()
        if self._stopping.is_set():
            self._enter("stopped")
            return False
        self._begin()
        return True


def _how(ended: Exit, name: str) -> str:
    """How a process ended, as a sentence."""
    if ended.asked:
        return words.say("tools.was_stopped", tool=name)
    if ended.signal is not None:
        return words.say("tools.was_killed", tool=name, signal=signal.Signals(ended.signal).name)
    return words.say("tools.ended_by_itself", tool=name, code=ended.code)
