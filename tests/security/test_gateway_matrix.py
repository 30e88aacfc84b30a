"""Trust 10 at the gateway: its own paths, a tool and its socket, for every kind of caller."""

import inspect
import re

import aiohttp
import pytest

from comfystudio.gateway.gateway import Gateway
from comfystudio.gateway.starting import INTERNAL
from tests.gateway.doubles import ADA, BO, Caller
from tests.gateway.studio import WINDOW, Studio

CALLERS = ("nobody", "artist", "not granted", "admin", "signed out", "read token", "use token", "admin token")
SCOPES = {"read token": (BO, "read"), "use token": (BO, "use"), "admin token": (ADA, "admin")}
# Method, path, and what each of the callers is answered at the tool's origin.
TOOL = {
    "GET /echo": (401, 200, 403, 200, 401, 403, 200, 200),
    "POST /echo": (401, 200, 403, 200, 401, 403, 200, 200),
    "SOCKET /ws": (403, 101, 403, 101, 403, 403, 101, 101),
    # A code comes with a state cookie of the same browser; without one it opens nothing, whoever asks.
    "GET enter": (403,) * 8,
    "GET status": (401, 200, 403, 200, 401, 403, 200, 200),
    "POST start": (401, 200, 403, 200, 401, 403, 200, 200),
    "GET other": (401, 404, 403, 404, 401, 403, 404, 404),
}
# At the portal: signed-in browsers are led on, with a code or to the tool; tokens never get a code.
PORTAL = {
    "/enter/unix": (302,) * 8,
    "/enter/unix?state=made-up": (302, 403, 403, 403, 302, 302, 302, 302),
    "/enter/nothing": (404,) * 8,
}


def test_every_own_path_has_a_row() -> None:
    """The paths that the gateway answers itself, as its code has them, are those asked for here."""
    code = inspect.getsource(Gateway)
    named = {f"{method} {name}" for method, name in re.findall(r'\("(GET|POST)", "(\w+)"\)', code)}
    named |= {f"GET {name}" for name in re.findall(r'f"\{INTERNAL\}(\w+)"', code)}
    assert named == {row for row in TOOL if "/" not in row and "other" not in row}


def _headers(studio: Studio, caller: str, tool: str) -> dict[str, str]:
    """What that caller sends to the tool's origin, or with no tool to the portal."""
    if caller in SCOPES:
        person, scope = SCOPES[caller]
        raw = studio.tokens.make(person)
        studio.tokens.known[raw] = Caller(person, via="token", token_id=1, scope=scope)
        return {"Authorization": f"Bearer {raw}"}
    origin = studio.origin(tool) if tool else studio.portal
    own = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    if caller == "nobody":
        return own
    person = ADA if caller == "admin" else BO
    cookie = studio.cookie(person, tool) if tool else studio.portal_cookie(person)
    if caller == "not granted":
        studio.tools.refused.add((BO.id, "unix"))
    if caller == "signed out":
        studio.sessions.end(person)
    return own | {"Cookie": cookie}


async def _status(studio: Studio, row: str, headers: dict[str, str]) -> int:
    method, path = row.split()
    url = studio.origin() + (path if path.startswith("/") else f"{INTERNAL}{path}")
    if method != "SOCKET":
        async with studio.client.request(method, url, headers=headers, allow_redirects=False) as answer:
            return answer.status
    try:
        async with studio.client.ws_connect(url, headers=headers):
            return 101
    except aiohttp.WSServerHandshakeError as refused:
        return refused.status


@pytest.mark.parametrize("row", TOOL)
async def test_at_a_tools_origin(studio: Studio, row: str) -> None:
    """Whoever may not use the tool gets neither it nor what the gateway says of it, and it is never asked."""
    for caller, expected in zip(CALLERS, TOOL[row], strict=True):
        hits = len(studio.unix_tool.hits)
        headers = _headers(studio, caller, "unix")
        assert await _status(studio, row, headers) == expected, caller
        reached = len(studio.unix_tool.hits) > hits
        assert reached == (expected in {101, 200} and "/" in row), caller
        studio.tools.refused.clear()
        studio.tools.started.clear()


@pytest.mark.parametrize("path", PORTAL)
async def test_on_the_way_from_the_portal(studio: Studio, path: str) -> None:
    """No code for whoever has no session of the portal, no grant, or a state that nobody asked for."""
    for caller, expected in zip(CALLERS, PORTAL[path], strict=True):
        headers = WINDOW | {
            name: value for name, value in _headers(studio, caller, "").items() if name in {"Cookie", "Authorization"}
        }
        async with studio.client.get(studio.portal + path, headers=headers, allow_redirects=False) as answer:
            assert answer.status == expected, caller
            assert "code=" not in answer.headers.get("Location", "")
        studio.tools.refused.clear()
