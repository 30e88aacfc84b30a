"""Who may come in at a listener: host, address, right, and whether another site's page is behind it.

One `Passage` is made for each request. Everything here is memory only; nothing waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from comfystudio.errors import NotSignedIn, Refused
from comfystudio.gateway import cookies, csrf, tokens
from comfystudio.gateway.addresses import Addresses
from comfystudio.gateway.origins import PORTAL, Origins, Place
from comfystudio.gateway.seams import Caller, Sessions, Tokens
from comfystudio.setting_values import is_loopback

__all__ = ["Admission", "Passage"]


# Not frozen: a frozen one takes four times as long to make, and one is made for each request.
@dataclass(slots=True)
class Passage:
    """A request that came in at `place` from `address`; `caller` is None where nobody is signed in.

    `token` or `cookie` holds what proved it, to be asked for again while something stays open.
    """

    request: web.Request
    place: Place
    address: str
    caller: Caller | None
    socket: bool
    token: str | None
    cookie: str | None


class Admission:
    """The policies every listener applies, in their order. `only_here`: nobody from another machine comes in."""

    def __init__(
        self,
        origins: Origins,
        addresses: Addresses,
        sessions: Sessions,
        known_tokens: Tokens,
        *,
        only_here: bool = False,
    ) -> None:
        self._only_here = only_here
        self._origins = origins
        self._addresses = addresses
        self._sessions = sessions
        self._tokens = known_tokens

    def admit(self, request: web.Request, listener: str) -> Passage:
        """Raises Misdirected for a foreign name, NotSignedIn for a bad token, Refused for another site's request."""
        headers = request.headers
        address, secure = self._addresses.of(request.remote or "", headers)
        if self._only_here and not is_loopback(address):
            raise Refused("gateway.only_here")
        place = self._origins.place(listener, headers.get("Host"), secure=secure)
        socket = _is_socket(headers)
        authorization = headers.get("Authorization")
        token = tokens.presented(authorization) if authorization is not None else None
        sent = headers.get("Cookie")
        ours = sent is not None and place.session_cookie in sent
        cookie = cookies.only(sent, place.session_cookie) if ours else None
        # A token that was put into the header on purpose cannot be another site's doing: a page there would need our
        # leave to set that header. A cookie, or a password that the browser remembers, travels by itself.
        by_itself = ours or (token is not None and token.ambient)
        on_purpose = token is not None and not by_itself
        if not on_purpose and csrf.refused(request.method, headers, place.origin, socket=socket, cookie=by_itself):
            raise Refused("gateway.foreign_origin")
        raw = token.raw if token is not None else None
        caller = self.caller(place, raw, cookie)
        if token is not None and caller is None:
            raise NotSignedIn("gateway.token_unknown")
        return Passage(request, place, address, caller, socket, raw, cookie)

    def caller(self, place: Place, token: str | None, cookie: str | None) -> Caller | None:
        """Whoever the token, or else the cookie, stands for now."""
        if token is not None:
            return self._tokens.find(token)
        if not cookie:
            return None
        if place.listener == PORTAL:
            return self._sessions.find(cookie)
        return self._sessions.find_child(cookie, place.listener, place.origin)


def _is_socket(headers: Mapping[str, str]) -> bool:
    upgrade = headers.get("Upgrade")
    return upgrade is not None and "websocket" in upgrade.lower()
