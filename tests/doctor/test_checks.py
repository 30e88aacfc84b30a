"""Each check, with what it looks at well, unwell and missing."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from comfystudio.comfy.check import Finding as Way
from comfystudio.comfy.check import Report
from comfystudio.doctor import Check, Finding
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
from comfystudio.errors import Invalid
from comfystudio.storage.backups import Backup, Backups
from comfystudio.storage.problems import StorageDamaged
from comfystudio.tools.ports import SystemPorts
from tests.small_disk import fill, small_disk_at
from tests.storage.killed import furnish, workspace_at

NOW = datetime(2026, 11, 22, tzinfo=UTC).timestamp()


def _raises(error: Exception) -> Any:
    def attempt() -> Any:
        raise error

    return attempt


def _is(check: Check, state: str, *says: str) -> None:
    """What the check says; a problem comes with what to do, all else without."""
    found: Finding = check.look()
    assert found.state == state, found
    assert all(each in found.sentence for each in says), found
    assert (found.next_step is not None) == (state in {"warn", "fail"})


@pytest.mark.root
def test_workspace_and_disk(root: Path) -> None:
    """A roomy disk is well; a full one can neither be written nor worked on; a missing folder is named."""
    _is(WorkspaceWritable((root,)), "ok", str(root))
    _is(WorkspaceWritable((root / "gone",)), "fail", str(root / "gone"))
    with small_disk_at(root / "disk", "2m") as disk:
        _is(DiskRoom(disk), "fail", "0.0 GB")
        fill(disk)
        _is(WorkspaceWritable((root, disk)), "fail", str(disk))
    with small_disk_at(root / "disk", "4g") as disk:
        _is(DiskRoom(disk), "warn", "4.3 GB")
    with small_disk_at(root / "disk", "90g", "nr_inodes=50") as disk:
        _is(DiskRoom(disk), "fail", "more files only")
    with small_disk_at(root / "disk", "90g") as disk:
        _is(DiskRoom(disk), "ok", "97 GB")


def test_file_systems(root: Path) -> None:
    """A disk of this machine is well."""
    _is(FileSystems(root, root), "ok", "disk of this machine")


def test_database_and_backups(root: Path) -> None:
    """A sound database with a fresh backup is well; damage, no backup, an old and a broken one are not."""
    workspace = workspace_at(root / "workspace")
    furnish(workspace, "old")
    backups = Backups(workspace)
    _is(DatabaseSound(backups.problems), "ok")
    _is(BackupAge(backups.list, lambda: NOW), "warn", "no backup")
    made = backups.make().contents
    assert made
    _is(BackupAge(backups.list, lambda: made.made_at + 60), "ok")
    _is(BackupAge(backups.list, lambda: made.made_at - 9e6), "ok")
    _is(BackupAge(backups.list, lambda: made.made_at + 9 * 86_400), "warn", "9 days")
    broken = Backup("studio-20260101-000000.tar", 1, None, None, "It is cut short.")
    _is(BackupAge(lambda: [broken, *backups.list()], lambda: NOW), "warn", broken.name)
    workspace.database.write_bytes(b"no database at all" * 1000)
    _is(DatabaseSound(backups.problems), "fail", "damaged")
    workspace.database.unlink()
    _is(DatabaseSound(backups.problems), "fail", "no database")
    _is(DatabaseSound(Backups(workspace_at(root / "other")).problems), "off")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_ports(taken: int) -> None:
    """Ours while the studio runs, free while it does not; a stranger is named, the portal's silence too."""
    free = SystemPorts().free()
    holder = SystemPorts().holder
    _is(PortsOurs(lambda: [taken, free], holder, running=True), "ok", str(taken))
    _is(PortsOurs(lambda: [free, taken], holder, running=True), "fail", str(free))
    _is(PortsOurs(lambda: [free], holder, running=False), "ok", "Free")
    _is(PortsOurs(lambda: [taken, free], holder, running=False), "fail", str(taken))
    _is(PortsOurs(lambda: [free, taken], holder, running=False), "warn", str(taken))


def test_accounts() -> None:
    """Separate ones need the programs that make them; one for all is only well where nobody else comes in."""
    _is(ToolAccounts(lambda: True, public=True, find=lambda name: f"/usr/sbin/{name}"), "ok")
    _is(ToolAccounts(lambda: True, public=True, find=lambda _: None), "fail", "useradd, groupadd")
    _is(ToolAccounts(lambda: False, public=True), "warn")
    _is(ToolAccounts(lambda: False, public=False), "ok")


@pytest.mark.parametrize(("most", "state"), [(-1, "ok"), (1 << 20, "ok"), (4096, "warn"), (256, "fail")])
def test_open_files(most: int, state: str) -> None:
    """What the studio may take at most counts."""
    _is(OpenFiles(lambda: (256, most)), state)


def test_memory(root: Path) -> None:
    """A container's limit counts where it is tighter than the machine, and what files take can be had back."""
    _is(MemoryLeft(root), MemoryLeft(root).look().state, "GB")
    (root / "memory.max").write_text("max\n")
    (root / "memory.current").write_text("1\n")
    _is(MemoryLeft(root), MemoryLeft(root).look().state, "GB")
    (root / "memory.max").write_text("2000000000\n")
    (root / "memory.current").write_text("1900000000\n")
    _is(MemoryLeft(root), "fail", "0.1 GB of 2.0 GB")
    (root / "memory.stat").write_text("anon 5\ninactive_file 900000000\n")
    _is(MemoryLeft(root), "warn", "1.0 GB of 2.0 GB")


