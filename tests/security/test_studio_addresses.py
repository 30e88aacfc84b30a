"""A whole studio under its public addresses: with a certificate of its own, and behind a proxy that speaks HTTPS."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.certificate import make_certificate
from tests.setup_folders import add_tool
from tests.studio import Answer, RunningStudio, passable_folder, studio_in
from tests.visitor import WINDOW, Visitor

PASSWORD = "harbour-at-dusk-17"
PUBLIC = "https://studio.example.com"
TOOL = "https://fake.studio.example.com"


@pytest.fixture(scope="module")
def encrypted() -> Iterator[RunningStudio]:
    """A studio with a self-signed certificate, an admin and a running tool."""
    with passable_folder() as folder:
        certificate, key = make_certificate(folder)
        add_tool(folder / "setup")
        with studio_in(folder, tls_certificate=str(certificate), tls_key=str(key)) as found:
            found.start()
            found.person("Ada", PASSWORD, admin=True)
            found.start_tool("fake")
            yield found


@pytest.fixture(scope="module")
def behind() -> Iterator[RunningStudio]:
    """A studio behind a proxy on this machine, with an admin and a running tool."""
    with passable_folder() as folder:
        add_tool(folder / "setup")
        flags = {"public_url": PUBLIC, "tool_origin": "https://{tool}.studio.example.com", "host": "127.0.0.1"}
        with studio_in(folder, trusted_proxies="127.0.0.1", **flags) as found:
            found.start()
            found.person("Ada", PASSWORD, admin=True)
            found.start_tool("fake")
            yield found


class Proxied:
    """A browser whose requests come by way of the proxy."""

    def __init__(self, studio: RunningStudio, address: str = "203.0.113.9") -> None:
        self.visitor = Visitor(studio)
        self.address = address

    def request(self, method: str, url: str, body: object = None, **headers: str) -> Answer:
        """A request for a public address, forwarded as proxies do."""
        parts = urlsplit(url)
        port = 8080 if url.startswith(PUBLIC) else 9000
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        given = {
            "Host": parts.netloc,
            "X-Forwarded-For": self.address,
            "X-Forwarded-Proto": "https",
            "Origin": f"https://{parts.netloc}",
        }
        return self.visitor.request(method, path, body, port=port, headers=given | headers)


def test_a_certificate_makes_every_port_https_and_cookies_secure(encrypted: RunningStudio) -> None:
    """With certificate and key portal and tool speak HTTPS, and each cookie is Secure and bound to its host."""
    visitor = Visitor(encrypted)
    answer = visitor.request("POST", "/api/v1/session", {"name": "Ada", "password": PASSWORD})
    cookies = answer.headers.get_all("Set-Cookie") or []
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-comfystudio")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert visitor.get("/api/v1/studio").json["encrypted"] is True
    found = visitor.open(9000)
    assert (found.status, found.json["headers"]["X-Forwarded-Proto"]) == (200, "https")
    assert f"https://localhost:{encrypted.port()}/setup#" in encrypted.said()


def test_websockets_are_encrypted_as_well(encrypted: RunningStudio) -> None:
    """The events socket and a tool's socket open over TLS."""
    visitor = Visitor(encrypted).sign_in("Ada", PASSWORD)
    assert visitor.open(9000).status == 200

    async def both() -> None:
        async with visitor.socket(ssl=False) as events, visitor.socket("/ws", port=9000, ssl=False) as tool:
            assert (await events.receive_json(timeout=5))["type"] == "hello"
            await tool.send_str("over TLS")
            assert await tool.receive_str(timeout=5) == "over TLS"

    # The portal's loop, on which this folder's tests run, does not let a client's TLS end in peace.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(both())


def test_plain_http_on_an_encrypted_port_gets_nothing(encrypted: RunningStudio) -> None:
    """A request without TLS is not answered on any port."""
    plain = RunningStudio(encrypted.workspace, port_offset=str(encrypted.offset))
    for port in (8080, 9000):
        with pytest.raises(OSError):
            plain.get("/healthz", port=port)


