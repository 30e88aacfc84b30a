"""ComfyUI's process from its first answer to its end: checked, listened to, fed; and what follows for its prompts."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import structlog

from comfystudio import words
from comfystudio.comfy.check import Report
from comfystudio.comfy.dispatch import Dispatch
from comfystudio.comfy.events.channel import Channel
from comfystudio.comfy.events.recorder import Recorder
from comfystudio.comfy.events.tabs import Tabs
from comfystudio.comfy.owners import Owner, owner_of
from comfystudio.comfy.reconcile import reconcile
from comfystudio.comfy.seams import People, Preparer, Upstream
from comfystudio.comfy.worker import Health, Worker
from comfystudio.errors import Conflict, Missing, StudioError
from comfystudio.events import Bus, Event
from comfystudio.people import Person
from comfystudio.queue import Accepted, Prompt, Prompts

__all__ = ["Gate", "Workers"]

log = structlog.get_logger("comfy")
OVER = frozenset({"done", "failed", "cancelled"})


class Gate(Protocol):
    """Decides whether artists may work with a process; `last` is what it found last."""

    @property
    def last(self) -> Report | None:
        """None before the first."""

    async def admit(self, worker: Worker, health: Health, process: str, *, adopted: bool) -> str | None:
        """None where they may, else the sentence that says why not."""

    async def check(self, worker: Worker, health: Health, process: str) -> Report:
        """Look now."""


class Workers:
    """The one worker of the studio; a tools' companion, and the queue's dispatcher.

    `worker` is None while nothing runs. `sentence` says why artists stay out of what runs; when a check that somebody
    asked for changes it, `close` is called with it.
    """

    def __init__(
        self,
        *,
        prompts: Prompts,
        tabs: Tabs,
        people: People,
        preparer: Preparer,
        bus: Bus,
        gate: Gate,
        close: Callable[[str | None], None] = lambda _sentence: None,
    ) -> None:
        self.worker: Worker | None = None
        self.health: Health | None = None
        self.sentence: str | None = None
        self._prompts = prompts
        self._tabs = tabs
        self._people = people
        self._preparer = preparer
        self._bus = bus
        self._gate = gate
        self._close = close
        self._dispatch = Dispatch(prompts, self)
        self._channel: Channel | None = None
        self._process = ""
        self._recorder = self._recorder_of("")
        self._folders: dict[int, str] = {}
        self._changes = asyncio.Event()
        self._upkeep: asyncio.Task[None] | None = None
        self._deaf = bus.subscribe(lambda _event: None)
        prompts.on_change(self._prompt_changed)

    # Life

    async def start(self) -> None:
        """Mind who comes and goes."""
        self._deaf()
        self._deaf = self._bus.subscribe(self._heard)
        self._upkeep = asyncio.create_task(self._follow_people(), name="comfyui people")

    async def stop(self) -> None:
        """Let go of the process; it goes on with what it has."""
        self._deaf()
        if self._upkeep:
            self._upkeep.cancel()
            await asyncio.wait([self._upkeep])
        await self._let_go()
        self._tabs.close()

    # The process (a companion of the tools)

    async def arrived(self, upstream: Upstream, process: str, *, adopted: bool) -> str | None:
        """It answers: the sentence why only admins may enter, None once artists can be let in."""
        await self._let_go()
        self._process = process
        self._recorder = self._recorder_of(process)
        self._give_up_what_ran_before(process)
        self.worker = worker = Worker(upstream)
        self.sentence = words.plainly("comfy.being_checked")
        self.sentence = await self._open(worker, process, adopted=adopted)
        return self.sentence

    async def left(self, upstream: Upstream, why: str) -> None:
        """It has ended: whatever it had of anybody's prompts has failed."""
        del upstream
        had = self._channel is not None
        if self._channel:
            await self._channel.last_words()
        await self._let_go()
        if had:
            sentence = words.plainly("comfy.ended", why=why)
            for accepted in self._prompts.all_live():
                self._recorder.failed(accepted, sentence)
        else:
            # It ended before it was met; an earlier portal may have had it. What waits, waits for the next one.
            self._give_up_what_ran_before("")

    def found_none(self) -> None:
        """The portal has started and no process of an earlier one goes on: what ran in that has failed."""
        if self.worker is None:
            self._give_up_what_ran_before("")

    @property
    def last_check(self) -> Report | None:
        """What the newest check found; None where there was none for what runs."""
        return self._gate.last if self.health else None

    async def check(self) -> Report:
        """Check what runs now, and let artists in or keep them out by what is found.

        `Conflict` where nothing runs that can be checked, `Unavailable` where it does not get to the check.
        """
        worker, health = self.worker, self.health
        if worker is None or health is None:
            raise Conflict("comfy.nothing_to_check")
        if not health.ok:
            raise Conflict("comfy.not_checked", sentence=self.sentence)
        report = await self._gate.check(worker, health, self._process)
        if worker is self.worker:
            self.sentence = report.sentence
            if report.passed and self._channel is None:
                self.sentence = await self._connect(worker)
            self._close(self.sentence)
            if self.sentence:
                self._tabs.close()
        return report

    async def _open(self, worker: Worker, process: str, *, adopted: bool) -> str | None:
        try:
            self.health = health = await worker.health()
        except StudioError as error:
            return words.say("comfy.no_extension", problem=error.sentence)
        if not health.ok:
            return _lacks(health)
        self._tabs.features = health.features
        return await self._gate.admit(worker, health, process, adopted=adopted) or await self._connect(worker)

    async def _connect(self, worker: Worker) -> str | None:
        """Listen and hand over what waits; why that cannot be."""
        self._dispatch.attach(worker, self._recorder.failed)
        self._channel = Channel(worker, self._recorder)
        try:
            await self._channel.open()
        except StudioError as error:
            self._channel = None
            await self._dispatch.detach()
            return error.sentence
        self._dispatch.begin()
        self._changes.set()
        return None

    async def _let_go(self) -> None:
        channel, self._channel = self._channel, None
        worker, self.worker = self.worker, None
        self.health = self.sentence = None
        await self._dispatch.detach()
        if channel:
            await channel.close()
        if worker:
            await worker.close()

    def _recorder_of(self, process: str) -> Recorder:
        async def hello() -> None:
            if self.worker:
                await reconcile(self._prompts, self._dispatch, self._recorder, self.worker, process)

        return Recorder(self._prompts, self._tabs, process, hello)

    def _give_up_what_ran_before(self, process: str) -> None:
        for accepted in self._prompts.all_live():
            if accepted.prompt.state == "running" and accepted.prompt.worker != process:
                self._recorder.failed(accepted, words.plainly("comfy.ended_unseen"))

    # Prompts (the queue's dispatcher)

    def submit(self, accepted: Accepted, private: Mapping[str, str] | None = None) -> None:
        """Run it after those submitted before. `private` goes into its extra data and is kept nowhere."""
        self._dispatch.submit(accepted, private)

    async def cancel(self, ids: Collection[str], *, running: bool) -> set[str]:
        """Take `ids` back, and stop those that run where `running` says so; the answer is those it did that to."""
        return await self._dispatch.cancel(ids, running=running)

    def _prompt_changed(self, prompt: Prompt) -> None:
        if prompt.state in OVER:
            self._dispatch.over(prompt.id)

    # People

    async def ready(self, owner_id: int) -> Owner | None:
        """The owner of a prompt whose turn has come, their folders made; None where they may not work here."""
        person = self._person(owner_id)
        if person is None:
            return None
        await self._preparer.prepare(person)
        self._folders[person.id] = person.folder
        return owner_of(person)

    def _person(self, person_id: int) -> Person | None:
        try:
            found = self._people.get(person_id)
        except Missing:
            return None
        return found if found.active else None

    def _heard(self, event: Event) -> None:
        if event.topic == "people" and event.data.get("what") != "presence":
            self._changes.set()

    async def _follow_people(self) -> None:
        while True:
            await self._changes.wait()
            self._changes.clear()
            try:
                await self._stop_for_the_gone()
                await self._tell_new_folders()
            except StudioError as error:
                log.warning("a change of people was not passed on", problem=error.sentence)
            except Exception:
                log.exception("a change of people was not passed on")

    async def _stop_for_the_gone(self) -> None:
        """Whoever may no longer enter leaves nothing of theirs running."""
        live = self._prompts.all_live()
        gone = {owner for owner in {each.prompt.owner_id for each in live} if self._person(owner) is None}
        if gone:
            await self.cancel([each.prompt.id for each in live if each.prompt.owner_id in gone], running=True)

    async def _tell_new_folders(self) -> None:
        now = {each: person.folder for each in self._folders if (person := self._person(each))}
        changed = {each: folder for each, folder in now.items() if self._folders[each] != folder}
        if changed and self.worker:
            await self.worker.owners(changed)
            self._folders |= changed


def _lacks(health: Health) -> str:
    missing, tested = ", ".join(health.missing), ", ".join(health.tested)
    return words.say("comfy.hooks_missing", version=health.comfyui, missing=missing, tested=tested)