def test_clock() -> None:
    """A clock before all of us, or an hour before what was done already, is wrong."""
    _is(ClockRight(lambda: NOW, lambda: None), "ok", "2026-11-22")
    _is(ClockRight(lambda: NOW, lambda: NOW + 60), "ok")
    _is(ClockRight(lambda: NOW, lambda: NOW + 3600), "warn", "60 minutes")
    _is(ClockRight(lambda: 0.0, lambda: None), "fail", "1970")
    _is(ClockRight(lambda: NOW, _raises(StorageDamaged("x"))), "ok")


SMI = {
    "well": ("NVIDIA H100 80GB HBM3, 550.54, 81559, 41\\nNVIDIA L40, 550.54, 46068, [N/A]", 0),
    "hot": ("NVIDIA H100, 550.54, 81559, 93", 0),
    "broken": ("Failed to initialize NVML: Driver/library version mismatch", 18),
    "silent": ("", 0),
}


@pytest.mark.parametrize(
    ("how", "state", "says"),
    [("well", "ok", "86 GB"), ("hot", "warn", "93"), ("broken", "fail", "mismatch"), ("silent", "fail", "driver")],
)
def test_graphics_cards(root: Path, how: str, state: str, says: str) -> None:
    """Names, memory and driver of the cards; heat and a driver that does not work are problems."""
    (root / "nvidia0").touch()
    said, code = SMI[how]
    program = root / "nvidia-smi"
    program.write_text(f"#!/bin/sh\nprintf '{said}\\n'\nexit {code}\n")
    program.chmod(0o755)
    _is(GraphicsCards(root, lambda _: str(program)), state, says)


def test_no_graphics_card(root: Path) -> None:
    """None is no problem, one without its program is; one of AMD's is only named."""
    _is(GraphicsCards(root, lambda _: None), "off")
    (root / "kfd").touch()
    _is(GraphicsCards(root, lambda _: None), "ok", "AMD")
    (root / "nvidia0").touch()
    _is(GraphicsCards(root, lambda _: None), "fail", "nvidia-smi")


def test_roster_and_settings() -> None:
    """Well, broken in words, missing, and without an admin."""
    _is(RosterGood(lambda: (5, 1)), "ok", "5", "1")
    _is(RosterGood(lambda: (5, 0)), "warn", "nobody as an admin")
    _is(RosterGood(_raises(Invalid("settings.half_tls"))), "fail", "tls_certificate")
    _is(RosterGood(_raises(FileNotFoundError(2, "gone", "/there"))), "fail", "/there")
    _is(SettingsGood(lambda: None), "ok")
    _is(SettingsGood(_raises(Invalid("settings.half_tls"))), "fail", "tls_certificate")


def _certificate(path: Path, ends: datetime) -> None:
    """Write a certificate that holds for thirty days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "studio")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(ends - timedelta(days=30)).not_valid_after(ends)
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


@pytest.mark.parametrize(("days", "state"), [(31, "fail"), (29, "ok"), (3, "warn"), (0, "fail"), (-400, "fail")])
def test_certificate(root: Path, days: int, state: str) -> None:
    """It does not hold yet, it holds, runs out soon, or ran out."""
    ends = datetime.fromtimestamp(NOW, UTC) + timedelta(days=days)
    _certificate(root / "studio.pem", ends)
    _is(CertificateHolds(root / "studio.pem", lambda: NOW), state, str(root / "studio.pem"))


def test_no_certificate_and_one_that_is_none(root: Path) -> None:
    """Without TLS there is nothing to look at; what cannot be read is named."""
    _is(CertificateHolds(None, lambda: NOW), "off")
    (root / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (root / "empty.pem").touch()
    for name in ("broken.pem", "empty.pem", "gone.pem"):
        _is(CertificateHolds(root / name, lambda: NOW), "fail", name)


def test_tools() -> None:
    """Broken manifests are counted, tools that are missing named."""
    _is(ManifestsGood(lambda: {"a": None, "b": None}), "ok", "2")
    _is(ManifestsGood(lambda: {"a": None, "b": "b/tool.toml: no id."}), "warn", "b/tool.toml")
    _is(ToolsInstalled(lambda: {"ComfyUI": True, "JupyterLab": True}), "ok", "ComfyUI, JupyterLab")
    _is(ToolsInstalled(lambda: {"ComfyUI": True, "JupyterLab": False}), "ok", "Not installed: JupyterLab")
    _is(ToolsInstalled(lambda: {"ComfyUI": False}), "warn", "ComfyUI")
    _is(ToolsInstalled(dict), "warn")


def test_isolation() -> None:
    """What the newest check of ComfyUI found; one that proved nothing has not passed."""

    def report(*ways: Way) -> Report:
        return Report(ways, "0.3.64", None, "0" * 64, at=NOW, took=1.0)

    _is(Isolation(lambda: None), "off")
    _is(Isolation(lambda: report(Way("view", True, "Closed."))), "ok", "0.3.64")
    _is(Isolation(lambda: report(Way("view", True, "x"), Way("queue", False, "Open here."))), "fail", "Open here.")
    _is(Isolation(report), "fail")
