"""Bring the schema up to date. Before anything changes, somebody may keep what was there."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from comfystudio.errors import Conflict

__all__ = ["Schemas", "StorageNewer", "schemas", "upgrade"]


MIGRATIONS = Path(__file__).parent / "migrations"


class StorageNewer(Conflict):
    """The database was written by a newer version than this one."""


class Schemas:
    """The schemas that this version knows, and the newest of them."""

    def __init__(self, scripts: ScriptDirectory) -> None:
        self.newest = scripts.get_current_head()
        self._known = frozenset(script.revision for script in scripts.walk_revisions())

    def must_know(self, found: str) -> None:
        """Raise `StorageNewer` for a schema that only a newer version can have written."""
        if found not in self._known:
            raise StorageNewer("storage.newer", found=found)


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _schemas(migrations: Path) -> Schemas:
    return Schemas(ScriptDirectory.from_config(_config(migrations)))


def schemas() -> Schemas:
    """What this version knows. Reads the folder of migrations once."""
    return _schemas(MIGRATIONS)


def upgrade(engine: Engine, keep_first: Callable[[str], object] | None = None) -> None:
    """Run the migrations that are missing, all or none; `StorageNewer` where the file knows one that we do not.

    `keep_first` is called with the schema that was found, before anything is changed.
    """
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    known = schemas()
    if found == known.newest:
        return
    if found is not None:
        known.must_know(found)
        if keep_first is not None:
            keep_first(found)
    config = _config(MIGRATIONS)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
