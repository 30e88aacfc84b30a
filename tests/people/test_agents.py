"""What browsers say they are, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.people import device_name

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux"),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.6 Safari/605.1.15"
            ),
            "Safari on macOS",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "CriOS/140.0 Mobile/15E148 Safari/604.1"
            ),
            "Chrome on iPhone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15; SM-S93) {WEBKIT} SamsungBrowser/28.0 Chrome/130 Mobile Safari/537",
            "Samsung Internet on Android",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64 16181.61.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("curl/8.5.0", "curl"),
        ("python-requests/2.32", "python-requests"),
        ("Mozilla/5.0", None),
        ("", None),
        ("<img src=x onerror=alert(1)>", None),
    ],
)
def test_well_known_ones(agent: str, name: str | None) -> None:
    """Browser and system by the names people know; programs by their own; nothing that is none."""
    assert device_name(agent) == name


@given(st.text(max_size=300))
def test_any_text(agent: str) -> None:
    """Whatever a client claims, what is shown is short, plain and on one line."""
    name = device_name(agent)
    assert name is None or (0 < len(name) <= 60 and name.isascii() and name.isprintable() and "<" not in name)
