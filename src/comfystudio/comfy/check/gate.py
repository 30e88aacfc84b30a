"""Who may enter: artists after the check has passed, for this very process and what it consists of."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import structlog

from comfystudio.comfy.check.disk import Folders
from comfystudio.comfy.check.report import Finding, Report
from comfystudio.comfy.check.run import check
from comfystudio.comfy.worker import Health, Worker
from comfystudio.errors import Unavailable
from comfystudio.workspace import write_atomic

__all__ = ["Gate", "kept_in"]

log = structlog.get_logger("comfy")
LONGEST_SECONDS = 90.0


class Gate:
    """`file` keeps the newest report and the process it is about; `last` is that report."""

    def __init__(self, file: Path, folders: Folders) -> None:
        self.last: Report | None = None
        self._file = file
        self._folders = folders
        self._one_at_a_time = asyncio.Lock()

    async def admit(self, worker: Worker, health: Health, process: str, *, adopted: bool) -> str | None:
        """None where artists may enter, else why not. A process that passed before is not checked again."""
        if adopted:
            kept = await asyncio.to_thread(self._kept, process)
            if kept and kept.passed and (kept.comfyui, kept.commit, kept.node_set) == health.fingerprint:
                self.last = kept
                return None
        return (await self.check(worker, health, process)).sentence

    async def check(self, worker: Worker, health: Health, process: str) -> Report:
        """Check `worker` now and keep what was found. `Unavailable` where it cannot be checked."""
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    report = await check(worker, health, self._folders)
            except TimeoutError:
                raise Unavailable("comfy.check_waits", seconds=round(LONGEST_SECONDS)) from None
            self.last = report
            await asyncio.to_thread(self._keep, process, report)
        open_ways = [each.way for each in report.findings if not each.passed]
        log.info("isolation check", passed=report.passed, open=open_ways, seconds=round(report.took, 2))
        return report

    def _keep(self, process: str, report: Report) -> None:
        write_atomic(self._file, json.dumps({"process": process, "report": asdict(report)}).encode())

    def _kept(self, process: str) -> Report | None:
        found = kept_in(self._file)
        return found[1] if found and found[0] == process else None


def kept_in(file: Path) -> tuple[str, Report] | None:
    """The process that the newest check was about, and what it found; None where `file` does not tell. Blocks."""
    try:
        kept = json.loads(file.read_bytes())
        findings = tuple(Finding(**each) for each in kept["report"].pop("findings"))
        return str(kept["process"]), Report(findings=findings, **kept["report"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Whatever is in the file: what cannot be read has not passed.
        return None
