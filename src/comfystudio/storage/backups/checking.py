"""Whether what is on disk is sound: the database, and every backup of it."""

from dataclasses import dataclass

from comfystudio import words
from comfystudio.errors import StudioError
from comfystudio.storage.backups import archive, sqlite
from comfystudio.storage.backups.listing import listed
from comfystudio.storage.backups.model import Backup, Place
from comfystudio.storage.upgrade import schemas

__all__ = ["Health", "health"]


@dataclass(frozen=True)
class Health:
    """How the database is (`bytes` with what lies beside it), and the backups, read through."""

    bytes: int
    schema: str | None
    newest_schema: str | None
    problems: tuple[str, ...]
    backups: tuple[Backup, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and not any(backup.problem for backup in self.backups)


def health(place: Place) -> Health:
    """Read database and backups through. Changes nothing and disturbs nobody; large ones take a while. Blocks."""
    schema, problems = look_at(place)
    backups = tuple(_read(place, backup) for backup in listed(place))
    return Health(database_bytes(place), schema, schemas().newest, problems, backups)


def look_at(place: Place) -> tuple[str | None, tuple[str, ...]]:
    """The database's schema, and what is wrong with it. Blocks."""
    schema: str | None = None
    if not place.workspace.database.exists():
        return None, (words.say("storage.gone", path=place.workspace.database),)
    try:
        look = sqlite.look(place.workspace.database)
        schema = look.schema
        if schema is not None:
            schemas().must_know(schema)
    except StudioError as error:
        return schema, (error.sentence,)
    return schema, look.problems


def newest_moment(place: Place) -> float | None:
    """When the newest entry of the audit trail was made; None where there is none. Blocks."""
    with sqlite.opened(place.workspace.database) as database:
        found = database.execute("SELECT max(at) FROM audit").fetchone()[0]
    return None if found is None else float(found)


def database_bytes(place: Place) -> int:
    """How much the database takes on the disk."""
    path = place.workspace.database
    found = [path, *(path.with_name(path.name + side) for side in sqlite.SIDES)]
    return sum(each.stat().st_size for each in found if each.exists())


def _read(place: Place, backup: Backup) -> Backup:
    try:
        archive.read(place.folder / backup.name)
    except StudioError as error:
        return Backup(backup.name, backup.bytes, backup.before, None, error.sentence)
    return backup
