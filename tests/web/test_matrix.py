"""Who may call what: every route for nobody, its owner, another artist, an admin and somebody disabled."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from comfystudio.web import ROUTES, Need
from comfystudio.web.routing import Media
from tests.web.house import ADMIN, ALICE, BOB, OUT, PASSWORD, House, Visitor

WHO = ("nobody", "owner", "other", "admin", "disabled")
NAMES = {"owner": ALICE, "other": BOB, "admin": ADMIN}
EVERYBODY = (200, 200, 200, 200, 200)
SIGNED_IN = (401, 200, 200, 200, 401)
ADMINS = (401, 403, 403, 200, 401)
OWNERS = (401, 200, 404, 200, 401)
ALICES = (401, 200, 404, 404, 401)
OF_ALICE = "?as=Alice&path=of-alice.png"
NOBODY = (404, 404, 404, 404, 404)


@dataclass(frozen=True)
class Row:
    """What the route answers to each of `WHO`. `good` replaces 200; `query` and `body` go along."""

    expected: tuple[int, ...]
    good: int = 200
    body: Any = None
    query: str = ""
    path: dict[str, str] = field(default_factory=dict)


def everywhere(status: int, body: Any = None) -> Row:
    """The same for everybody."""
    return Row((status,) * 5, body=body)


CODE = {"code": "x" * 43}
OWN_ALICE = {"tool": "own"}
ALICES_OWN = {"tool_id": "own", "artist": ALICE}
ADMIN_MODE = {"admin_mode": True, "password": PASSWORD}
ROWS: dict[str, list[Row]] = {
    "GET /healthz": [Row(EVERYBODY)],
    "GET /api/v1/openapi.json": [Row(EVERYBODY)],
    "GET /api/v1/studio": [Row(EVERYBODY)],
    "GET /api/v1/studio/process": [Row(NOBODY)],
    "POST /api/v1/studio/down": [Row(NOBODY)],
    "POST /api/v1/studio/restart": [Row(ADMINS, good=202)],
    "POST /api/v1/studio/end-tools": [Row(NOBODY)],
    "POST /api/v1/people/{id}/tokens": [Row(NOBODY, body={"label": "x"})],
    "POST /api/v1/links/check": [everywhere(410, CODE)],
    "POST /api/v1/links/use": [everywhere(410, CODE | {"password": PASSWORD})],
    "POST /api/v1/session": [everywhere(401, {"name": "Somebody else", "password": PASSWORD})],
    # Passwords are asked for in this house.
    "POST /api/v1/session/open": [everywhere(404, {"name": ALICE})],
    # No provider is set in this house.
    "POST /api/v1/session/oidc": [everywhere(404, {})],
    "POST /api/v1/session/oidc/return": [everywhere(404, CODE | {"state": "x"})],
    "GET /api/v1/session": [Row(SIGNED_IN)],
    "DELETE /api/v1/session": [Row(SIGNED_IN, good=204)],
    "POST /api/v1/me/password": [
        Row(SIGNED_IN, good=204, body={"current": PASSWORD, "password": "quite another phrase"})
    ],
    "GET /api/v1/people": [Row(ADMINS)],
    "POST /api/v1/people": [Row(ADMINS, good=201, body={"name": "Eve"})],
    "POST /api/v1/people/{id}/reset": [Row(ADMINS)],
    "PATCH /api/v1/people/{id}": [Row(ADMINS, body={"admin": True}), Row(ADMINS, body={"disabled": True})],
    "DELETE /api/v1/people/{id}": [Row(ADMINS, good=204)],
    "GET /api/v1/people/{id}": [Row(ADMINS)],
    "DELETE /api/v1/people/{id}/sessions": [Row(ADMINS, good=204)],
    "DELETE /api/v1/people/{id}/identity": [Row(ADMINS, good=204)],
    "PUT /api/v1/people/{id}/tools/{tool}": [
        Row(ADMINS, body={"may": False}),
        Row((401, 403, 403, 404, 401), body={"may": True}, path={"tool": "nothing"}),
    ],
    "GET /api/v1/me/sessions": [Row(SIGNED_IN)],
    "DELETE /api/v1/me/sessions": [Row(SIGNED_IN, good=204)],
    "DELETE /api/v1/me/sessions/{id}": [Row(ALICES, good=204)],
    "GET /api/v1/tokens": [Row(SIGNED_IN)],
    "POST /api/v1/tokens": [Row(SIGNED_IN, good=201, body={"label": "render farm"})],
    "DELETE /api/v1/tokens/{id}": [Row(OWNERS, good=204)],
    "GET /api/v1/tools": [Row(SIGNED_IN)],
    "GET /api/v1/tools/{tool}": [Row(SIGNED_IN), Row(OWNERS, query="?as=Alice", path=OWN_ALICE)],
    "POST /api/v1/tools/{tool}/start": [
        Row(SIGNED_IN, good=202, body={}),
        Row((401, 403, 403, 202, 401), body={}, path={"tool": "closed"}),
        Row(OWNERS, good=202, body={"as": ALICE}, path=OWN_ALICE),
        Row((401, 409, 409, 409, 401), body={}, path={"tool": "broken"}),
    ],
    "POST /api/v1/tools/{tool}/stop": [
        Row(SIGNED_IN, good=202, body={}),
        Row(OWNERS, good=202, body={"as": ALICE}, path=OWN_ALICE),
    ],
    "POST /api/v1/tools/{tool}/install": [Row((401, 403, 403, 409, 401))],
    "POST /api/v1/tools/{tool}/kill": [Row(ADMINS, body={}), Row(ADMINS, body={"as": ALICE}, path=OWN_ALICE)],
    "GET /api/v1/tools/{tool}/command": [Row(ADMINS), Row(ADMINS, query="?as=Alice", path=OWN_ALICE)],
    "PUT /api/v1/tools/{tool}/options": [Row(ADMINS, good=204, body={"values": {}})],
    "GET /api/v1/tools/{tool}/log": [
        Row(SIGNED_IN),
        Row(OWNERS, query="?as=Alice", path=OWN_ALICE),
        Row((401, 403, 403, 200, 401), path={"tool": "closed"}),
    ],
    "GET /api/v1/tools/{tool}/log/download": [
        Row(SIGNED_IN),
        Row(OWNERS, query="?as=Alice", path=OWN_ALICE),
        Row((401, 403, 403, 200, 401), path={"tool": "closed"}),
    ],
    "POST /api/v1/tools/{tool}/log/clear": [
        Row(ADMINS, good=204, body={}),
        Row(OWNERS, good=204, body={"as": ALICE}, path=OWN_ALICE),
    ],
    "GET /api/v1/jobs": [Row(SIGNED_IN)],
    "GET /api/v1/jobs/{id}": [Row(OWNERS)],
    "POST /api/v1/jobs/{id}/cancel": [Row(OWNERS)],
    "GET /api/v1/jobs/{id}/log": [Row(OWNERS)],
    "GET /api/v1/jobs/{id}/log/download": [Row(OWNERS)],
    "GET /api/v1/runs": [Row(SIGNED_IN), Row(OWNERS, query="?as=Alice")],
    "GET /api/v1/logs": [Row(SIGNED_IN)],
    "GET /api/v1/logs/search": [
        Row(SIGNED_IN, query="?text=x"),
        Row((401, 404, 404, 404, 401), query="?text=x&log=job:999999"),
    ],
    "POST /api/v1/terminals": [Row(ADMINS, good=202)],
    "GET /api/v1/terminals": [Row(ADMINS)],
    # A job of Alice's is no terminal; a plain request is no socket.
    "GET /api/v1/terminals/{id}/socket": [Row((401, 403, 403, 426, 401))],
    # The original's addresses.
    "GET /debug": [Row(ADMINS)],
    "POST /set_artist": [Row((401, 200, 403, 403, 401), body={"artist": ALICE})],
    "POST /set_admin_mode": [Row(SIGNED_IN, body={"admin_mode": False}), Row(ADMINS, body=ADMIN_MODE)],
    "POST /start_session": [
        Row(SIGNED_IN, body={"tool_id": "shared"}),
        Row(OWNERS, body={"tool_id": "own", "artist": ALICE}),
        Row((401, 403, 403, 200, 401), body={"tool_id": "closed"}),
    ],
    "POST /stop_session": [Row(SIGNED_IN, body={"tool_id": "shared"}), Row(OWNERS, body=ALICES_OWN)],
    "GET /tool_status/{tool}": [Row(SIGNED_IN)],
    "GET /logs": [Row(ADMINS)],
    "GET /user_logs": [Row(SIGNED_IN)],
    "POST /clear_logs": [Row(SIGNED_IN, body={})],
    "GET /api/v1/prompts": [
        Row(SIGNED_IN),
        Row(ADMINS, query="?all=true"),
        Row((401, 200, 404, 404, 401), query="?as=Alice"),
    ],
    # What a prompt holds is for its owner alone; an admin may take it back.
    "GET /api/v1/prompts/{id}": [
        Row((401, 200, 404, 404, 401)),
        Row((401, 200, 404, 404, 401), query="?as=Alice"),
    ],
    "POST /api/v1/prompts/{id}/cancel": [Row(OWNERS, good=202)],
    # Everybody sees their own files only, admins too: the command line alone names somebody else.
    "GET /api/v1/outputs": [Row(SIGNED_IN), Row(ALICES, query="?as=Alice")],
    "GET /api/v1/outputs/one": [Row(ALICES, query="?path=of-alice.png"), Row(ALICES, query=OF_ALICE)],
    "GET /api/v1/outputs/file": [Row(ALICES, query="?path=of-alice.png"), Row(ALICES, query=OF_ALICE)],
    "GET /api/v1/outputs/thumbnail": [Row(ALICES, query="?path=of-alice.png"), Row(ALICES, query=OF_ALICE)],
    "POST /api/v1/outputs/zip": [
        Row((401, 200, 422, 422, 401), body={"paths": ["of-alice.png"]}),
        Row(ALICES, query="?as=Alice", body={}),
    ],
    "GET /api/v1/outputs/zip": [Row(ALICES, query="?id={archive}")],
    "GET /api/v1/outputs/trash": [Row(SIGNED_IN), Row(ALICES, query="?as=Alice")],
    "POST /api/v1/outputs/trash": [
        Row(SIGNED_IN, body={"paths": []}),
        Row(ALICES, query="?as=Alice", body={"paths": []}),
    ],
    "POST /api/v1/outputs/restore": [
        Row(SIGNED_IN, body={"ids": []}),
        Row(ALICES, query="?as=Alice", body={"ids": []}),
    ],
    "POST /api/v1/outputs/purge": [
        Row(SIGNED_IN, body={"ids": None}),
        Row(ALICES, query="?as=Alice", body={"ids": []}),
    ],
    "GET /api/v1/comfyui/check": [Row(ADMINS)],
    "POST /api/v1/comfyui/check": [Row(ADMINS)],
    "GET /api/v1/audit": [Row(ADMINS)],
    "GET /api/v1/audit/csv": [Row(ADMINS)],
    "GET /api/v1/settings": [Row(ADMINS)],
    "PATCH /api/v1/settings": [Row(ADMINS, body={"values": {}})],
    "GET /api/v1/doctor": [Row(ADMINS)],
    "GET /api/v1/storage/backups": [Row(ADMINS)],
    "POST /api/v1/storage/backups": [Row(ADMINS, good=202)],
    "GET /api/v1/events": [Row(SIGNED_IN, good=426)],
}
CASES = [(name, row) for name, rows in ROWS.items() for row in rows]


def key_of(route: Any) -> str:
    """The route as the rows call it."""
    return f"{route.method} {route.path}"


def test_every_route_has_a_row() -> None:
    """A route that nobody thought about here fails, and so does a row without a route."""
    assert set(ROWS) == {key_of(route) for route in ROUTES}


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


async def _targets(house: House, name: str, row: Row) -> dict[str, str]:
    """Something of Alice's for the braces in the path, new for each caller."""
    alice, _ = await house.caller(ALICE)
    if "/jobs/" in name or "/terminals/" in name:
        return {"id": str((await house.job(alice, f"exec sleep {60 + len(house.jobs.list())}")).id)}
    if "/prompts/" in name:
        return {"id": (await house.prompt(alice.person)).prompt.id}
    if "/me/sessions/" in name:
        return {"id": str(alice.session_id)}
    if "/tokens/" in name:
        return {"id": str((await house.room.tokens.create(alice.person, "x"))[0].id)}
    if "/outputs" in name:
        house.output(ALICE, "of-alice.png")
        asked = await house.holder((await house.caller(ALICE))[1]).json("POST", "/api/v1/outputs/zip", {})
        return {"archive": asked["id"]}
    return {"id": str(alice.person.id), "tool": "shared"} | row.path


