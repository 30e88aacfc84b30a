"""Who may call what: every route, asked by every kind of caller, with the answer that each row says."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from comfystudio.storage import Database
from comfystudio.web import ROUTES, Need
from comfystudio.web.routing import Media
from comfystudio.workspace import prepare
from tests.web.house import House, opened
from tests.web.matrix import CALLERS, ROWS, Row
from tests.web.matrix.asking import body_of, target, visitor_of


def key_of(route: Any) -> str:
    """The route as the rows call it."""
    return f"{route.method} {route.path}"


BY_KEY = {key_of(route): route for route in ROUTES}
TOGETHER = {key: [row for row in rows if not row.alone] for key, rows in ROWS.items()}
ALONE = [(key, row) for key, rows in ROWS.items() for row in rows if row.alone]


def test_every_route_has_a_row() -> None:
    """A route that nobody thought about here fails, and so does a row without a route."""
    assert set(ROWS) == set(BY_KEY)
    assert all(ROWS.values())


def test_every_route_that_changes_something_is_unsafe_by_its_method() -> None:
    """No GET takes a body, only well-known methods exist, and sockets are opened with GET."""
    assert {route.method for route in ROUTES} <= {"GET", "POST", "PUT", "PATCH", "DELETE"}
    for route in ROUTES:
        assert route.body is None or route.method in {"POST", "PUT", "PATCH"}
        assert route.media is Media.JSON or route.method == "GET"


def test_routes_open_to_everybody_are_these() -> None:
    """A new public route is a decision: it is written down here too."""
    assert {key_of(route) for route in ROUTES if route.need is Need.PUBLIC} == {
        "GET /healthz",
        "GET /api/v1/openapi.json",
        "GET /api/v1/studio",
        "POST /api/v1/links/check",
        "POST /api/v1/links/use",
        "POST /api/v1/session",
        "POST /api/v1/session/oidc",
        "POST /api/v1/session/oidc/return",
        "POST /api/v1/session/open",
        "POST /set_artist",
    }


async def prove(house: House, key: str, row: Row) -> list[str]:
    """Ask as each kind of caller; what was answered otherwise than the row says."""
    method, _, template = key.partition(" ")
    wrong = []
    for caller in CALLERS:
        given = await target(house, key, row)
        visitor = await visitor_of(house, caller)
        status = await visitor.status(method, (template + row.query).format(**given), body_of(row, caller))
        expected = row.status(caller, BY_KEY[key])
        if status != expected:
            wrong.append(f"{key}{row.query} {row.body or ''} {row.path or ''}: {caller}: {status}, not {expected}")
    return wrong


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house() -> AsyncIterator[House]:
    """One house for all rows that leave everything as it was."""
    with tempfile.TemporaryDirectory(prefix="comfystudio-", ignore_cleanup_errors=True) as folder:
        workspace = prepare(Path(folder) / "workspace")
        database = Database(workspace.database)
        await database.open()
        async with opened(workspace, database) as found:
            yield found
        await database.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("key", [key for key, rows in TOGETHER.items() if rows])
async def test_the_matrix(shared_house: House, key: str) -> None:
    """Each kind of caller gets the expected status of each route, a good one only where its row says so."""
    wrong = [problem for row in TOGETHER[key] for problem in await prove(shared_house, key, row)]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(("key", "row"), ALONE, ids=[f"{key} {row.body}" for key, row in ALONE])
async def test_what_changes_people_in_a_house_of_its_own(house: House, key: str, row: Row) -> None:
    """The same for what takes away the people or passwords that other rows are tried with."""
    wrong = await prove(house, key, row)
    assert wrong == [], "\n".join(wrong)


async def test_the_control_socket_ends_the_studio(house: House) -> None:
    """The command line may do what admins may, and end the studio."""
    local = house.local()
    assert (await local.json("GET", "/api/v1/studio/process"))["pid"] == 1
    assert await local.status("POST", "/api/v1/studio/down") == 202
    assert await local.status("POST", "/api/v1/studio/restart") == 202
    assert await local.status("POST", "/api/v1/studio/end-tools") == 204
    assert house.life.asked == ["down", "restart", "end tools"]
