"""Which addresses are ours and which belong together."""

from pathlib import Path

import pytest

from comfystudio import settings as settings_room
from comfystudio.errors import Invalid, Misdirected
from comfystudio.gateway.addresses import Addresses
from comfystudio.gateway.origins import Origins, listen_hosts

TOOLS = [("jupyter-lab", 8888), ("comfy-ui", 8188)]


def _origins(root: Path, environment: dict[str, str] | None = None, **flags: str) -> Origins:
    settings = settings_room.load({"workspace": str(root), **flags}, environment or {})
    return Origins(settings, TOOLS, interfaces=lambda: ("192.168.1.5", "[fe80::1]"))


def test_localhost(root: Path) -> None:
    """Portal and tools on one name differ by port; each knows the portal under the same name."""
    place = _origins(root, host="127.0.0.1").place("jupyter-lab", "localhost:8888")
    assert (place.origin, place.portal, place.secure) == ("http://localhost:8888", "http://localhost:8080", True)
    assert place.session_cookie == "__Host-comfystudio-jupyter-lab-8888"
    assert place.state_cookie == "__Host-comfystudio-state-jupyter-lab-8888"


def test_a_pod(root: Path) -> None:
    """The pod's public addresses, HTTPS whatever reaches us."""
    origins = _origins(root, {"RUNPOD_POD_ID": "Abc123"})
    place = origins.place("", "abc123-8080.proxy.runpod.net")
    assert place.origin == "https://abc123-8080.proxy.runpod.net"
    assert origins.tool_origin("comfy-ui", place) == "https://abc123-8188.proxy.runpod.net"
    assert place.session_cookie.startswith("__Host-")
    assert origins.place("comfy-ui", "abc123-8188.proxy.runpod.net").portal == place.origin
    for host in ("evil-8080.proxy.runpod.net", "abc123-8188.proxy.runpod.net", "proxy.runpod.net"):
        with pytest.raises(Misdirected):
            origins.place("", host)
    assert origins.portal_origin() == place.origin


def test_a_public_address_and_tool_origins(root: Path) -> None:
    """Behind a proxy of one's own, tools may have names instead of ports."""
    flags = {"public_url": "https://studio.example.com", "tool_origin": "https://{tool}.studio.example.com:8443"}
    origins = _origins(root, **flags)
    place = origins.place("", "studio.example.com")
    assert origins.tool_origin("comfy-ui", place) == "https://comfy-ui.studio.example.com:8443"
    tool = origins.place("comfy-ui", "comfy-ui.studio.example.com:8443")
    assert tool.portal == "https://studio.example.com"
    assert origins.place("", "STUDIO.example.com:443") == place
    with pytest.raises(Misdirected):
        origins.place("comfy-ui", "jupyter-lab.studio.example.com:8443")


def test_a_public_address_alone(root: Path) -> None:
    """Without a template the tools are on its host at their ports."""
    origins = _origins(root, public_url="https://studio.example.com")
    place = origins.place("", "studio.example.com")
    assert origins.tool_origin("comfy-ui", place) == "https://studio.example.com:8188"
    assert origins.tool_origin("nothing", place) is None


def test_a_template_needs_the_portals_address(root: Path) -> None:
    """Half a setting is a sentence, not a guess."""
    with pytest.raises(Invalid, match="public_url"):
        _origins(root, tool_origin="https://{tool}.example.com")


def test_the_lan(root: Path) -> None:
    """On all addresses: the machine's own addresses and named hosts, without the prefix on plain HTTP."""
    origins = _origins(root, host="0.0.0.0", allowed_hosts="box.lan, gate.lan:9000")
    for host in ("192.168.1.5", "[fe80::1]", "box.lan"):
        place = origins.place("comfy-ui", f"{host}:8188")
        assert place.portal == f"http://{host}:8080"
        assert not place.secure
        assert place.session_cookie == "comfystudio-comfy-ui-8188"
    assert origins.place("", "gate.lan:9000").origin == "http://gate.lan:9000"
    assert origins.place("comfy-ui", "gate.lan:8188").portal == "http://gate.lan:9000"
    with pytest.raises(Misdirected):
        origins.place("", "192.168.1.6:8080")


def test_an_address_that_came_later(root: Path) -> None:
    """A new lease or VPN address is found when somebody uses it, and strays do not make us look each time."""
    found = ["10.0.0.1"]
    settings = settings_room.load({"workspace": str(root), "host": "0.0.0.0"}, {})
    looked = []

    def interfaces() -> tuple[str, ...]:
        looked.append(1)
        return tuple(found)

    origins = Origins(settings, TOOLS, interfaces=interfaces)
    found.append("10.0.0.2")
    origins._refreshed = float("-inf")
    assert origins.place("", "10.0.0.2:8080").origin == "http://10.0.0.2:8080"
    before = len(looked)
    for _ in range(100):
        with pytest.raises(Misdirected):
            origins.place("", "10.0.0.3:8080")
    assert len(looked) == before


def test_tls(root: Path) -> None:
    """With a certificate every origin of ours is HTTPS."""
    for name in ("c.pem", "k.pem"):
        (root / name).write_text("x")
    flags = {"tls_certificate": str(root / "c.pem"), "tls_key": str(root / "k.pem"), "allowed_hosts": "box.lan"}
    place = _origins(root, **flags).place("comfy-ui", "box.lan:8188")
    assert (place.origin, place.secure) == ("https://box.lan:8188", True)


def test_where_to_listen(root: Path) -> None:
    """Loopback unless on a pod or told otherwise."""
    for flags, environment, hosts in [
        ({"host": "localhost"}, {}, ("127.0.0.1", "::1")),
        ({"host": "192.168.1.5"}, {}, ("192.168.1.5",)),
        ({"host": "::"}, {}, ("0.0.0.0", "::")),
        ({}, {"RUNPOD_POD_ID": "x"}, ("0.0.0.0", "::")),
    ]:
        assert listen_hosts(settings_room.load({"workspace": str(root), **flags}, environment)) == hosts


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        ("1.1.1.1", {"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https"}, ("1.1.1.1", False)),
        ("10.0.0.1", {"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https"}, ("9.9.9.9", True)),
        ("10.0.0.1", {"X-Forwarded-For": "8.8.8.8, 9.9.9.9, 10.0.0.2"}, ("9.9.9.9", False)),
        ("10.0.0.1", {"X-Forwarded-For": "junk, 9.9.9.9"}, ("9.9.9.9", False)),
        ("10.0.0.1", {"X-Forwarded-For": "9.9.9.9, junk"}, ("10.0.0.1", False)),
        ("10.0.0.1", {}, ("10.0.0.1", False)),
        ("10.0.0.1", {"X-Forwarded-For": "[2001:db8::1]:443"}, ("2001:db8::1", False)),
        ("::ffff:10.0.0.1", {"X-Forwarded-For": "9.9.9.9:1234"}, ("9.9.9.9", False)),
    ],
)
def test_whose_address_it_is(peer: str, headers: dict[str, str], expected: tuple[str, bool]) -> None:
    """Forwarded addresses are believed from trusted proxies alone, and only the part that those wrote."""
    assert Addresses(["10.0.0.0/8"]).of(peer, headers) == expected


def test_nobody_is_trusted_unasked() -> None:
    """Without the setting, loopback is not believed either."""
    assert Addresses([]).of("127.0.0.1", {"X-Forwarded-For": "9.9.9.9"}) == ("127.0.0.1", False)
