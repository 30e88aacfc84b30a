"""Listeners: ports that are taken, TLS, tools that come and go."""

import asyncio
import socket
import ssl
import subprocess
from pathlib import Path

import aiohttp
import pytest

from comfystudio import settings as settings_room
from comfystudio.errors import Conflict, Invalid
from comfystudio.gateway import Gateway, Origins, door
from tests.gateway.doubles import BO, Upstream, free_ports
from tests.gateway.studio import Studio, studio_of


async def test_a_taken_port_is_named_and_the_others_open(studio: Studio) -> None:
    """The tool's problem says who has the port; portal and other tools work; once it is free it opens."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        studio.tools.add("late", port, studio.tools.upstreams["port"])
        await studio.gateway.update()
        problem = studio.problems["late"]
        assert isinstance(problem, Conflict)
        assert problem.key == "gateway.port_taken"
        assert "pid" in problem.fields["owner"]
        async with studio.client.get(f"{studio.origin()}/echo", headers=studio.signed_in()) as answer:
            assert answer.status == 200
        assert stranger.fileno() >= 0
    await studio.gateway.update()
    assert studio.problems["late"] is None
    async with studio.client.get(f"{studio.origin('late')}/echo", headers=studio.signed_in("late")) as answer:
        assert answer.status == 200


async def test_a_tool_that_goes_takes_its_port_along(studio: Studio) -> None:
    """Nothing listens where there is no tool any more."""
    address = f"{studio.origin('port')}/echo"
    del studio.tools.ports["port"]
    await studio.gateway.update()
    with pytest.raises(aiohttp.ClientConnectorError):
        await studio.client.get(address)


async def test_the_portals_own_port_taken(studio: Studio, root: Path) -> None:
    """Without the portal there is no studio: start raises, naming the owner."""
    settings = studio.gateway._settings
    other = Gateway(
        settings, Origins(settings, ()), studio.sessions, studio.tokens, studio.tools, studio.gateway._portal
    )
    with pytest.raises(Conflict, match=str(studio.portal_port)):
        await other.start()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that nobody else trusts."""
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    made += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "k.pem"]
    subprocess.run([*made, "-out", folder / "c.pem"], check=True, capture_output=True)
    return folder / "c.pem", folder / "k.pem"


async def test_tls(root: Path, certificate: tuple[Path, Path]) -> None:
    """Requests, long answers and WebSockets work over TLS 1.2 and newer; older versions are refused."""
    flags = {"tls_certificate": str(certificate[0]), "tls_key": str(certificate[1])}
    trusting = ssl.create_default_context(cafile=certificate[0])
    async with studio_of(root, flags) as studio:
        headers = studio.signed_in()
        async with studio.client.get(f"{studio.origin()}/bytes/3000000", headers=headers, ssl=trusting) as answer:
            assert len(await answer.read()) == 3_000_000
        async with studio.client.get(f"{studio.origin()}/cookies?lines=[]", headers=headers, ssl=trusting) as answer:
            assert answer.status == 200
        async with studio.client.ws_connect(f"{studio.origin()}/ws", headers=headers, ssl=trusting) as open_:
            await open_.send_str("over TLS")
            assert await open_.receive_str(timeout=5) == "over TLS"
            studio.sessions.end(BO)
            await open_.receive(timeout=1)
            assert open_.close_code == 1008
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.to_thread(_greet, studio.tools.ports["unix"], certificate[0])


def _greet(port: int, certificate: Path) -> None:
    """A handshake with a client that knows nothing newer than TLS 1.1."""
    old = ssl.create_default_context(cafile=certificate)
    with pytest.warns(DeprecationWarning):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        old.wrap_socket(plain, server_hostname="localhost"),
    ):
        pass


def test_a_broken_certificate(root: Path) -> None:
    """One sentence that names the file."""
    (root / "c.pem").write_text("no certificate")
    flags = {"workspace": str(root), "tls_certificate": str(root / "c.pem"), "tls_key": str(root / "c.pem")}
    with pytest.raises(Invalid, match=r"c\.pem"):
        door.tls(settings_room.load(flags, {}))


async def test_the_portal_is_told_who_asks(studio: Studio) -> None:
    """Caller, address and origin are in the request, by cookie and by token."""
    for headers in ({"Cookie": studio.portal_cookie()}, {"Authorization": f"Bearer {studio.tokens.make(BO)}"}):
        async with studio.client.get(f"{studio.portal}/x", headers=headers) as answer:
            told = await answer.json()
        assert told["caller"] == "Bo"
        assert told["address"] == "127.0.0.1"
        assert told["origin"] == studio.portal


async def test_the_portals_cookie_comes_and_goes(studio: Studio) -> None:
    """Signing in and out writes the one cookie of this address."""
    name = studio.portal_cookie().partition("=")[0]
    async with studio.client.get(f"{studio.portal}/in") as answer:
        assert answer.headers["Set-Cookie"].startswith(f"{name}=raw; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax")
    async with studio.client.get(f"{studio.portal}/out") as answer:
        assert answer.headers["Set-Cookie"].startswith(f"{name}=; Max-Age=0; ")


async def test_an_unexpected_failure_is_one_sentence(studio: Studio) -> None:
    """No trace reaches the page."""
    async with studio.client.get(f"{studio.portal}/boom") as answer:
        assert answer.status == 500
        assert "Traceback" not in await answer.text()


async def test_ports_of_a_second_studio(root: Path) -> None:
    """The offset shifts the portal; tools bring theirs with the offset already added."""
    base = free_ports(1)[0] - 1000
    async with studio_of(root, {"port": base, "port_offset": "1000"}) as studio:
        async with studio.client.get(f"http://localhost:{base + 1000}/x") as answer:
            assert answer.status == 200
        assert studio.tools.upstreams["unix"] is not None
        assert isinstance(studio.tools.upstreams["unix"], Upstream)
