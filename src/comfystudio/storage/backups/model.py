"""What a backup is: its name, what is in it, and where the parts live in a workspace."""

import re
from dataclasses import dataclass
from pathlib import Path

from comfystudio.workspace import Workspace

__all__ = ["DATABASE", "GOOD", "NAMES", "ROSTER", "SETTINGS", "Backup", "Contents", "Part", "Place"]

# devices.key is left out: it only spares known browsers other people's wrong passwords, and a new one makes itself.
DATABASE, SETTINGS, ROSTER, GOOD = "studio.db", "studio.toml", "artist_names.sh", "roster.good"
NAMES = (DATABASE, SETTINGS, ROSTER, GOOD)
_NAME = re.compile(r"studio-(?P<stamp>\d{8}-\d{6})(?:-(?P<number>\d+))?(?:-before-(?P<before>[a-z0-9]+))?\.tar")


@dataclass(frozen=True)
class Place:
    """Where the parts of a studio lie, `roster` being the file that is in force."""

    workspace: Workspace
    roster: Path

    @property
    def folder(self) -> Path:
        """Where backups are kept."""
        return self.workspace.root / "backup"

    @property
    def staging(self) -> Path:
        """Where a restore is prepared: on the database's own disk."""
        return self.workspace.state / "restore"

    def path(self, name: str) -> Path:
        """Where the part called `name` lives."""
        return {
            DATABASE: self.workspace.database,
            SETTINGS: self.workspace.root / SETTINGS,
            ROSTER: self.roster,
            GOOD: self.workspace.state / GOOD,
        }[name]


@dataclass(frozen=True)
class Part:
    """One file in a backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself. `made_at` is in seconds since the epoch; `schema` is the database's."""

    made_at: float
    version: str
    schema: str
    files: dict[str, Part]


@dataclass(frozen=True)
class Backup:
    """A file in the folder of backups.

    `before` is what it was made before: a change of that schema, or `restore`; None where somebody asked for it.
    """

    name: str
    bytes: int
    before: str | None
    contents: Contents | None
    problem: str | None = None

    @staticmethod
    def kind(name: str) -> str | None:
        """`asked` or `before` for a name that a backup can have, None for any other."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        return "before" if found["before"] else "asked"

    @staticmethod
    def order(name: str) -> tuple[str, int]:
        """What puts names in the order in which their backups were made."""
        found = _NAME.fullmatch(name)
        return (found["stamp"], int(found["number"] or 1)) if found else ("", 0)

    @staticmethod
    def before_what(name: str) -> str | None:
        """What the backup of that name was made before."""
        found = _NAME.fullmatch(name)
        return found["before"] if found else None
