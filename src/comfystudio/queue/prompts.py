"""Every prompt that was ever submitted: what waits and runs in memory, all of them on disk."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from comfystudio.errors import Conflict, Invalid
from comfystudio.events import Bus, person
from comfystudio.queue import store, texts
from comfystudio.queue.files import Made, made_by
from comfystudio.queue.model import OVER, Accepted, Body, Ending, Prompt, State
from comfystudio.queue.store import Change, New, Part, Wanted
from comfystudio.queue.summary import summary_of
from comfystudio.queue.writing import Writer
from comfystudio.storage import Database

__all__ = ["Prompts"]

_log = logging.getLogger(__name__)
TOPIC = "prompts"
MOST_WORDS = 8


@dataclass(frozen=True)
class Unwritten:
    """What the disk does not know yet: those that fit a list, and the numbers not to be taken from the disk."""

    fitting: list[Accepted]
    without: tuple[int, ...]

    def part(self, limit: int, offset: int) -> Part:
        """What to read, so that both together hold the part that is asked for."""
        if self.fitting:
            return Part(limit + offset, 0, self.without)
        return Part(limit, offset, self.without)


class Prompts:
    """The prompts of everybody. `open` comes first. What is kept of one that is over stays until it is hidden."""

    def __init__(self, database: Database, bus: Bus, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._bus = bus
        self._now = now
        self._live: dict[int, dict[str, Accepted]] = {}
        self._owners: dict[str, int] = {}
        self._listeners: list[Callable[[Prompt], None]] = []
        self._writer = Writer(database, added=self._added, left=self._left)

    async def open(self) -> None:
        """Find what waits and what runs since an earlier portal."""
        for accepted in await self._database.read(store.live):
            self._keep(accepted)

    async def close(self) -> None:
        """Write what is left."""
        await self._writer.close()

    def on_change(self, callback: Callable[[Prompt], None]) -> None:
        """Call `callback` at each change of a prompt's state, at once and on the loop."""
        self._listeners.append(callback)

    # Coming, running, ending

    async def accept(
        self,
        owner_id: int,
        *,
        id: str,  # noqa: A002 ComfyUI's word
        graph: dict[str, Any],
        extra: dict[str, Any],
        targets: list[str],
    ) -> Accepted:
        """Put a prompt on record; on disk when this returns.

        `Conflict` where its id is taken, `Invalid` where it is not JSON, the storage's error where the disk is full:
        then nothing is kept. When whoever calls is gone before the answer, the prompt is cancelled.
        """
        new = await asyncio.to_thread(_new, id, owner_id, self._now(), graph=graph, extra=extra, targets=targets)
        return await self._writer.add(new)

    async def adopt(
        self,
        owner_id: int,
        *,
        id: str,  # noqa: A002 ComfyUI's word
        graph: dict[str, Any],
        extra: dict[str, Any],
        targets: list[str],
    ) -> Accepted:
        """Put one on record that ComfyUI queued by itself; told of it again, the answer is the one on record."""
        found = await self.one(owner_id, id)
        if found is not None:
            return found
        try:
            return await self.accept(owner_id, id=id, graph=graph, extra=extra, targets=targets)
        except Conflict:
            found = await self.one(owner_id, id)
            if found is None:
                raise
            return found

    def started(self, id: str, at: float, worker: str) -> None:  # noqa: A002 ComfyUI's word
        """Note that a waiting prompt runs on `worker` since `at`; nothing changes for one that is over."""
        accepted = self.get_live(id)
        if accepted is None:
            return
        now = replace(accepted, prompt=replace(accepted.prompt, state="running", started_at=at, worker=worker))
        self._keep(now)
        self._writer.change(Change(now))
        self._tell(now.prompt)

    def finished(
        self,
        id: str,  # noqa: A002 ComfyUI's word
        state: Ending,
        *,
        outputs: Any = None,
        status: Any = None,
        meta: Any = None,
        error: str | None = None,
        at: float | None = None,
    ) -> None:
        """Note how a prompt ended; nothing changes for one that is over. What it made is as ComfyUI tells it."""
        accepted = self.get_live(id)
        if accepted is None:
            return
        made = tuple(made_by(outputs))
        prompt = replace(
            accepted.prompt,
            state=state,
            ended_at=self._now() if at is None else at,
            error=None if error is None else texts.storable(error),
            files=sum(each.place == "output" for each in made),
        )
        body = replace(accepted.body, outputs=texts.told(outputs), status=texts.told(status), meta=texts.told(meta))
        now = Accepted(prompt, body)
        del self._live[prompt.owner_id][id]
        del self._owners[id]
        self._writer.change(Change(now, made))
        self._tell(prompt)

    async def flush(self) -> None:
        """Return once everything noted so far is on disk; the storage's error where that cannot be now."""
        await self._writer.flush()

    # What waits and runs

    def live(self, owner_id: int) -> list[Accepted]:
        """What runs for `owner_id`, then what waits, in order."""
        return _in_order(self._live.get(owner_id, {}).values())

    def all_live(self) -> list[Accepted]:
        """What runs for anybody, then what waits, in order."""
        return _in_order(each for owned in self._live.values() for each in owned.values())

    def get_live(self, id: str) -> Accepted | None:  # noqa: A002 ComfyUI's word
        """One that waits or runs."""
        owner_id = self._owners.get(id)
        return None if owner_id is None else self._live[owner_id][id]

    def remaining(self, owner_id: int) -> int:
        """How many run or wait for `owner_id`."""
        return len(self._live.get(owner_id, ()))

    # Everything on record

    async def one(self, owner_id: int, id: str) -> Accepted | None:  # noqa: A002 ComfyUI's word
        """One prompt of `owner_id`, as it is now; None for others', hidden ones, and ones that never were."""
        unwritten = self._writer.unwritten.get(id)
        found = self.get_live(id) if unwritten is None else unwritten.now
        if found is not None:
            return found if found.prompt.owner_id == owner_id else None
        return await self._database.read(partial(store.one, owner_id=owner_id, prompt_id=id))

    async def history(self, owner_id: int, *, limit: int, offset: int = 0) -> list[Accepted]:
        """What is over for `owner_id` and not hidden, the newest first."""
        wanted = Wanted(owner_id, OVER)
        unwritten = self._unwritten(wanted)
        part = unwritten.part(limit, offset)
        found = await self._database.read(partial(store.whole, wanted=wanted, part=part))
        merged = sorted([*unwritten.fitting, *found], key=lambda each: each.prompt.number, reverse=True)
        return merged[offset - part.offset :][:limit]

    async def page(
        self,
        owner_id: int | None,
        *,
        state: State | None = None,
        text: str | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[Prompt]:
        """Prompts of `owner_id` (None: of everybody) below number `before`, the newest first, without hidden ones.

        Each word of `text` stands somewhere in the summary of what is found.
        """
        words = tuple((text or "").split()[:MOST_WORDS])
        wanted = Wanted(owner_id, (state,) if state else (), words, before)
        return await self._part(wanted, self._unwritten(wanted), limit, 0)

    async def part(
        self,
        owner_id: int,
        states: Collection[State],
        *,
        limit: int,
        offset: int = 0,
        by_duration: bool = False,
        descending: bool = True,
    ) -> tuple[list[Prompt], int]:
        """Prompts of `owner_id` in one of `states` from `offset`, and how many there are; hidden ones are not.

        The newest first, or those that took longest, unless `descending` is false. One that has not run and ended
        took no time.
        """
        wanted = Wanted(owner_id, tuple(states), by_duration=by_duration, upward=not descending)
        unwritten = self._unwritten(wanted)
        found = await self._part(wanted, unwritten, limit, offset)
        counted = await self._database.read(partial(store.count, wanted=wanted, without=unwritten.without))
        return found, counted + len(unwritten.fitting)

    async def _part(self, wanted: Wanted, unwritten: Unwritten, limit: int, offset: int) -> list[Prompt]:
        part = unwritten.part(limit, offset)
        found = await self._database.read(partial(store.listed, wanted=wanted, part=part))
        merged = sorted(
            [*(each.prompt for each in unwritten.fitting), *found], key=wanted.rank, reverse=not wanted.upward
        )
        return merged[offset - part.offset :][:limit]

    def _unwritten(self, wanted: Wanted) -> Unwritten:
        changed = [each.now for each in self._writer.unwritten.values()]
        fitting = [each for each in changed if wanted.fits(each.prompt)]
        return Unwritten(fitting, tuple(each.prompt.number for each in changed))

    async def of_output(self, owner_id: int, place: str, path: str) -> Prompt | None:
        """The newest prompt that made the file `path` of `owner_id`."""
        made = Made(place, path)
        changes = self._writer.unwritten.values()
        recent = [each.now.prompt for each in changes if made in each.made and each.now.prompt.owner_id == owner_id]
        if recent:
            return max(recent, key=lambda prompt: prompt.number)
        return await self._database.read(partial(store.of_output, owner_id=owner_id, place=place, path=path))

    async def first_outputs(self, numbers: Collection[int]) -> dict[int, str]:
        """Of those prompts that saved something in their owner's outputs the path of its first file, by number."""
        found = await self._database.read(partial(store.first_outputs, numbers=numbers))
        for each in self._writer.unwritten.values():
            path = next((made.path for made in each.made if made.place == "output"), None)
            if path is not None and each.now.prompt.number in numbers:
                found[each.now.prompt.number] = path
        return found

    async def hide(self, owner_id: int, ids: Sequence[str] | None) -> None:
        """Take those of `ids` (None: everything) that are over out of the lists of `owner_id`."""
        await self._writer.flush()
        hidden = None if ids is None else list(dict.fromkeys(ids))
        await self._database.run(partial(store.hide, owner_id=owner_id, ids=hidden, at=self._now()))

    # Inside

    def _keep(self, accepted: Accepted) -> None:
        prompt = accepted.prompt
        self._live.setdefault(prompt.owner_id, {})[prompt.id] = accepted
        self._owners[prompt.id] = prompt.owner_id

    def _added(self, accepted: Accepted) -> None:
        self._keep(accepted)
        self._tell(accepted.prompt)

    def _left(self, accepted: Accepted) -> None:
        """Whoever submitted it never got its id."""
        self.finished(accepted.prompt.id, "cancelled")

    def _tell(self, prompt: Prompt) -> None:
        data = {"id": prompt.id, "state": prompt.state}
        self._bus.publish(TOPIC, "prompt.changed", data, to=person(prompt.owner_id))
        for listener in self._listeners:
            try:
                listener(prompt)
            except Exception:  # noqa: BLE001 what is on record does not hang on who listens
                _log.exception("a listener failed")


def _in_order(found: Any) -> list[Accepted]:
    return sorted(found, key=lambda each: (each.prompt.state != "running", each.prompt.number))


def _new(
    prompt_id: str, owner_id: int, at: float, *, graph: dict[str, Any], extra: dict[str, Any], targets: list[str]
) -> New:
    try:
        body = Body(texts.written(graph), texts.written(extra), texts.written(targets))
    except (ValueError, TypeError, RecursionError):
        raise Invalid("queue.not_json") from None
    return New(
        id=prompt_id,
        owner_id=owner_id,
        created_at=at,
        summary=summary_of(graph),
        nodes=len(graph),
        body=body,
        kept=(texts.kept(body.graph), texts.kept(body.extra)),
    )
