"""Run as a program: does a piece of work in a fork that is killed before its first, second, … touch of the disk.

After each kill the disk is looked at as the next start of the studio would find it. Prints how many steps there were.
"""

import os
import shutil
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from comfystudio.storage import upgrade as upgrading
from comfystudio.storage.backups import Backups
from comfystudio.storage.backups.model import Place
from comfystudio.storage.backups.restoring import finish
from comfystudio.storage.database import _engine
from comfystudio.storage.upgrade import upgrade
from comfystudio.workspace import Workspace

TOUCHES = {
    *("write", "writelines", "fsync", "open", "mkdir", "rmdir", "rename", "replace", "unlink", "remove", "fchmod"),
    *("flock", "backup", "execute", "connect"),
}
ROSTERS = {"old": 'USERS=( "Old" )\n', "new": 'USERS=( "New" )\n'}
SETTINGS = {"old": "trash_days = 1\n", "new": "trash_days = 2\n"}


def killed_before(step: int, work: Callable[[], Any]) -> bool:
    """Whether `work` got to its end before its touch number `step`, before which it is killed."""
    child = os.fork()
    if child == 0:
        count = 0

        def watch(_frame: Any, event: str, what: Any) -> None:
            nonlocal count
            if event == "c_call" and what.__name__ in TOUCHES:
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(watch)
        try:
            work()
        except BaseException:  # noqa: BLE001 the child ends here whatever happens
            sys.setprofile(None)
            traceback.print_exc()
            os._exit(2)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, step
    return not os.WIFSIGNALED(status)


def workspace_at(root: Path) -> Workspace:
    """A workspace without the machine's runtime folder, which nothing here needs."""
    found = Workspace(root, root / "runtime")
    found.state.mkdir(parents=True, exist_ok=True)
    return found


def furnish(workspace: Workspace, which: str) -> None:
    """Make database, settings and roster say `which`."""
    engine = _engine(workspace.database)
    upgrade(engine)
    engine.dispose()
    with closing(sqlite3.connect(workspace.database)) as database, database:
        database.execute("DELETE FROM job")
        values = ("backup", which, which, "done", "", 0.0, "{}")
        database.execute(
            'INSERT INTO job (kind, lock, title, state, "by", started_at, fields) VALUES (?, ?, ?, ?, ?, ?, ?)',
            values,
        )
    workspace.roster.write_text(ROSTERS[which])
    (workspace.state / "roster.good").write_text(ROSTERS[which])
    (workspace.root / "studio.toml").write_text(SETTINGS[which])


def said(workspace: Workspace) -> set[str]:
    """What database, settings and roster say, after the database was found sound."""
    with closing(sqlite3.connect(workspace.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (title,) = database.execute("SELECT title FROM job").fetchone()
    texts = {ROSTERS[which]: which for which in ROSTERS} | {SETTINGS[which]: which for which in SETTINGS}
    files = (workspace.roster, workspace.state / "roster.good", workspace.root / "studio.toml")
    return {title, *(texts[file.read_text()] for file in files)}


def in_order(workspace: Workspace) -> None:
    """Every backup is whole, another one can be made, and nothing half is left lying about."""
    backups = Backups(workspace, kept=50)
    assert all(each.contents for each in backups.list())
    assert backups.check().ok
    assert backups.make().contents
    assert not list(backups.folder.glob(".*"))
    assert not (workspace.state / "restore").exists()
    assert {path.name for path in workspace.state.iterdir()} <= {
        *("studio.db", "studio.db-wal", "studio.db-shm", "backup.lock", "roster.good")
    }


class Backup:
    """A backup: the studio's own files are as they were, and the list names whole backups only."""

    def furnish(self, workspace: Workspace) -> None:
        furnish(workspace, "old")

    def work(self, workspace: Workspace) -> None:
        Backups(workspace).make()

    def look(self, workspace: Workspace) -> str:
        assert said(workspace) == {"old"}
        found = Backups(workspace).list()
        assert all(each.contents for each in found)
        return "there" if found else "not there"


class Restore:
    """A restore: the studio is the old one or the restored one in every part."""

    def furnish(self, workspace: Workspace) -> None:
        furnish(workspace, "new")
        (workspace.root / "name").write_text(Backups(workspace).make().name)
        furnish(workspace, "old")

    def work(self, workspace: Workspace) -> None:
        Backups(workspace).restore((workspace.root / "name").read_text())

    def look(self, workspace: Workspace) -> str:
        finish(Place(workspace, workspace.roster))
        (which,) = said(workspace)
        return which


class Migration:
    """A change of schema: done or not, and where it was done there is a backup from before."""

    def furnish(self, workspace: Workspace) -> None:
        furnish(workspace, "old")
        versions = workspace.root / "migrations" / "versions"
        shutil.copytree(upgrading.MIGRATIONS, versions.parent)
        (versions / "9000_next.py").write_text(
            f'from alembic import op\nrevision = "9000"\ndown_revision = "{upgrading.schemas().newest}"\n'
            "def upgrade():\n    op.execute(\"UPDATE job SET title = 'new'\")\n"
        )

    def work(self, workspace: Workspace) -> None:
        upgrading.MIGRATIONS = workspace.root / "migrations"
        engine = _engine(workspace.database)
        upgrade(engine, Backups(workspace).before_schema)
        engine.dispose()

    def look(self, workspace: Workspace) -> str:
        with closing(sqlite3.connect(workspace.database)) as database:
            (title,) = database.execute("SELECT title FROM job").fetchone()
            (schema,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        assert (title, schema == "9000") in {("old", False), ("new", True)}
        kept = [each for each in Backups(workspace).list() if each.before]
        assert all(each.contents for each in kept)
        assert kept or title == "old"
        return str(title)


def main(what: str, folder: Path) -> None:
    """Kill `what` at every step in a workspace of its own."""
    scenario = {"backup": Backup, "restore": Restore, "migration": Migration}[what]()
    scenario.furnish(workspace_at(folder / "template"))
    step, ended, outcomes = 0, False, set()
    # Within a migration SQLite alone is at work, in one transaction: every third step tells.
    stride = 3 if what == "migration" else 1
    while not ended:
        step += stride
        shutil.copytree(folder / "template", folder / "workspace")
        workspace = workspace_at(folder / "workspace")
        ended = killed_before(step, lambda: scenario.work(workspace))  # noqa: B023 used at once
        outcomes.add(scenario.look(workspace))
        if step % 10 == 0 and what != "migration":
            in_order(workspace)
        shutil.rmtree(workspace.root)
    sys.stdout.write(f"{step} {'/'.join(sorted(outcomes))}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
