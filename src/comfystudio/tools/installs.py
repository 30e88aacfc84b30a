"""Which tools are installed, and the jobs that install them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from comfystudio import words
from comfystudio.errors import Conflict, StudioError
from comfystudio.people import Caller
from comfystudio.tools.catalogue import Entry
from comfystudio.tools.launch import Launcher

__all__ = ["InstallJob", "Installs", "JobRunner"]

KIND = "install"
LOOK_EVERY = 2.0


class InstallJob(Protocol):
    """What is read of a job."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def kind(self) -> str:
        """What it does: `install` for ours."""

    @property
    def state(self) -> str:
        """`running`, `done`, `failed`, `cancelled` or `lost`."""

    @property
    def first_error(self) -> str | None:
        """The line of its log that says why it failed."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """Ours name the tool."""


class JobRunner(Protocol):
    """What is asked of the jobs' room."""

    async def start(
        self,
        kind: str,
        *,
        lock: str,
        title: str,
        argv: tuple[str, ...],
        env: dict[str, str],
        cwd: Path,
        account: None,
        by: Caller,
        fields: dict[str, Any],
    ) -> InstallJob:
        """Run it; `Conflict` where another one holds `lock`."""

    async def wait(self, job_id: int, /) -> InstallJob:
        """The job once it has ended."""

    def list(self) -> Sequence[InstallJob]:
        """All jobs that are remembered."""


class Installs:
    """Looks every two seconds whether tools came or went, and follows install jobs."""

    def __init__(self, launcher: Launcher, jobs: JobRunner, changed: Callable[[str], None]) -> None:
        self._launcher = launcher
        self._jobs = jobs
        self._changed = changed
        self._entries: tuple[Entry, ...] = ()
        self._installed: dict[str, bool] = {}
        self._hints: dict[str, str] = {}
        self._last: dict[str, InstallJob] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, entries: tuple[Entry, ...]) -> None:
        """Look once, follow what is being installed already, and go on looking."""
        self._entries = tuple(entry for entry in entries if entry.manifest)
        await self._look()
        for job in self._jobs.list():
            if job.kind == KIND and job.state == "running":
                self._follow(str(job.fields.get("tool")), job)
        self._spawn(self._keep_looking())

    async def close(self) -> None:
        """Stop looking; jobs go on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def installed(self, tool: str) -> bool:
        """Whether the tool was there at the last look."""
        return self._installed.get(tool, False)

    def installing(self, tool: str) -> bool:
        """Whether a job is at work on it."""
        return tool in self._last and self._last[tool].state == "running"

    def job_id(self, tool: str) -> int | None:
        """The newest install job, running or not."""
        return self._last[tool].id if tool in self._last else None

    def error(self, tool: str) -> str | None:
        """Why the newest install did not work, as a sentence."""
        job = self._last.get(tool)
        if job is None or job.state not in {"failed", "lost"}:
            return None
        return words.say("tools.install_failed", problem=job.first_error or job.state)

    def hint(self, tool: str) -> str:
        """What to do about a tool that is not there."""
        return self._hints.get(tool, "")

    async def start(self, entry: Entry, by: Caller) -> InstallJob:
        """Run the tool's install script as a job."""
        manifest = entry.manifest
        if manifest is None or manifest.install is None or not manifest.install.script:
            raise Conflict("tools.nothing_to_install", tool=entry.id)
        argv, env = await asyncio.to_thread(self._launcher.install, manifest, entry.folder)
        job = await self._jobs.start(
            KIND,
            lock=f"{KIND}:{manifest.id}",
            title=words.plainly("tools.install_title", tool=manifest.name),
            argv=argv,
            env=env,
            cwd=entry.folder,
            account=None,
            by=by,
            fields={"tool": manifest.id},
        )
        self._follow(manifest.id, job)
        return job

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _follow(self, tool: str, job: InstallJob) -> None:
        self._last[tool] = job
        self._changed(tool)
        self._spawn(self._until_done(tool, job.id))

    async def _until_done(self, tool: str, job_id: int) -> None:
        job = await self._jobs.wait(job_id)
        await self._look()
        self._last[tool] = job
        self._changed(tool)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self._look()

    async def _look(self) -> None:
        found = await asyncio.to_thread(self._look_at_disk)
        before, self._installed = self._installed, found
        for tool, is_there in found.items():
            if before.get(tool, is_there) != is_there:
                self._changed(tool)

    def _look_at_disk(self) -> dict[str, bool]:
        found = {}
        for entry in self._entries:
            assert entry.manifest
            try:
                found[entry.id] = self._launcher.installed(entry.manifest, entry.folder)
                self._hints[entry.id] = self._launcher.hint(entry.manifest, entry.folder)
            except StudioError as error:
                found[entry.id], self._hints[entry.id] = False, error.sentence
        return found
