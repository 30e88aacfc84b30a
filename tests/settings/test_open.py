"""The setting auth = "open": only where nobody else can reach the studio."""

from pathlib import Path

import pytest

from comfystudio import settings
from comfystudio.errors import Invalid
from comfystudio.gateway.origins import listen_hosts
from comfystudio.setting_values import is_loopback


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "127.8.9.10", "::1", "[::1]", "::ffff:127.0.0.1"])
def test_on_this_machine(tmp_path: Path, host: str) -> None:
    """With a loopback address, or none, it starts, and listens on loopback even in a container."""
    found = settings.load({"workspace": str(tmp_path), "auth": "open", "host": host}, {})
    assert found.auth == "open"
    assert all(is_loopback(each) for each in listen_hosts(found))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "0.0.0.0"),
        ("host", "*"),
        ("host", "::"),
        ("host", "192.168.1.5"),
        ("host", "localhost.example.com"),
        ("public_url", "https://studio.example.com"),
        ("tool_origin", "https://{tool}.studio.example.com"),
        ("allowed_hosts", "workstation"),
        ("trusted_proxies", "10.0.0.0/8"),
        ("pod_id", "abc123"),
    ],
)
def test_not_where_others_can_reach_it(tmp_path: Path, name: str, value: str) -> None:
    """Whatever lets somebody else in stops the start and is named."""
    with pytest.raises(Invalid) as caught:
        settings.load({"workspace": str(tmp_path), "auth": "open", name: value}, {})
    assert caught.value.key == "settings.open_beyond"
    assert name in caught.value.sentence
    assert settings.load({"workspace": str(tmp_path), name: value}, {}).auth == "password"


def test_not_on_a_pod(tmp_path: Path) -> None:
    """The pod's own variable is enough to refuse, wherever the setting comes from."""
    (tmp_path / "studio.toml").write_text('auth = "open"\n', encoding="utf-8")
    with pytest.raises(Invalid):
        settings.load({"workspace": str(tmp_path)}, {"RUNPOD_POD_ID": "abc123"})
    assert settings.load({"workspace": str(tmp_path)}, {}).auth == "open"
