"""Ending what nobody uses: one artist's own instance of a tool whose manifest says how it tells that it is used."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from comfystudio.tools import usage
from comfystudio.tools.instance import Instance
from comfystudio.tools.manifest import Busy
from comfystudio.tools.states import Key
from comfystudio.tools.usage import Usage

__all__ = ["Idle"]

LOOK_EVERY = 60.0
# A server that nobody uses takes less than this part of a core, with its kernels.
WORKING = 0.02
HOUR = 3600.0


@dataclass
class _Quiet:
    """Since when nothing has changed; times on the steady clock, which stands still while the machine sleeps."""

    activity: Any
    since: float
    cpu_seconds: float
    looked: float


class Idle:
    """Looks once a minute and has `end` end what was not used for `hours`.

    What cannot be told counts as use, and so does the first look of a portal that has just begun. `used` says
    whether somebody reached the instance through the studio within the last minutes.
    """

    def __init__(
        self,
        hours: float,
        instances: Callable[[], Iterable[Instance]],
        *,
        used: Callable[[Key], bool],
        end: Callable[[Instance], Awaitable[None]],
        measure: Callable[[Iterable[int]], Mapping[int, Usage]] = usage.measure,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._seconds = hours * HOUR
        self._instances = instances
        self._used = used
        self._end = end
        self._measure = measure
        self._now = now
        self._sleep = sleep
        self._quiet: dict[str, _Quiet] = {}

    async def run(self) -> None:
        """Go on looking; nothing to do where the setting is 0."""
        while self._seconds:
            await self._sleep(LOOK_EVERY)
            await self.look()

    async def look(self) -> None:
        """Look at every instance that could be ended."""
        found = {
            one.unit.run: one
            for one in self._instances()
            if one.key[1] and one.state == "ready" and one.unit and one.listen and one.manifest.run.idle
        }
        self._quiet = {run: quiet for run, quiet in self._quiet.items() if run in found}
        if not found:
            return
        taken = await asyncio.to_thread(self._measure, [one.unit.keeper_pid for one in found.values() if one.unit])
        for run, one in found.items():
            if one.unit and await self._unused(run, one, taken[one.unit.keeper_pid]):
                await self._end(one)

    async def _unused(self, run: str, one: Instance, taken: Usage) -> bool:
        """Whether nobody has used it for long enough; notes what this look found."""
        idle, now = one.manifest.run.idle, self._now()
        assert idle
        answer = await one.ask(idle.path)
        activity = answer.get(idle.activity) if isinstance(answer, dict) else None
        before = self._quiet.get(run)
        fresh = _Quiet(activity, now, taken.cpu_seconds, now)
        if before is None:
            self._quiet[run] = fresh
            return False
        worked = taken.cpu_seconds - before.cpu_seconds > WORKING * (now - before.looked)
        if activity is None or activity != before.activity or worked or taken.terminal or self._used(one.key):
            self._quiet[run] = fresh
            return False
        before.cpu_seconds, before.looked = taken.cpu_seconds, now
        if now - before.since < self._seconds:
            return False
        # Asked last of all: being asked this counts as use with some tools.
        if idle.busy and not _at_rest(idle.busy, await one.ask(idle.busy.path)):
            self._quiet[run] = fresh
            return False
        return one.state == "ready"


def _at_rest(busy: Busy, answer: Any) -> bool:
    """Whether nothing in `answer` means work; not where it cannot be told."""
    rows = answer if isinstance(answer, list) else [answer]
    return all(isinstance(row, dict) and row.get(busy.key) != busy.value for row in rows)
