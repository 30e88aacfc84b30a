"""The backups of one studio."""

from pathlib import Path

from comfystudio.storage.backups import checking, listing, making, restoring
from comfystudio.storage.backups.checking import Health
from comfystudio.storage.backups.model import Backup, Place
from comfystudio.storage.backups.restoring import Restored
from comfystudio.workspace import Workspace

__all__ = ["Backups"]


class Backups:
    """Makes, lists, checks and restores; all of it blocks.

    `roster` is the file in force, `kept` how many of the backups that were asked for stay.
    """

    def __init__(self, workspace: Workspace, *, roster: Path | None = None, kept: int = 7) -> None:
        self._place = Place(workspace, roster or workspace.roster)
        self._kept = kept

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self._place.folder

    @property
    def kept(self) -> int:
        """How many of those that were asked for are kept."""
        return self._kept

    def make(self) -> Backup:
        """Make one now."""
        return making.make(self._place, kept=self._kept)

    def before_schema(self, found: str) -> None:
        """Make one before the database, now at schema `found`, gets a newer one."""
        making.make(self._place, kept=self._kept, before=found)

    def list(self) -> list[Backup]:
        """Those that there are, the newest first."""
        return listing.listed(self._place)

    def database_bytes(self) -> int:
        """How much the database takes on the disk."""
        return checking.database_bytes(self._place)

    def problems(self) -> tuple[str, ...] | None:
        """Read the database through: what is wrong with it; None where no studio was ever started here."""
        if not self._place.workspace.database.exists() and not self.list():
            return None
        return checking.look_at(self._place)[1]

    def newest_moment(self) -> float | None:
        """The latest moment that anything on record was done."""
        return checking.newest_moment(self._place)

    def check(self) -> Health:
        """Read database and backups through."""
        return checking.health(self._place)

    def restore(self, name: str, *, keep_settings: bool = False) -> Restored:
        """Put the backup of that name, or at that path, in place of what is there. The studio must not run."""
        path = listing.find(self._place, name)
        return restoring.restore(self._place, path, keep_settings=keep_settings, kept=self._kept)

    def finish_restore(self) -> bool:
        """Finish what a restore that was ended half-way began; whether there was one."""
        return restoring.finish(self._place)
