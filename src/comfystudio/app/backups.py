"""Backups as jobs, and a restore: what needs more than the folder of backups."""

import os
import sys
from pathlib import Path

from comfystudio import words
from comfystudio.app.lock import only_one
from comfystudio.errors import Conflict
from comfystudio.jobs import Job, Jobs
from comfystudio.keeper.identity import keeper_alive
from comfystudio.keeper.records import unit_records
from comfystudio.people import Caller
from comfystudio.settings import Settings
from comfystudio.storage.backups import Backups, Restored
from comfystudio.workspace import Workspace

__all__ = ["BackupJobs", "finish_restore", "restore"]

KIND = "backup"


class BackupJobs:
    """Starts backups that go on whatever becomes of the page or the portal."""

    def __init__(self, settings: Settings, workspace: Workspace, jobs: Jobs) -> None:
        self._settings = settings
        self._workspace = workspace
        self._jobs = jobs

    async def start(self, by: Caller) -> Job:
        """Start one; `Conflict` while another one is being made."""
        roster = [str(self._settings.roster)] if self._settings.roster else []
        root, kept = str(self._workspace.root), str(self._settings.backups_kept)
        # The runtime folder's name is made from the same environment.
        given = ("PATH", "HOME", "LANG", "XDG_RUNTIME_DIR", "TMPDIR")
        return await self._jobs.start(
            KIND,
            lock=KIND,
            title=words.plainly("storage.backup_title"),
            argv=(sys.executable, "-I", "-m", "comfystudio.storage.backups", root, kept, *roster),
            env={name: os.environ[name] for name in given if name in os.environ},
            cwd=Path("/"),
            account=None,
            by=by,
            fields={},
            umask=0o077,
        )


def restore(workspace: Workspace, backups: Backups, name: str, *, keep_settings: bool) -> Restored:
    """Restore the backup called `name` while nothing of the studio runs; `Conflict` where something does. Blocks."""
    with only_one(workspace, patience=0):
        if any(keeper_alive(record) for record in unit_records(workspace.units)):
            raise Conflict("storage.tools_run")
        return backups.restore(name, keep_settings=keep_settings)


def finish_restore(settings: Settings, workspace: Workspace) -> bool:
    """Finish a restore that was ended half-way, before anything else is read; whether there was one. Blocks."""
    return Backups(workspace, roster=settings.roster, kept=settings.backups_kept).finish_restore()
