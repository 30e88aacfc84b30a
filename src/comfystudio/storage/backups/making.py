"""Making a backup: the database copied and looked over, then all parts in one file that appears when it is whole."""

import shutil
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from comfystudio import __version__
from comfystudio.errors import Invalid
from comfystudio.storage.backups import archive, files, sqlite
from comfystudio.storage.backups.model import DATABASE, NAMES, Backup, Place
from comfystudio.storage.problems import StorageDamaged, understood

__all__ = ["KEPT_BEFORE", "make"]

KEPT_BEFORE = 3  # of those made before a change of schema or a restore, whatever else is kept
_DRAFT = ".studio-"


def make(place: Place, *, kept: int, before: str | None = None) -> Backup:
    """Make a backup now and forget all but the newest `kept`. Blocks.

    `StorageDamaged` where the database is not sound: what cannot be restored must not push out what can.
    """
    with files.only_one(place.workspace.state / "backup.lock"):
        try:
            place.folder.mkdir(mode=0o700, exist_ok=True)
            # What a maker left that was ended half-way.
            for left in place.folder.glob(f"{_DRAFT}*"):
                shutil.rmtree(left)
            made = _make(place, before)
        except OSError as error:
            problem = error.strerror or str(error)
            unwritable = Invalid("storage.backup_unwritable", folder=place.folder, problem=problem)
            raise understood(error) or unwritable from error
        _prune(place, made.name, kept)
        return made


def _make(place: Place, before: str | None) -> Backup:
    draft = Path(tempfile.mkdtemp(dir=place.folder, prefix=_DRAFT))
    try:
        # The copy and the file that it goes into are there at once.
        files.room_for(place.folder, 2 * place.workspace.database.stat().st_size)
        schema = _copied(place.workspace.database, draft / DATABASE)
        for name in NAMES:
            if name != DATABASE and place.path(name).is_file():
                # Somebody may be editing it: what is summed up and what is written are one and the same.
                (draft / name).write_bytes(place.path(name).read_bytes())
        made_at, whole = time.time(), draft / "whole"
        with files.new(whole) as file:
            parts = {path.name: path for path in draft.iterdir() if path.name in NAMES}
            contents = archive.write(file, parts, made_at=made_at, version=__version__, schema=schema)
        name = _free_name(place.folder, made_at, before)
        whole.rename(place.folder / name)
        files.sync_folder(place.folder)
        return Backup(name, (place.folder / name).stat().st_size, before, contents)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _copied(database: Path, target: Path) -> str:
    sqlite.copy(database, target)
    look = sqlite.look(target)
    if look.problems or look.schema is None:
        raise StorageDamaged("; ".join(look.problems[:3]) or DATABASE)
    return look.schema


def _free_name(folder: Path, at: float, before: str | None) -> str:
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%d-%H%M%S")
    ending = f"-before-{before}.tar" if before else ".tar"
    name, number = f"studio-{stamp}{ending}", 1
    while (folder / name).exists():
        number += 1
        name = f"studio-{stamp}-{number}{ending}"
    return name


def _prune(place: Place, newest: str, kept: int) -> None:
    """Forget old backups, never the one just made: a clock that was set back makes its name look old."""
    kind = Backup.kind(newest)
    paths = [path for path in place.folder.iterdir() if Backup.kind(path.name) == kind and path.name != newest]
    most = (KEPT_BEFORE if kind == "before" else kept) - 1
    for path in sorted(paths, key=lambda path: Backup.order(path.name), reverse=True)[most:]:
        with suppress(OSError):
            path.unlink()
