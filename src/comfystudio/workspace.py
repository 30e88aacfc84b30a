"""Where things lie: the workspace that outlives the pod, and the short runtime folder for sockets."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from comfystudio.errors import Invalid

__all__ = ["TOOLS_FOLDER", "Kept", "Workspace", "in_container", "prepare", "write_atomic"]

TOOLS_FOLDER = ".tools"  # no person's folder starts with a dot
Kept = Literal["output", "input", "temp", "user", "trash"]


@dataclass(frozen=True)
class Workspace:
    """The folders of one studio. `root` is absolute; `runtime` is on a local file system and short."""

    root: Path
    runtime: Path

    @property
    def state(self) -> Path:
        """What only the studio reads: database, records, logs."""
        return self.root / ".comfystudio"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.state / "studio.db"

    @property
    def units(self) -> Path:
        """One folder a keeper-run unit: its record, its exit record, its log."""
        return self.state / "units"

    @property
    def roster(self) -> Path:
        """The live roster, seeded once from the one that ships."""
        return self.root / "artist_names.sh"

    @property
    def control(self) -> Path:
        """The socket over which the command line talks to the running studio."""
        return self.runtime / "control.sock"

    def home(self, folder: str) -> Path:
        """A person's own folder, where their JupyterLab opens."""
        return self.root / "home" / folder

    def outputs(self, folder: str) -> Path:
        """Where a person's images land."""
        return self.comfy("output", folder)

    def comfy(self, kind: Kept, folder: str) -> Path:
        """What ComfyUI keeps for a person: images, uploads, previews, workflows and settings, trash."""
        if kind == "temp":
            return self.home(TOOLS_FOLDER) / "comfy-ui" / "temp" / folder
        return self.root / "ComfyUI" / kind / folder


def in_container() -> bool:
    """Whether this is a pod or a container, where making accounts and listening publicly is expected."""
    if any(os.environ.get(name) for name in ("RUNPOD_POD_ID", "container", "KUBERNETES_SERVICE_HOST")):
        return True
    return any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv"))


def _runtime_folder(root: Path) -> Path:
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    if os.geteuid() == 0 and os.access("/run", os.W_OK):
        return Path("/run") / f"comfystudio-{name}"
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and os.access(base, os.W_OK):
        return Path(base) / f"comfystudio-{name}"
    return Path(tempfile.gettempdir()) / f"comfystudio-{os.geteuid()}-{name}"


def _own_folder(path: Path, mode: int) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=mode)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Invalid("workspace.runtime_foreign", path=path)
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)


def prepare(root: Path) -> Workspace:
    """Make the folders of the studio in `root` and prove that they can be written; `Invalid` where not."""
    root = root.absolute()
    workspace = Workspace(root, _runtime_folder(root.resolve()))
    try:
        root.mkdir(parents=True, exist_ok=True)
        _own_folder(workspace.state, 0o700)
        workspace.units.mkdir(mode=0o700, exist_ok=True)
        probe = workspace.state / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise Invalid("workspace.unwritable", path=root, problem=error.strerror) from None
    # Sockets of tools lie in folders below that only their account may enter; this one may be passed through.
    _own_folder(workspace.runtime, 0o711)
    return workspace


def write_atomic(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace `path` by `content` so that a reader, or a power cut, meets the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
