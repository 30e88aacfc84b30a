"""Programs that tools' accounts can execute: which Python makes environments, where uv is."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from comfystudio.errors import Unavailable
from comfystudio.keeper import Account
from comfystudio.workspace import Workspace

__all__ = ["closed_folder", "pick_python", "reach_uv"]

OLDEST = (3, 11)


def _may_pass(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid or found.st_gid in account.groups:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _steps(path: Path) -> Iterable[Path]:
    """Every folder and file that is passed on the way to `path`, links included."""
    seen: set[Path] = set()
    while path not in seen:
        seen.add(path)
        yield from [*reversed(path.parents), path]
        if not path.is_symlink():
            break
        path = Path(os.path.normpath(path.parent / path.readlink()))


def closed_folder(path: Path, account: Account | None) -> Path | None:
    """The first step on the way to `path` that `account` may not pass or execute; None where the way is open."""
    if account is None:
        return None if os.access(path, os.X_OK) else path
    for step in _steps(path):
        try:
            if not _may_pass(step.stat(), account):
                return step
        except OSError:
            return step
    return None


def _candidates() -> Iterable[Path]:
    base = getattr(sys, "_base_executable", sys.executable)
    yield Path(base)
    for folder in ("/usr/local/bin", "/usr/bin"):
        yield Path(folder, "python3")
        yield from sorted(Path(folder).glob("python3.[0-9]*[0-9]"), reverse=True)


def _version(python: Path) -> tuple[int, ...]:
    argv = [str(python), "-I", "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True)
        return tuple(int(part) for part in done.stdout.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()


def pick_python(setting: Path | None, account: Account | None, candidates: Iterable[Path] | None = None) -> Path:
    """The interpreter that environments are made with: 3.11 or newer and open to `account`. Blocks."""
    for python in [setting] if setting else candidates or _candidates():
        if closed_folder(python, account) is None and _version(python) >= OLDEST:
            return python
    if setting:
        raise Unavailable("tools.python_unfit", path=setting, closed=closed_folder(setting, account) or setting)
    raise Unavailable("tools.no_python")


def reach_uv(workspace: Workspace, account: Account | None) -> Path:
    """A uv that `account` can execute: our own, else a copy in the runtime folder. Blocks."""
    own = Path(sys.prefix, "bin", "uv")
    found = own if own.exists() else Path(shutil.which("uv") or own)
    if closed_folder(found, account) is None:
        return found
    if not found.exists():
        raise Unavailable("tools.no_uv")
    folder = workspace.runtime / "bin"
    folder.mkdir(mode=0o755, exist_ok=True)
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        raise Unavailable("tools.no_uv")
    copy = folder / "uv"
    if not copy.exists() or copy.stat().st_size != found.stat().st_size:
        draft = folder / f".uv-{os.getpid()}"
        shutil.copyfile(found, draft)
        draft.chmod(0o755)
        draft.replace(copy)
    return copy