async def _disabled(house: House) -> Visitor:
    """Dora's session from before she was disabled."""
    visitor = await house.visitor(OUT)
    admin, _ = await house.caller(ADMIN)
    await house.room.people.set_disabled(house.person(OUT).id, True, admin)
    return visitor


@pytest.mark.parametrize(("name", "row"), CASES, ids=[f"{name} {row.path or ''}{row.query}" for name, row in CASES])
async def test_the_matrix(house: House, name: str, row: Row) -> None:
    """Each kind of caller gets the expected status, and a good one only where it says so."""
    method, _, template = name.partition(" ")
    await house.caller(ADMIN)
    expectations = dict(zip(WHO, row.expected, strict=True))
    # The admin comes last: what they may do can take away what the others are tried on.
    for who in sorted(WHO, key=lambda who: who == "admin"):
        expected = expectations[who]
        target = await _targets(house, name, row)
        if who == "nobody":
            visitor = await house.visitor()
        elif who == "disabled":
            visitor = await _disabled(house)
        else:
            visitor = await house.visitor(NAMES[who])
        status = await visitor.status(method, (template + row.query).format(**target), row.body)
        assert status == (row.good if expected == 200 else expected), who


async def test_the_control_socket_is_an_admin(house: House) -> None:
    """The command line may do what admins may, and end the studio."""
    local = house.local()
    assert await local.status("GET", "/api/v1/people") == 200
    assert (await local.json("GET", "/api/v1/studio/process"))["pid"] == 1
    assert await local.status("POST", "/api/v1/studio/down") == 202
    assert await local.status("POST", "/api/v1/studio/restart") == 202
    assert await local.status("POST", "/api/v1/studio/end-tools") == 204
    assert house.life.asked == ["down", "restart", "end tools"]
