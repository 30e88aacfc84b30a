"""Putting a backup in place of what is there: prepared aside, decided by one file, finished by whoever comes next.

Until `plan.json` is on the disk nothing has changed; from then on the studio is the restored one. A process that ends
in between leaves either nothing to do, or a plan that the next start of the studio carries out first.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comfystudio import settings
from comfystudio.errors import Conflict, Invalid
from comfystudio.storage.backups import archive, files, merging, sqlite
from comfystudio.storage.backups.making import make
from comfystudio.storage.backups.model import DATABASE, GOOD, NAMES, ROSTER, SETTINGS, Contents, Place
from comfystudio.storage.problems import StorageDamaged, understood
from comfystudio.storage.upgrade import schemas
from comfystudio.workspace import write_atomic

__all__ = ["Restored", "finish", "restore"]

PLAN = "plan.json"
_MODES = {DATABASE: 0o600, SETTINGS: 0o600, GOOD: 0o600}


@dataclass(frozen=True)
class Restored:
    """What a restore did: the backup of what was there, or the folder where a damaged database lies now."""

    contents: Contents
    kept: str | None
    damaged: Path | None
    same_studio: bool


def restore(place: Place, path: Path, *, keep_settings: bool, kept: int) -> Restored:
    """Put the backup at `path` in place, whole or not at all. Whoever calls holds the studio's lock. Blocks."""
    finish(place)
    try:
        place.staging.mkdir(mode=0o700)
        contents = _staged(place, path)
        if keep_settings:
            files.remove([place.staging / SETTINGS])
        else:
            settings.load_file(place.staging / SETTINGS)
        restored = _secured(place, contents, kept)
        names = [name for name in NAMES if not (keep_settings and name == SETTINGS)]
        _decide(place, names, restored.damaged)
    except BaseException as error:
        if not (place.staging / PLAN).exists():
            shutil.rmtree(place.staging, ignore_errors=True)
        if isinstance(error, OSError):
            unwritable = Invalid("storage.restore_unwritable", folder=place.staging, problem=error.strerror)
            raise understood(error) or unwritable from error
        raise
    finish(place)
    return restored


def _staged(place: Place, path: Path) -> Contents:
    """Unpack and check the backup."""
    files.room_for(place.staging, path.stat().st_size if path.is_file() else 0)

    def keep(name: str, pieces: Iterator[bytes]) -> None:
        with files.new(place.staging / name) as file:
            for piece in pieces:
                file.write(piece)

    contents = archive.read(path, keep)
    look = sqlite.look(place.staging / DATABASE)
    if look.schema is None or look.problems:
        raise Conflict("storage.backup_unsound", name=path.name, problem="; ".join(look.problems[:3]) or DATABASE)
    schemas().must_know(look.schema)
    return contents


def _secured(place: Place, contents: Contents, kept: int) -> Restored:
    """Keep what is there, and take over from it what a restore must not bring back."""
    staged, now = place.staging / DATABASE, time.time()
    merging.shut(staged, now)
    name, damaged, same = None, None, False
    if place.workspace.database.exists():
        try:
            name = make(place, kept=kept, before="restore").name
            same = merging.carry_over(staged, place.workspace.database)
        except StorageDamaged:
            damaged = place.workspace.state / f"damaged-{time.time_ns()}"
    merging.note(staged, now, {"made_at": contents.made_at, "version": contents.version, "kept": name})
    return Restored(contents, name, damaged, same)


def _decide(place: Place, names: list[str], damaged: Path | None) -> None:
    files.sync_tree(place.staging)
    plan = {
        "files": {name: (place.staging / name).exists() for name in names},
        "roster": str(place.roster),
        "damaged": str(damaged) if damaged else None,
    }
    write_atomic(place.staging / PLAN, json.dumps(plan).encode())


def finish(place: Place) -> bool:
    """Carry out a restore that was decided, or clear away one that was not; whether there was one. Blocks.

    To be called under the studio's lock before anything is read. Each step may have been done before.
    """
    try:
        plan = json.loads((place.staging / PLAN).read_bytes())
    except FileNotFoundError:
        shutil.rmtree(place.staging, ignore_errors=True)
        return False
    place = Place(place.workspace, Path(plan["roster"]))
    for name, there in plan["files"].items():
        if name == DATABASE:
            _put_database(place, plan["damaged"])
        elif there:
            _put(place.staging / name, place.path(name).resolve(), _MODES.get(name, 0o644))
        elif name != ROSTER:  # no studio is without one
            place.path(name).unlink(missing_ok=True)
    files.sync_folder(place.workspace.root)
    (place.staging / PLAN).unlink()
    files.sync_folder(place.staging)
    shutil.rmtree(place.staging, ignore_errors=True)
    return True


def _put(staged: Path, target: Path, mode: int) -> None:
    # Always the same draft: one that was left half-way is replaced, not joined by another.
    draft = target.with_name(f".{target.name}.restored")
    draft.unlink(missing_ok=True)
    with files.new(draft) as file:
        file.write(staged.read_bytes())
        os.fchmod(file.fileno(), target.stat().st_mode & 0o777 if target.exists() else mode)
    draft.replace(target)
    files.sync_folder(target.parent)


def _put_database(place: Place, damaged: str | None) -> None:
    """Move the database in; while it still lies staged, what is in its place is the old one."""
    staged, target = place.staging / DATABASE, place.workspace.database
    if not staged.exists():
        return
    beside = [target.with_name(target.name + side) for side in sqlite.SIDES]
    if damaged:
        Path(damaged).mkdir(mode=0o700, exist_ok=True)
        for path in (*beside, target):
            if path.exists():
                path.rename(Path(damaged) / path.name)
    # The log of the old one must never be played into the new one.
    files.remove(beside)
    files.sync_folder(target.parent)
    staged.rename(target)
    files.sync_folder(target.parent)
