"""The check: two artists who are nobody, and every way from one to the other."""

import time
from collections.abc import Iterable, Iterator

import structlog

from comfystudio import words
from comfystudio.comfy.check.disk import Disk, Folders
from comfystudio.comfy.check.ear import listening
from comfystudio.comfy.check.report import Finding, Report
from comfystudio.comfy.check.stage import Stage, TooQuick, staged
from comfystudio.comfy.check.ways import QUIET, WHILE_BUSY, Way
from comfystudio.comfy.worker import Health, Worker
from comfystudio.errors import StudioError

__all__ = ["check"]

log = structlog.get_logger("comfy")
TRIES = 5


async def check(worker: Worker, health: Health, folders: Folders) -> Report:
    """Try every way. What cannot be tried counts as open; `Unavailable` where ComfyUI stops answering meanwhile."""
    began, at = time.monotonic(), time.time()
    async with listening(worker) as ear, staged(worker, ear, Disk(folders)) as stage:
        await stage.furnish()
        findings = [*await _while_busy(stage), *[await _try(way, stage) for way in QUIET]]
    return Report(tuple(findings), *health.fingerprint, at=at, took=time.monotonic() - began)


async def _while_busy(stage: Stage) -> list[Finding]:
    for _ in range(TRIES):
        try:
            async with stage.busy():
                return [await _try(way, stage) for way in WHILE_BUSY]
        except TooQuick:
            continue
    return list(_untried(WHILE_BUSY, words.say("comfy.check_too_quick")))


async def _try(way: Way, stage: Stage) -> Finding:
    name = _name(way)
    try:
        how = await way.crossed(stage)
    except (TooQuick, StudioError):
        raise
    except Exception as error:
        log.exception("a way could not be tried", way=name)
        return next(_untried([way], f"{type(error).__name__}: {error}"))
    if how is None:
        return Finding(name, True, words.say(way.CLOSED))
    return Finding(name, False, words.say(way.OPEN, how=how))


def _untried(ways: Iterable[Way], problem: str) -> Iterator[Finding]:
    for way in ways:
        sentence = words.say("comfy.check_untried", what=words.say(way.CLOSED), problem=problem)
        yield Finding(_name(way), False, sentence)


def _name(way: Way) -> str:
    return way.__name__.rpartition(".")[2]
