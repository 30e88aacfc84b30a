"""Trust 3 and 4: what another site's page can send is refused before anything happens."""

import aiohttp
import pytest

from comfystudio.gateway import csrf
from tests.gateway.studio import Studio

UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
# A neighbour on the pod's domain, a sibling port, look-alikes.
FOREIGN = [
    "null",
    "https://evil.example",
    "http://localhost:1",
    "http://localhost",
    "https://localhost:{port}",
    "http://localhost:{port}.evil.example",
    "http://evil.example:{port}",
    "http://LOCALHOST:{port}",
    "http://localhost:{port}/",
    "http://127.0.0.1:{port}",
    "",
]
SITES = ["cross-site", "same-site", "none", "odd"]


def _where(studio: Studio, tool: str) -> tuple[str, dict[str, str], int]:
    if tool:
        return f"{studio.origin(tool)}/echo", {"Cookie": studio.cookie(tool=tool)}, studio.tools.ports[tool]
    return f"{studio.portal}/api", {"Cookie": studio.portal_cookie()}, studio.portal_port


async def _refused(studio: Studio, method: str, tool: str, more: dict[str, str]) -> None:
    url, headers, _ = _where(studio, tool)
    async with studio.client.request(method, url, headers={**headers, **more}) as answer:
        assert answer.status == 403
        assert (await answer.json())["key"] == "gateway.foreign_origin"
    assert studio.unix_tool.hits == []
    assert studio.portal_hits == []


@pytest.mark.parametrize("tool", ["", "unix"])
@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize("site", SITES)
async def test_unsafe_from_elsewhere_by_fetch_metadata(studio: Studio, method: str, site: str, tool: str) -> None:
    """Only same-origin may change anything; a page typed by hand cannot, a same-site neighbour neither."""
    for mode in ("no-cors", "cors", "navigate"):
        await _refused(studio, method, tool, {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode})


@pytest.mark.parametrize("tool", ["", "unix"])
@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize("origin", FOREIGN)
async def test_unsafe_from_elsewhere_by_origin(studio: Studio, method: str, origin: str, tool: str) -> None:
    """The origin is compared letter by letter, whatever else the request claims."""
    port = _where(studio, tool)[2]
    for more in ({}, {"Sec-Fetch-Site": "same-origin"}):
        await _refused(studio, method, tool, {"Origin": origin.format(port=port), **more})


@pytest.mark.parametrize("tool", ["", "unix"])
@pytest.mark.parametrize("method", [*UNSAFE, "PROPFIND"])
async def test_a_cookie_with_no_metadata(studio: Studio, method: str, tool: str) -> None:
    """A cookie that comes with neither Origin nor Sec-Fetch-Site changes nothing."""
    await _refused(studio, method, tool, {})


@pytest.mark.parametrize("tool", ["", "unix"])
async def test_a_remembered_password_with_metadata(studio: Studio, tool: str) -> None:
    """Basic is sent by browsers by themselves, so it is treated like a cookie."""
    import base64

    from tests.gateway.doubles import BO

    token = base64.b64encode(f"x:{studio.tokens.make(BO)}".encode()).decode()
    url = _where(studio, tool)[0]
    for more in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        async with studio.client.post(url, headers={"Authorization": f"Basic {token}", **more}) as answer:
            assert answer.status == 403


async def test_a_token_next_to_a_cookie_is_checked(studio: Studio) -> None:
    """A browser's cookie makes it a browser's request."""
    from tests.gateway.doubles import BO

    headers = {"Authorization": f"Bearer {studio.tokens.make(BO)}", "Cookie": studio.cookie()}
    async with studio.client.post(f"{studio.origin()}/echo", headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("dest", ["iframe", "frame", "embed", "object", "script", "image", "style", "empty"])
async def test_reading_from_elsewhere(studio: Studio, site: str, dest: str) -> None:
    """Another site's page can neither frame a tool nor load parts of it, though its visitor is signed in."""
    mode = "navigate" if dest in {"iframe", "frame", "embed", "object"} else "no-cors"
    await _refused(studio, "GET", "unix", {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest})


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_link_from_elsewhere_opens_the_tool(studio: Studio, site: str) -> None:
    """Following a link in a chat is no attack."""
    headers = {
        "Cookie": studio.cookie(), "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
    }  # fmt: skip
    async with studio.client.get(f"{studio.origin()}/echo", headers=headers) as answer:
        assert answer.status == 200


async def test_a_preflight_from_elsewhere_is_refused(studio: Studio) -> None:
    """No tool gets to tell a foreign page that it may."""
    more = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    await _refused(studio, "OPTIONS", "unix", more)


async def test_own_pages_may(studio: Studio) -> None:
    """The exact origin, or same-origin alone from a browser that sends no Origin, is let in."""
    for more in (
        {"Origin": studio.origin()},
        {"Origin": studio.origin(), "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
    ):
        async with studio.client.post(
            f"{studio.origin()}/echo", headers={"Cookie": studio.cookie(), **more}
        ) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://127.0.0.1:{port}"},
        {"Origin": "http://localhost:{port}", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_sockets_from_elsewhere(studio: Studio, headers: dict[str, str]) -> None:
    """Signed in, but without the exact Origin: 403, and the tool is never dialled."""
    port = studio.tools.ports["unix"]
    sent = {name: value.format(port=port) for name, value in headers.items()}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await studio.client.ws_connect(f"{studio.origin()}/ws", headers={"Cookie": studio.cookie(), **sent})
    assert refused.value.status == 403
    assert studio.unix_tool.hits == []


async def test_sockets_without_a_session(studio: Studio) -> None:
    """The right origin alone opens nothing: 403, and the tool is never dialled."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await studio.client.ws_connect(f"{studio.origin()}/ws", headers={"Origin": studio.origin()})
    assert refused.value.status == 403
    assert studio.unix_tool.hits == []


async def test_half_a_handshake_is_no_way_round(studio: Studio) -> None:
    """Upgrade without Connection, another method, or no key: never a socket, and held to a socket's rules."""
    cookie = {"Cookie": studio.cookie()}
    for method, headers in [
        ("GET", {"Upgrade": "websocket"}),
        ("POST", {"Upgrade": "WebSocket", "Connection": "Upgrade"}),
        ("GET", {"Upgrade": "h2c, websocket", "Connection": "Upgrade"}),
    ]:
        async with studio.client.request(method, f"{studio.origin()}/ws", headers={**cookie, **headers}) as answer:
            assert answer.status == 403
        sent = {**cookie, **headers, "Origin": studio.origin()}
        async with studio.client.request(method, f"{studio.origin()}/ws", headers=sent) as answer:
            assert answer.status == 400
    assert studio.unix_tool.hits == []


def test_strangers_without_cookies_may_post() -> None:
    """A program that signs in with name and password has no cookie yet and sends no metadata."""
    assert not csrf.refused("POST", {}, "http://a", socket=False, cookie=False)
    assert csrf.refused("POST", {"Origin": "http://b"}, "http://a", socket=False, cookie=False)
