"""The backups that there are."""

from pathlib import Path

from comfystudio.errors import Invalid, Missing
from comfystudio.storage.backups import archive
from comfystudio.storage.backups.model import Backup, Place

__all__ = ["find", "listed"]


def listed(place: Place) -> list[Backup]:
    """Every backup in the folder, the newest first; what is none is not looked at. Blocks."""
    try:
        paths = [path for path in place.folder.iterdir() if Backup.kind(path.name)]
    except OSError:
        return []
    found = [_backup(path) for path in paths]
    return sorted(found, key=lambda each: (each.contents.made_at if each.contents else 0.0, each.name), reverse=True)


def _backup(path: Path) -> Backup:
    size, before = path.lstat().st_size, Backup.before_what(path.name)
    try:
        return Backup(path.name, size, before, archive.head(path))
    except Invalid as error:
        return Backup(path.name, size, before, None, error.sentence)


def find(place: Place, name: str) -> Path:
    """The file that `name` means: a backup in the folder, or a path; `Missing` where there is neither."""
    for path in (place.folder / name if Backup.kind(name) else None, Path(name)):
        if path is not None and path.is_file():
            return path
    raise Missing("storage.no_such_backup", name=name, folder=place.folder)
