"""Bring the schema up to date. Before anything changes, the file is copied beside itself."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from comfystudio.errors import Conflict

__all__ = ["StorageNewer", "upgrade"]


MIGRATIONS = Path(__file__).parent / "migrations"


class StorageNewer(Conflict):
    """The database was written by a newer version than this one."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _copy(path: Path, revision: str) -> Path:
    target = path.with_name(f"{path.name}.before-{revision}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    target.chmod(0o600)
    return target


def upgrade(engine: Engine, path: Path) -> None:
    """Run the migrations that the file at `path` lacks; `StorageNewer` where it knows one that we do not."""
    scripts = ScriptDirectory.from_config(_config())
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    newest = scripts.get_current_head()
    if found == newest:
        return
    if found is not None:
        if found not in {script.revision for script in scripts.walk_revisions()}:
            raise StorageNewer("storage.newer", found=found, backup=f"{path.name}.before-*")
        _copy(path, found)
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
