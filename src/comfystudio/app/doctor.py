"""The doctor: every check with what it looks at, the same for a studio that runs and one that does not."""

import os
import time
from collections.abc import Callable
from typing import Any

from comfystudio.app.trials import trials
from comfystudio.comfy.check import Report, kept_in
from comfystudio.configuration import Configuration
from comfystudio.doctor import Check, Doctor, document
from comfystudio.doctor.checks.accounts import ToolAccounts
from comfystudio.doctor.checks.backups import BackupAge
from comfystudio.doctor.checks.certificate import CertificateHolds
from comfystudio.doctor.checks.clock import ClockRight
from comfystudio.doctor.checks.database import DatabaseSound
from comfystudio.doctor.checks.disk import DiskRoom
from comfystudio.doctor.checks.files import OpenFiles
from comfystudio.doctor.checks.filesystem import FileSystems
from comfystudio.doctor.checks.gpu import GraphicsCards
from comfystudio.doctor.checks.isolation import Isolation
from comfystudio.doctor.checks.manifests import ManifestsGood
from comfystudio.doctor.checks.memory import MemoryLeft
from comfystudio.doctor.checks.ports import PortsOurs
from comfystudio.doctor.checks.roster import RosterGood
from comfystudio.doctor.checks.settings_file import SettingsGood
from comfystudio.doctor.checks.tools import ToolsInstalled
from comfystudio.doctor.checks.workspace import WorkspaceWritable
from comfystudio.errors import StudioError
from comfystudio.people.roster import parse
from comfystudio.people.roster_file import RosterFile
from comfystudio.settings import Settings
from comfystudio.storage.backups import Backups
from comfystudio.tools.accounts import Accounts, SystemRegistry
from comfystudio.tools.catalogue import Entry, load
from comfystudio.tools.launch import Launcher, setup_folder
from comfystudio.tools.ports import SystemPorts
from comfystudio.workspace import Workspace, in_container

__all__ = ["doctor", "examine_alone"]


def doctor(
    settings: Settings,
    workspace: Workspace,
    backups: Backups,
    attempt: Callable[[], object],
    *,
    running: bool,
) -> Doctor:
    """The doctor of a studio; `attempt` raises what would keep it from starting with the settings there are."""
    return Doctor([*_of_machine(workspace, backups, attempt), *_of_studio(settings, workspace, running=running)])


async def examine_alone(workspace: Workspace, settings: Settings | None, problem: StudioError | None) -> Any:
    """Examine a studio that does not run, as JSON; where its settings have a `problem`, the machine alone."""

    def broken() -> None:
        if problem is not None:
            raise problem

    if settings is None:
        found = Doctor(_of_machine(workspace, Backups(workspace), broken))
    else:
        backups = Backups(workspace, roster=settings.roster, kept=settings.backups_kept)
        trial = Configuration(settings, flags={}, trials=trials(settings, workspace))
        found = doctor(settings, workspace, backups, trial.attempt, running=False)
    return document(await found.examine())


def _of_machine(workspace: Workspace, backups: Backups, attempt: Callable[[], object]) -> list[Check]:
    return [
        WorkspaceWritable((workspace.root, workspace.state)),
        DiskRoom(workspace.root),
        FileSystems(workspace.state, workspace.runtime),
        DatabaseSound(backups.problems),
        BackupAge(backups.list, time.time),
        SettingsGood(attempt),
        MemoryLeft(),
        OpenFiles(),
        ClockRight(time.time, backups.newest_moment),
        GraphicsCards(),
    ]


def _of_studio(settings: Settings, workspace: Workspace, *, running: bool) -> list[Check]:
    seen = _Seen(settings, workspace)
    public = in_container() or settings.host not in {"", "localhost", "127.0.0.1", "::1"}
    return [
        RosterGood(seen.listed),
        PortsOurs(seen.ports, SystemPorts().holder, running=running),
        CertificateHolds(settings.tls_certificate, time.time),
        ToolAccounts(lambda: seen.accounts().separate, public=public),
        ManifestsGood(lambda: {entry.id: entry.problem for entry in seen.entries()}),
        ToolsInstalled(seen.installed),
        Isolation(seen.isolation),
    ]


class _Seen:
    """The studio as it lies on the disk, read anew each time. Every call blocks."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self._settings = settings
        self._workspace = workspace

    def accounts(self) -> Accounts:
        """How tools are kept apart."""
        return Accounts(self._settings, self._workspace, SystemRegistry())

    def entries(self) -> tuple[Entry, ...]:
        """Every folder of a tool."""
        return load(setup_folder(self._settings), self._settings.port, self._settings.port_offset)

    def ports(self) -> list[int]:
        """The portal's port, then those of the tools."""
        offset = self._settings.port_offset
        tools = [entry.manifest.port + offset for entry in self.entries() if entry.manifest]
        return [self._settings.portal_port, *tools]

    def installed(self) -> dict[str, bool]:
        """Every good tool by name, and whether it is there."""
        accounts, ports = self.accounts(), SystemPorts()
        launcher = Launcher(
            self._settings, self._workspace, accounts=accounts, ports=ports, outer=os.environ, placers={}
        )
        good = [(entry.manifest, entry.folder) for entry in self.entries() if entry.manifest]
        return {manifest.name: launcher.installed(manifest, folder) for manifest, folder in good}

    def isolation(self) -> Report | None:
        """What ComfyUI's newest check found."""
        kept = kept_in(self._workspace.state / "comfy-check.json")
        return kept[1] if kept else None

    def listed(self) -> tuple[int, int]:
        """How many the roster lists, and how many of them as admins."""
        path = self._settings.roster or self._workspace.roster
        entries = parse(RosterFile(path, path).read()).entries
        return len(entries), sum(entry.admin for entry in entries)
