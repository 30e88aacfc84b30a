"""What a restore leaves as it is: nobody gets back what was taken from them, and every file keeps its owner.

Rows are told apart by number and moment of birth, so that the database of another studio is never mixed in.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from comfystudio.errors import Conflict

__all__ = ["carry_over", "note", "shut"]

_BOTH = "main.person AS old JOIN now.person AS new ON new.id = old.id AND new.created_at = old.created_at"


def shut(restored: Path, at: float) -> None:
    """End every sign-in and every link in the file `restored`: they were made for other browsers, or used since."""
    with closing(sqlite3.connect(restored)) as database, database:
        database.execute("UPDATE session SET ended_at = ?, ended_why = 'restored' WHERE ended_at IS NULL", (at,))
        database.execute("UPDATE link SET used_at = ? WHERE used_at IS NULL", (at,))


def note(restored: Path, at: float, fields: dict[str, Any]) -> None:
    """Write into the trail that this database was restored."""
    with closing(sqlite3.connect(restored)) as database, database:
        values = (at, "command line", "storage.restored", "studio", json.dumps(fields))
        database.execute('INSERT INTO main.audit (at, "by", action, subject, fields) VALUES (?, ?, ?, ?, ?)', values)


def carry_over(restored: Path, current: Path) -> bool:
    """Put what has to stay from the database `current` into `restored`; False where they are of different studios."""
    with closing(sqlite3.connect(restored, isolation_level=None)) as database:
        database.execute("ATTACH DATABASE ? AS now", (str(current),))
        if not database.execute(f"SELECT 1 FROM {_BOTH} LIMIT 1").fetchone():  # noqa: S608
            return False
        database.execute("BEGIN IMMEDIATE")
        try:
            _people(database)
            _taken(database)
            _trail(database)
        except sqlite3.IntegrityError as error:
            raise Conflict("storage.backup_of_another", problem=error) from None
        database.execute("COMMIT")
        return True


def _people(database: sqlite3.Connection) -> None:
    """Folders, numbers of accounts and passwords stay; who came since stays known: nobody gets their files."""
    ours = database.execute(
        f"SELECT new.id, new.folder, new.uid, new.password_hash FROM {_BOTH}"  # noqa: S608
    ).fetchall()
    for id_, *_ in ours:
        # Two may have swapped: first nobody has any.
        database.execute("UPDATE main.person SET folder = 'restored ' || id, uid = NULL WHERE id = ?", (id_,))
    for id_, folder, uid, password in ours:
        database.execute(
            "UPDATE main.person SET folder = ?, uid = ?, password_hash = coalesce(?, password_hash) WHERE id = ?",
            (folder, uid, password, id_),
        )
    newer = database.execute(
        "SELECT id, name, folder, uid, created_at FROM now.person WHERE id NOT IN (SELECT id FROM main.person)"
    ).fetchall()
    names = {name for (name,) in database.execute("SELECT name FROM main.person")}
    for id_, name, folder, uid, created_at in newer:
        free, number = name, id_
        while free in names:
            free, number = f"{name} ({number})", number + 1
        names.add(free)
        database.execute(
            "INSERT INTO main.person (id, name, folder, uid, created_at) VALUES (?, ?, ?, ?, ?)",
            (id_, free, folder, uid, created_at),
        )


def _taken(database: sqlite3.Connection) -> None:
    """Revoked tokens stay revoked, disabled people disabled, tools and identities that were taken stay taken."""
    database.execute(
        "UPDATE main.token SET revoked_at = "
        "(SELECT t.revoked_at FROM now.token t WHERE t.secret_hash = token.secret_hash) "
        "WHERE revoked_at IS NULL AND secret_hash IN (SELECT secret_hash FROM now.token)"
    )
    database.execute(
        "UPDATE main.person SET disabled_at = (SELECT p.disabled_at FROM now.person p WHERE p.id = person.id "
        "AND p.created_at = person.created_at) WHERE disabled_at IS NULL"
    )
    if _both_have(database, "tool_grant"):
        database.execute(
            "INSERT OR REPLACE INTO main.tool_grant (person_id, tool, may) "
            "SELECT person_id, tool, may FROM now.tool_grant WHERE NOT may"
        )
    if _both_have(database, "identity"):
        database.execute(
            "DELETE FROM main.identity WHERE (issuer, subject) NOT IN (SELECT issuer, subject FROM now.identity)"
        )


def _both_have(database: sqlite3.Connection, table: str) -> bool:
    found = "SELECT count(*) FROM {}sqlite_master WHERE type = 'table' AND name = ?"
    return all(database.execute(found.format(where), (table,)).fetchone()[0] for where in ("main.", "now."))


def _trail(database: sqlite3.Connection) -> None:
    """What was done since stays on record."""
    columns = 'id, at, "by", action, subject, fields'
    database.execute(
        f"INSERT INTO main.audit ({columns}) SELECT {columns} FROM now.audit "  # noqa: S608
        "WHERE id > (SELECT coalesce(max(id), 0) FROM main.audit)"
    )
