"""Looking for words in logs, in a process of its own that ends with whoever waits for it."""

import asyncio
import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from comfystudio.errors import TooMany, Unavailable
from comfystudio.keeper import __file__ as _package
from comfystudio.keeper.log import Log

__all__ = ["Hit", "LogSearch", "Place", "Question", "Results"]

_log = logging.getLogger(__name__)
AT_ONCE = 2
MOST_WAITING = 16
# Of one person: tabs that all look for something, and not so many that others get no turn.
MOST_OF_ONE = 4
# What a search may take is part of the question; beyond that its process is stuck.
MARGIN_SECONDS = 10.0
LARGEST_ANSWER = 16 * 1024 * 1024

Place = tuple[int, str, int]
"""Where a search goes on: milliseconds since the epoch, the name of a log, an offset."""


@dataclass(frozen=True)
class Question:
    """What is looked for: times in seconds since the epoch; `before` goes on where an earlier answer ended."""

    text: str
    case: bool = False
    earliest: float = 0.0
    latest: float = 1e11
    before: Place | None = None
    limit: int = 200
    seconds: float = 2.5


@dataclass(frozen=True)
class Hit:
    """One line, as it is shown."""

    log: str
    offset: int
    at: float
    stream: str
    text: str


@dataclass(frozen=True)
class Results:
    """The newest lines first; `next` is where to go on, None where everything was looked through."""

    hits: tuple[Hit, ...]
    next: Place | None
    searched_bytes: int
    seconds: float


class LogSearch:
    """A few searches at a time; whoever comes then waits their turn."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._waiting: Counter[int] = Counter()

    async def find(self, question: Question, logs: Mapping[str, Log], *, of: int = 0) -> Results:
        """Look through `logs`, by name, for the person with number `of`; 0 is the command line.

        Called off, its process is ended at once.
        """
        if self._waiting.total() >= MOST_WAITING or self._waiting[of] >= MOST_OF_ONE:
            raise TooMany("keeper.many_searches", retry_after=1)
        self._waiting[of] += 1
        try:
            async with self._turn:
                return await self._find(question, logs)
        finally:
            self._waiting[of] -= 1
            self._waiting += Counter()  # keeps those who wait only

    async def _find(self, question: Question, logs: Mapping[str, Log]) -> Results:
        asked = await asyncio.to_thread(_asked, question, logs)
        script = Path(_package).with_name("_search") / "__main__.py"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-X", "utf8", str(script)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath},
            limit=LARGEST_ANSWER,
        )
        assert process.stdin
        assert process.stdout
        try:
            async with asyncio.timeout(question.seconds + MARGIN_SECONDS):
                process.stdin.write(asked)
                # Left open: the process ends when this end is closed, also by the death of the portal.
                line = await process.stdout.readline()
                return _results(json.loads(line))
        except (TimeoutError, OSError, ValueError, TypeError) as error:
            _log.warning("a search of %d logs ended without an answer: %r", len(logs), error)
            raise Unavailable("keeper.search_failed") from error
        finally:
            if process.returncode is None:
                process.kill()
            await asyncio.shield(process.wait())


def _asked(question: Question, logs: Mapping[str, Log]) -> bytes:
    asked = {
        "text": question.text,
        "case": question.case,
        "times": [int(question.earliest * 1000), int(question.latest * 1000)],
        "before": question.before,
        "limit": question.limit,
        "seconds": question.seconds,
        "logs": [[name, str(log.folder), log.cleared] for name, log in logs.items()],
    }
    return json.dumps(asked).encode() + b"\n"


def _results(answer: dict[str, object]) -> Results:
    match answer:
        case {"hits": list(hits), "next": rest, "searched_bytes": int(size), "seconds": float(seconds)}:
            found = tuple(Hit(**hit) for hit in hits)
            return Results(found, tuple(rest) if isinstance(rest, list) else None, size, seconds)
    raise ValueError("not an answer")