def test_behind_a_proxy_everything_is_on_the_public_addresses(behind: RunningStudio) -> None:
    """Links, redirects, cookies and what the tool is told are the public addresses; the way in works by them."""
    assert f"{PUBLIC}/setup#" in behind.said()
    ada = Proxied(behind)
    signed_in = ada.request("POST", f"{PUBLIC}/api/v1/session", {"name": "Ada", "password": PASSWORD})
    assert signed_in.status == 200
    cookie = (signed_in.headers.get_all("Set-Cookie") or [""])[0]
    assert cookie.startswith("__Host-comfystudio-portal-443=")
    assert "; Secure" in cookie
    assert ada.request("POST", f"{PUBLIC}/api/v1/session/admin-mode", {"password": PASSWORD}).status == 200
    made = ada.request("POST", f"{PUBLIC}/api/v1/people", {"name": "Bo", "admin": False})
    assert made.json["link"].startswith(f"{PUBLIC}/join#")
    assert ada.request("GET", f"{PUBLIC}/api/v1/tools/fake").json["url"] == TOOL

    url, seen = f"{TOOL}/page?x=1", []
    for _ in range(6):
        answer = ada.request("GET", url, **WINDOW)
        if "Location" not in answer.headers:
            break
        place = answer.headers["Location"]
        url = place if "://" in place else url.split("/", 3)[0] + "//" + urlsplit(url).netloc + place
        seen.append(urlsplit(url).netloc)
    assert seen == ["studio.example.com", "fake.studio.example.com", "fake.studio.example.com"]
    assert answer.status == 200
    headers = answer.json["headers"]
    assert headers["X-Forwarded-For"] == ada.address
    assert (headers["X-Forwarded-Host"], headers["X-Forwarded-Proto"]) == ("fake.studio.example.com", "https")
    opened = next(each for each in behind.call("GET", "/audit")["entries"] if each["action"] == "session.opened")
    assert opened["fields"]["address"] == ada.address


def test_behind_a_proxy_other_origins_are_foreign(behind: RunningStudio) -> None:
    """With the public address in Host, a page of localhost, of a tool or of a sibling domain changes nothing."""
    ada = Proxied(behind)
    assert ada.request("POST", f"{PUBLIC}/api/v1/session", {"name": "Ada", "password": PASSWORD}).status == 200
    for origin in (behind.address, TOOL, "https://example.com", "https://studio.example.com.evil.org", "null"):
        answer = ada.request("POST", f"{PUBLIC}/api/v1/tools/fake/stop", {}, Origin=origin)
        assert (answer.status, answer.json["key"]) == (403, "gateway.foreign_origin")
    assert behind.tool("fake")["state"] == "ready"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8080", "studio.example.com.evil.org", ""])
async def test_a_foreign_name_is_refused_on_every_listener(behind: RunningStudio, host: str) -> None:
    """A Host that is not ours is 421 on the portal and on a tool, for requests and for WebSockets."""
    for port in (8080, 9000):
        for path in ("/", "/healthz", "/api/v1/session"):
            assert behind.get(path, port=port, headers={"Host": host}).status == 421
        url = f"ws://localhost:{behind.port(port)}/ws"
        async with aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect(url, headers={"Host": host, "Origin": f"http://{host}"})
            assert refused.value.status == 421


def test_forwarded_words_of_a_stranger_are_not_believed(encrypted: RunningStudio) -> None:
    """Without trusted_proxies a forged X-Forwarded-For is nowhere: neither at the tool nor in the audit trail."""
    visitor = Visitor(encrypted)
    forged = {"X-Forwarded-For": "203.0.113.66", "X-Forwarded-Host": "evil.example", "Forwarded": "for=203.0.113.66"}
    signed_in = {"name": "Ada", "password": PASSWORD}
    assert visitor.request("POST", "/api/v1/session", signed_in, headers=forged).status == 200
    assert visitor.open(9000).status == 200
    body = visitor.get("/", port=9000, headers=forged).body.decode()
    assert "203.0.113.66" not in body
    assert "evil.example" not in body
    assert "203.0.113.66" not in str(encrypted.call("GET", "/audit"))
