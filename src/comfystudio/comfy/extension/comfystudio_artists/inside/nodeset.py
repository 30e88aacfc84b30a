"""Which node packs are installed, and one number that changes when any of them does."""

import hashlib
import os
from pathlib import Path

__all__ = ["commit_of", "fingerprint", "packs"]

_SKIP = frozenset(("__pycache__", ".git", "node_modules"))


def packs(folders: list[str], leave_out: str) -> dict[str, Path]:
    """The packs in ComfyUI's folders for them, by name: a folder or a single file, not the disabled ones."""
    found: dict[str, Path] = {}
    for folder in folders:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            wanted = entry.is_dir() or entry.name.endswith(".py")
            hidden = entry.name.endswith(".disabled") or entry.name.startswith((".", "__")) or entry.name == leave_out
            if wanted and not hidden:
                found[entry.name] = Path(entry.path)
    return found


def commit_of(folder: Path) -> str | None:
    """The commit that a git checkout stands at, read from its files; None when it is no checkout."""
    git = folder / ".git"
    try:
        if git.is_file():  # a work tree or a submodule names the place
            git = (folder / git.read_text(encoding="utf-8").partition("gitdir:")[2].strip()).resolve()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return head or None
        name = head[4:].strip()
        common = (
            git / (git / "commondir").read_text(encoding="utf-8").strip() if (git / "commondir").is_file() else git
        )
        if (common / name).is_file():
            return (common / name).read_text(encoding="utf-8").strip()
        for line in (common / "packed-refs").read_text(encoding="utf-8").splitlines():
            commit, _, ref = line.partition(" ")
            if ref == name:
                return commit
    except (OSError, UnicodeDecodeError):
        return None
    return None


def fingerprint(found: dict[str, Path]) -> str:
    """SHA-256 over names and states of packs: the commit of a checkout, otherwise names, sizes and times of files."""
    digest = hashlib.sha256()
    for name, path in sorted(found.items()):
        digest.update(f"{name}\0".encode("utf-8", "surrogateescape"))
        commit = commit_of(path) if path.is_dir() else None
        for line in [commit] if commit else _files(path):
            digest.update(f"{line}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(path: Path) -> list[str]:
    if path.is_file():
        return [_state(path, path.name)]
    lines = []
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(each for each in subfolders if each not in _SKIP)
        lines += [
            _state(Path(folder, each), os.path.relpath(os.path.join(folder, each), path)) for each in sorted(names)
        ]
    return lines


def _state(path: Path, name: str) -> str:
    try:
        found = path.stat()
    except OSError:
        return name
    return f"{name} {found.st_size} {found.st_mtime_ns}"
