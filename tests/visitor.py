"""A browser at a running studio, as far as its requests go: one cookie jar for all ports, redirects, WebSockets."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.studio import Answer, RunningStudio

__all__ = ["WINDOW", "Visitor"]

# What a browser says about itself when somebody opens an address in a window.
WINDOW = {
    "Accept": "text/html,application/xhtml+xml",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Site": "none",
}


class Visitor:
    """Somebody's browser. Cookies ignore ports, as in real ones."""

    def __init__(self, studio: RunningStudio) -> None:
        self.studio = studio
        self.cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def request(
        self, method: str, path: str, body: Any = None, *, port: int = 8080, headers: dict[str, str] | None = None
    ) -> Answer:
        """A request with the cookies, whose answer's cookies are kept."""
        given = dict(headers or {}) | ({"Cookie": self.cookie} if self.cookies else {})
        answer = self.studio.request(method, path, body, port=port, headers=given)
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, path: str, **more: Any) -> Answer:
        """GET `path`."""
        return self.request("GET", path, **more)

    def sign_in(self, name: str, password: str, *, mode: bool = True) -> "Visitor":
        """Sign in at the portal; an admin goes on in admin mode, unless `mode` says no."""
        answer = self.request("POST", "/api/v1/session", {"name": name, "password": password})
        assert answer.status == 200, answer.body
        if mode and answer.json["me"]["role"] == "admin":
            answer = self.request("POST", "/api/v1/session/admin-mode", {"password": password})
            assert answer.status == 200, answer.body
        return self

    def open(self, port: int, path: str = "/", most: int = 8) -> Answer:
        """Open a tool's address in a window and go where it leads, by way of the portal; the last answer."""
        for _ in range(most):
            answer = self.get(path, port=port, headers=WINDOW)
            place = answer.headers.get("Location")
            if place is None:
                return answer
            target = urlsplit(place)
            if target.port is not None:
                port = target.port - self.studio.offset
            path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        raise AssertionError(f"round in circles: {place}")

    @contextlib.asynccontextmanager
    async def socket(
        self, path: str = "/api/v1/events", port: int = 8080, **more: Any
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket opened by a page of that origin; `WSServerHandshakeError` where the studio refuses."""
        origin = self.studio.origin(port)
        headers = {"Cookie": self.cookie, "Origin": origin}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
            http.ws_connect(f"ws{origin.removeprefix('http')}{path}", headers=headers, **more) as opened,
        ):
            yield opened
