"""All checks at once, none of them for longer than a deadline, and none twice at the same time."""

import asyncio
import contextvars
import logging
import threading
import time
from collections.abc import Sequence

from comfystudio import words
from comfystudio.doctor.model import Check, Finding, Report, Result, fail

__all__ = ["Doctor"]

_log = logging.getLogger(__name__)
WITHIN_SECONDS = 20.0


class Doctor:
    """Examines with `checks`, in their order."""

    def __init__(self, checks: Sequence[Check], *, within: float = WITHIN_SECONDS) -> None:
        self._checks = checks
        self._within = within
        self._under_way: dict[str, asyncio.Future[Finding]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def examine(self) -> Report:
        """Look at everything now."""
        async with self._one_at_a_time:
            spoken = words.language()
            results = await asyncio.gather(*(self._result(check, spoken) for check in self._checks))
            return Report(tuple(results), time.time())

    async def _result(self, check: Check, spoken: str) -> Result:
        words.speak(spoken)
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._within):
                finding = await asyncio.shield(self._look(check, spoken))
        except TimeoutError:
            finding = fail("doctor.slow", "doctor.slow_step", seconds=round(self._within))
        title = words.say(f"doctor.title_{check.id}")
        return Result(check.id, title, finding, round(time.monotonic() - began, 3))

    def _look(self, check: Check, spoken: str) -> "asyncio.Future[Finding]":
        """What the check will find. One that hangs, at a dead disk say, goes on alone and is not begun anew."""
        if check.id in self._under_way:
            return self._under_way[check.id]
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Finding] = loop.create_future()
        self._under_way[check.id] = found

        def done(finding: Finding) -> None:
            del self._under_way[check.id]
            found.set_result(finding)

        def work() -> None:
            with words.speaking(spoken):
                finding = _look(check)
            if not loop.is_closed():
                loop.call_soon_threadsafe(done, finding)

        context = contextvars.copy_context()
        # Not of the loop's own threads: a hanging one would keep the process from ending.
        threading.Thread(target=context.run, args=(work,), name=f"doctor-{check.id}", daemon=True).start()
        return found


def _look(check: Check) -> Finding:
    try:
        return check.look()
    except Exception as error:  # noqa: BLE001 whatever a machine says is an answer here
        _log.warning("the check %s could not look: %r", check.id, error)
        return fail("doctor.blind", "doctor.blind_step", problem=error)
