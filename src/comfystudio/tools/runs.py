"""Every run of every tool on record: when, by whom, how it ended, and which part of the log is its own.

What a keeper starts and ends is noted as it happens; what happened while no portal was there is noted by the next
one, from the records that keepers leave.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from comfystudio import events
from comfystudio.events import Bus
from comfystudio.keeper import Exit, Keepers, Unit
from comfystudio.storage import Database, StorageBusy, StorageFull
from comfystudio.tools import run_rows
from comfystudio.tools.run_rows import Ending, Run

__all__ = ["Ending", "Run", "Runs", "ending_of"]

KEPT = 5000
RETRY_EVERY = 2.0
_log = logging.getLogger(__name__)


def ending_of(ended: Exit) -> Ending:
    """What is said of a run that ended so."""
    if ended.lost:
        return "lost"
    if ended.signal == signal.SIGKILL:
        return "killed"
    return "stopped" if ended.asked or ended.code == 0 else "crashed"


class Runs:
    """The runs of one studio. `start` comes after the database is open, before tools are started."""

    def __init__(self, database: Database, keepers: Keepers, bus: Bus, time: Callable[[], float] = time.time) -> None:
        self._database = database
        self._keepers = keepers
        self._bus = bus
        self._time = time
        # In order: the end of a run must not be noted before its beginning.
        self._work: asyncio.Queue[tuple[str, Callable[[Session], None]]] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Note what lives and what ended meanwhile."""
        self._writer = asyncio.create_task(self._write(), name="runs")
        living = {unit.run for unit in await self._keepers.adopt()}
        self._keepers.on_unit(self._began)
        known = await self._database.read(run_rows.live)
        for record in await asyncio.to_thread(self._keepers.records):
            found = _run(record.labels, record.run, record.started_at, record.log_start)
            if found is not None:
                self._note(found.tool, partial(run_rows.ended, found=_over(found, record.exit)))
                living.add(record.run)
        gone = [run.run for run in known if run.run not in living]
        if gone:
            self._note("", partial(run_rows.closed, runs=gone, at=self._time()))
        self._note("", partial(run_rows.prune, keep=KEPT))

    async def stop(self) -> None:
        """Write what is left, where the disk takes it."""
        if self._writer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY_EVERY):
                    await self._work.join()
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    async def newest(
        self,
        *,
        shared: Collection[str] | None,
        person_id: int | None,
        tool: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Run]:
        """The newest first: those of `person_id`, and what belongs to nobody alone of the tools in `shared`.

        `shared` None: of every tool; with `person_id` None as well everybody's. `before` is the id of an earlier one.
        """
        asked = partial(run_rows.newest, shared=shared, person_id=person_id, tool=tool, before=before, limit=limit)
        return await self._database.read(asked)

    async def instances(self) -> list[tuple[str, int | None]]:
        """Each tool that ever ran, with each person whose own instance that was; None for one that all share."""
        return await self._database.read(run_rows.instances)

    def _began(self, unit: Unit) -> None:
        found = _run(unit.labels, unit.run, unit.started_at, unit.log_start)
        if found is not None:
            self._note(found.tool, partial(run_rows.begun, found=found))
            unit.on_exit(partial(self._ended, found))

    def _ended(self, found: Run, unit: Unit) -> None:
        if unit.exit is not None:
            self._note(found.tool, partial(run_rows.ended, found=_over(found, unit.exit)))

    def _note(self, tool: str, work: Callable[[Session], None]) -> None:
        self._work.put_nowait((tool, work))

    async def _write(self) -> None:
        while True:
            tool, work = await self._work.get()
            while True:
                try:
                    await self._database.run(work)
                except (StorageFull, StorageBusy):
                    # The keepers' own records keep the truth meanwhile.
                    await asyncio.sleep(RETRY_EVERY)
                    continue
                except Exception:  # noqa: BLE001 one that cannot be noted must not keep the others from it
                    _log.exception("a run of %s is not on record", tool)
                break
            self._work.task_done()
            if tool:
                self._bus.publish("tools", "tool.changed", {"id": tool}, to=events.everyone())


def _run(labels: Mapping[str, str], run: str, started_at: float, log_start: int) -> Run | None:
    """The run of a tool that a unit with these labels is; None for jobs."""
    if "listen" not in labels or not labels.get("tool"):
        return None
    person = labels.get("person_id", "")
    return Run(
        run=run,
        tool=labels["tool"],
        instance=labels.get("instance", ""),
        person_id=int(person) if person.isdigit() and labels.get("instance") else None,
        started_by=labels.get("started_by", ""),
        started_at=started_at,
        log_start=log_start,
    )


def _over(found: Run, ended: Exit) -> Run:
    """It as it ended."""
    return replace(
        found,
        ending=ending_of(ended),
        ended_at=ended.at,
        exit_code=ended.code,
        exit_signal=ended.signal,
        first_error=ended.first_error,
        first_error_at=ended.error_offset,
        log_end=ended.log_end,
    )
