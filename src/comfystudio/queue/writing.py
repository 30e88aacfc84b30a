"""Writing prompts: whoever posts at the same time shares a commit, and what changed meanwhile goes along.

A new prompt is on disk once `add` returns, or an error says that it is not. Changes are kept in memory until they
are written, however long a full disk takes.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from comfystudio.errors import Conflict, Unavailable
from comfystudio.queue import store
from comfystudio.queue.model import Accepted
from comfystudio.queue.store import Change, New
from comfystudio.storage import Database, StorageFull

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
        self._problem: Unavailable | None = None

    @property
    def unwritten(self) -> Mapping[str, Change]:
        """What is newer than on disk, by id."""
        return MappingProxyType(self._changes)

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
        if self._task is None:
            self._later(GATHER_SECONDS)

    async def flush(self) -> None:
        """Write everything that changed so far; the storage's error where that cannot be now."""
        # What is being written may have been begun before the last change.
        for _ in range(2):
            if not self._changes and not self._asked:
                return
            await asyncio.wait({self._begin()})
        if self._problem is not None:
            raise self._problem

    async def close(self) -> None:
        """Write what is left, if that can be."""
        with suppress(Unavailable):
            await self.flush()
        self._no_timer()
        if self._changes:
            _log.warning("what became of %d prompts could not be written", len(self._changes))

    def _begin(self) -> "asyncio.Task[None]":
        """Write what there is, or what there is once that is written."""
        self._no_timer()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="prompts on record")
            self._task.add_done_callback(self._over)
        return self._task

    def _later(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._begin)

    def _no_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._task = None
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("writing prompts failed", exc_info=error)
        if self._asked:
            self._begin()
        elif self._changes:
            self._later(RETRY_SECONDS if error or self._problem else GATHER_SECONDS)

    async def _run(self) -> None:
        """Write what there is now, together where that fits."""
        asked = [each for each in self._asked if not each.answer.done()]
        self._asked = []
        changes = tuple(self._changes.values())
        error = await self._try(asked, changes)
        if isinstance(error, StorageFull) and len(asked) + bool(changes) > 1:
            # On a disk that is nearly full the small may fit although the large does not.
            error = await self._try([], changes)
            for each in asked:
                _fail([each], await self._try([each], ()))
        _fail(asked, error)
        if error is not None and self._problem is None and changes:
            _log.warning("what becomes of prompts cannot be written yet: %s", error)
        self._problem = error if changes else None

    async def _try(self, asked: Sequence[Asked], changes: Sequence[Change]) -> Unavailable | None:
        """Write these in one commit; the storage's error where that cannot be, and then none of them is."""
        if not asked and not changes:
            return None
        try:
            answers = await self._database.run(partial(_write, asked=asked, changes=changes))
        except Unavailable as error:
            return error
        except BaseException as error:
            _fail(asked, error)
            raise
        for change in changes:
            if self._changes.get(change.now.prompt.id) is change:
                del self._changes[change.now.prompt.id]
        for each, answer in zip(asked, answers, strict=True):
            self._answer(each, answer)
        return None

    def _answer(self, asked: Asked, answer: Answer) -> None:
        if not isinstance(answer, Accepted):
            _fail([asked], answer)
            return
        self._added(answer)
        if asked.answer.done():
            self._left(answer)
        else:
            asked.answer.set_result(answer)


def _fail(asked: Sequence[Asked], error: BaseException | None) -> None:
    """Tell those who still wait, where there is something to tell."""
    for each in asked:
        if error is not None and not each.answer.done():
            each.answer.set_exception(error)


def _write(session: Session, asked: Sequence[Asked], changes: Sequence[Change]) -> list[Answer]:
    for each in changes:
        _change(session, each)
    return [_add(session, each.new) for each in asked]


def _add(session: Session, new: New) -> Answer:
    """One that cannot be written for a reason of its own keeps none of the others from being written."""
    try:
        with session.begin_nested():
            prompt = store.add(session, new)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 whoever asked for this one is told
        return error
    return Conflict("queue.taken", id=new.id) if prompt is None else Accepted(prompt, new.body)


def _change(session: Session, each: Change) -> None:
    try:
        with session.begin_nested():
            store.change(session, each)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 it would be tried for ever
        _log.exception("what became of prompt %s is not on record", each.now.prompt.id)
