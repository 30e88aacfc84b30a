"""Trust 3 and 4 on a whole studio: no route that changes anything, and no socket, is another page's to use."""

import asyncio
from typing import Any

import aiohttp
import pytest

from comfystudio.web import ROUTES, Need
from comfystudio.web.routing import Media
from tests.security.whole import ADMIN, ALICE, BOB, CLOSED, SHARED, Whole

UNSAFE = [route for route in ROUTES if route.method != "GET" and route.need is not Need.LOCAL]
FORM = "application/x-www-form-urlencoded"


def _filled(path: str, whole: Whole) -> str:
    return path.replace("{id}", str(whole.numbers[BOB])).replace("{tool}", "shared")


def _elsewhere(whole: Whole) -> list[dict[str, str]]:
    """What a browser says of a request that a page of another origin makes, with the cookies that go along."""
    own = whole.studio.address
    return [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        # A tool's page, a notebook's output among them: the same site, another port.
        {"Origin": whole.studio.origin(SHARED), "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        {"Origin": own, "Sec-Fetch-Site": "same-site"},
        {"Origin": f"{own}.evil.example"},
    ]


@pytest.mark.parametrize("route", UNSAFE, ids=[f"{route.method} {route.path}" for route in UNSAFE])
def test_no_other_page_changes_anything(whole: Whole, ada: dict[str, str], route: Any) -> None:
    """With an admin's cookie in admin mode, as JSON and as a form: 403, and nothing is in the audit trail."""
    before = whole.audit()
    bodies: list[dict[str, str]] = [{"Content-Type": "application/json"}, {"Content-Type": FORM}]
    for headers in _elsewhere(whole):
        for kind in bodies:
            answer = whole.studio.request(route.method, _filled(route.path, whole), headers=ada | headers | kind)
            assert (answer.status, answer.json["key"]) == (403, "gateway.foreign_origin"), headers
            assert "Set-Cookie" not in answer.headers
    assert whole.audit() == before


@pytest.fixture(scope="module")
def ada(whole: Whole) -> dict[str, str]:
    """The cookie of an admin in admin mode."""
    return {"Cookie": whole.visitor(ADMIN).cookie}


SOCKETS = [route for route in ROUTES if route.media is Media.SOCKET]


@pytest.fixture(scope="module")
def terminal(whole: Whole) -> Any:
    """The number of a terminal that is open."""
    admin = whole.visitor(ADMIN)
    number = admin.request("POST", "/api/v1/terminals").json["job"]["id"]
    yield number
    whole.studio.call("POST", f"/jobs/{number}/cancel")


async def _opens(whole: Whole, path: str, headers: dict[str, str], port: int = 8080) -> int:
    """101 where the socket opens, else the refusal's status."""
    address = f"ws{whole.studio.origin(port).removeprefix('http')}{path}"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        try:
            async with http.ws_connect(address, headers=headers):
                return 101
        except aiohttp.WSServerHandshakeError as refused:
            return refused.status


@pytest.mark.parametrize("path", [route.path for route in SOCKETS])
async def test_no_other_page_opens_a_socket(whole: Whole, ada: dict[str, str], terminal: int, path: str) -> None:
    """An admin's cookie in admin mode opens the portal's sockets from the portal's own pages only."""
    path, own = path.replace("{id}", str(terminal)), whole.studio.address
    for headers in ({}, {"Sec-Fetch-Site": "same-origin"}, *_elsewhere(whole)):
        assert await _opens(whole, path, ada | headers) == 403
    assert await _opens(whole, path, ada | {"Origin": own}) == 101
    assert await _opens(whole, path, {"Origin": own}) == 401


async def test_whom_a_terminal_opens_for(whole: Whole, terminal: int) -> None:
    """An admin in admin mode and a token of scope admin; nobody, artists, other admins' moods and tokens: no."""
    path, own = f"/api/v1/terminals/{terminal}/socket", {"Origin": whole.studio.address}
    expected = {
        403: [
            own | {"Cookie": (await asyncio.to_thread(whole.visitor, ALICE)).cookie},
            own | {"Cookie": (await asyncio.to_thread(whole.visitor, ADMIN, mode=False)).cookie},
            whole.token(ADMIN, "read"),
            whole.token(ADMIN, "use"),
            whole.token(ALICE),
        ],
        401: [own, own | {"Authorization": "Bearer cst_made-up"}],
        101: [whole.token(ADMIN, "admin")],
    }
    for status, callers in expected.items():
        for headers in callers:
            assert await _opens(whole, path, headers) == status


async def test_tokens_on_tools_origins(whole: Whole) -> None:
    """One that only looks opens no tool and no socket of one, the others what their person may open."""
    for headers, port, expected in [
        (whole.token(ALICE, "read"), SHARED, (403, 403)),
        (whole.token(ADMIN, "read"), SHARED, (403, 403)),
        (whole.token(ADMIN, "read"), CLOSED, (403, 403)),
        (whole.token(ALICE), SHARED, (200, 101)),
        (whole.token(ALICE), CLOSED, (403, 403)),
        (whole.token(ADMIN, "admin"), CLOSED, (200, 101)),
    ]:
        answer = await asyncio.to_thread(whole.studio.get, "/", port=port, headers=headers)
        assert (answer.status, await _opens(whole, "/ws", headers, port)) == expected
    wrong = whole.studio.get(f"/?token={whole.token(ALICE)['Authorization'][7:]}", port=SHARED)
    assert wrong.status == 401
