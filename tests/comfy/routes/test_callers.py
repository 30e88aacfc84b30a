"""Trust 10 for ComfyUI's routes: every row of the table for artists, admins in and outside admin mode, and tokens."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from comfystudio.comfy.routes.table import Row, groups
from comfystudio.people import Scope
from comfystudio.storage import Database
from comfystudio.workspace import Workspace
from tests.comfy.routes.house import ADMIN, ALICE, Routes, routes_of

ROWS = [row for group in groups() for row in group.rows]
# Whose token it is and what it may: an admin's session outside admin mode has the scope of the second.
CALLERS: dict[str, tuple[int, Scope]] = {
    "artist": (ALICE, "use"),
    "admin outside admin mode": (ADMIN, "use"),
    "admin in admin mode": (ADMIN, "admin"),
    "artist's read token": (ALICE, "read"),
    "admin's read token": (ADMIN, "read"),
}


@pytest.fixture(scope="module")
def asked() -> dict[str, Row]:
    """One address for each row and method: braces filled with a word that stands for nothing."""
    found = {}
    for row in ROWS:
        path = row.path.replace("{+}", "a/b").replace("{?}", "").replace("{}", "nothing")
        path += row.endings[0] if row.endings and not path.endswith(tuple(row.endings)) else ""
        for method in row.methods:
            prefix = "/api" if row.api == "only" else ""
            found[f"{method} {prefix}{path}"] = row
    return found


@pytest.fixture
async def house(workspace: Workspace, database: Database) -> AsyncIterator[Routes]:
    """ComfyUI's front in a real gateway."""
    async with routes_of(workspace, database) as found:
        yield found


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_row_for(house: Routes, asked: dict[str, Row], caller: str) -> None:
    """Rows for admins answer in admin mode alone, refused ones nobody, and tokens that only look get nothing."""
    who, scope = CALLERS[caller]
    token = house.tokens[who]
    house.studio.tokens.known[token] = replace(house.studio.tokens.known[token], scope=scope)
    sockets = {"GET /ws"}
    wrong = []
    for address, row in asked.items():
        if address in sockets and scope != "read":
            continue
        hits = len(house.comfy.hits)
        method, _, path = address.partition(" ")
        answer = await house.ask(who, method, path)
        reached = len(house.comfy.hits) > hits
        if scope == "read":
            fits = answer.status == 403 and not reached
        elif row.way == "refused":
            fits = answer.status == 404 and not reached
        elif row.way == "admin":
            fits = reached if caller == "admin in admin mode" else answer.status == 403 and not reached
        else:
            fits = answer.status not in {401, 403}
        if not fits:
            wrong.append(f"{address} ({row.way}): {answer.status}, {'reached' if reached else 'not reached'}")
    assert wrong == [], "\n".join(wrong)
