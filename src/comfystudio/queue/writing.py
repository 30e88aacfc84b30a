"""Writing prompts: whoever posts at the same time shares a commit, and what changed meanwhile goes along.

A new prompt is on disk once `add` returns, or an error says that it is not. Changes are kept in memory until they
are written, however long a full disk takes.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from comfystudio.errors import Conflict, Unavailable
from comfystudio.queue import store
from comfystudio.queue.model import Accepted
from comfystudio.queue.store import Change, New
from comfystudio.storage import Database, StorageBusy, StorageFull

__all__ = ["Writer"]

GATHER_SECONDS = 0.05
RETRY_SECONDS = 5.0
_log = logging.getLogger(__name__)
Answer = Accepted | Exception


@dataclass(frozen=True)
class Asked:
    """A new prompt and who waits for it."""

    new: New
    answer: "asyncio.Future[Accepted]"


class Writer:
    """Writes to `database`. `added` is told of each new prompt, in order, before whoever asked for it is.

    `left` is told of one on record whose asker is gone: nobody knows its id.
    """

    def __init__(
        self, database: Database, *, added: Callable[[Accepted], None], left: Callable[[Accepted], None]
    ) -> None:
        self._database = database
        self._added = added
        self._left = left
        self._asked: list[Asked] = []
        self._changes: dict[str, Change] = {}
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def unwritten(self) -> dict[str, Accepted]:
        """What is newer than on disk, by id."""
        return {name: each.now for name, each in self._changes.items()}

    async def add(self, new: New) -> Accepted:
        """Put it on record; `Conflict` where its id is taken, the storage's error where it cannot be written."""
        answer: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._asked.append(Asked(new, answer))
        self._begin()
        try:
            return await answer
        except asyncio.CancelledError:
            if answer.done() and not answer.cancelled() and answer.exception() is None:
                self._left(answer.result())
            raise

    def change(self, each: Change) -> None:
        """Write it soon, together with others, over what is on record of its prompt."""
        self._changes.pop(each.now.prompt.id, None)
        self._changes[each.now.prompt.id] = each
        if self._task is None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._begin)

    async def flush(self) -> None:
        """Write everything that changed so far; the storage's error where that cannot be now."""
        if self._changes or self._asked:
            self._begin()
        while self._task is not None:
            await asyncio.wait({self._task})
        if self._changes:
            await self._write_changes()

    async def close(self) -> None:
        """Write what is left, if that can be."""
        with suppress(Unavailable):
            await self.flush()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._changes:
            _log.warning("what became of %d prompts could not be written", len(self._changes))

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="prompts on record")
            self._task.add_done_callback(self._over)

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("writing prompts failed", exc_info=error)
        if self._asked:
            self._begin()
        elif self._changes and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(RETRY_SECONDS, self._begin)

    async def _run(self) -> None:
        """Write all there is, until nothing is asked for; changes alone wait for their time when one fails."""
        while True:
            asked = [each for each in self._asked if not each.answer.done()]
            self._asked = []
            changes = tuple(self._changes.values())
            if not asked and not changes:
                return
            try:
                answers = await self._database.run(partial(_write, asked=asked, changes=changes))
            except StorageFull as error:
                await self._apart(asked, error)
                return
            except Exception as error:
                _tell(asked, [error] * len(asked))
                if not isinstance(error, StorageBusy):
                    raise
                return
            self._written(changes)
            self._answer(asked, answers)

    async def _apart(self, asked: Sequence[Asked], error: StorageFull) -> None:
        """On a disk that is nearly full the small may fit although the large does not."""
        if self._changes:
            with suppress(Unavailable):
                await self._write_changes()
        if len(asked) < 2 and not self._changes:
            _tell(asked, [error] * len(asked))
            return
        for each in asked:
            try:
                answers = await self._database.run(partial(_write, asked=[each], changes=()))
            except Unavailable as problem:
                _tell([each], [problem])
            else:
                self._answer([each], answers)

    async def _write_changes(self) -> None:
        changes = tuple(self._changes.values())
        await self._database.run(partial(store.change, changes=changes))
        self._written(changes)

    def _written(self, changes: Sequence[Change]) -> None:
        for each in changes:
            if self._changes.get(each.now.prompt.id) is each:
                del self._changes[each.now.prompt.id]

    def _answer(self, asked: Sequence[Asked], answers: Sequence[Answer]) -> None:
        for each, answer in zip(asked, answers, strict=True):
            if isinstance(answer, Accepted):
                self._added(answer)
                if each.answer.cancelled():
                    self._left(answer)
        _tell(asked, answers)


def _tell(asked: Sequence[Asked], answers: Sequence[Answer]) -> None:
    for each, answer in zip(asked, answers, strict=True):
        if each.answer.done():
            continue
        if isinstance(answer, Accepted):
            each.answer.set_result(answer)
        else:
            each.answer.set_exception(answer)


def _write(session: Session, asked: Sequence[Asked], changes: Sequence[Change]) -> list[Answer]:
    store.change(session, changes)
    return [_add(session, each.new) for each in asked]


def _add(session: Session, new: New) -> Answer:
    """One that does not fit keeps none of the others from being written."""
    try:
        with session.begin_nested():
            prompt = store.add(session, new)
    except IntegrityError as error:
        return error
    return Conflict("queue.taken", id=new.id) if prompt is None else Accepted(prompt, new.body)
