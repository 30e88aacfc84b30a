"""The studio's cookies: one name a port, the `__Host-` prefix wherever browsers keep it, exactly one match or none.

Cookies ignore ports, so the name carries it. The prefix keeps a neighbour's pod from setting ours.
"""

from aiohttp import web

from comfystudio.gateway.origins import Place

__all__ = ["clear", "is_ours", "names_in", "only", "place_of", "sign_in", "sign_out", "value"]

DAY = 86_400
_EXPIRED = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"


def only(header: str | None, name: str) -> str | None:
    """The value of cookie `name` in a Cookie header; None where it is missing or there twice."""
    if header is None or name not in header:
        return None
    found = None
    for part in header.split(";"):
        key, _, content = part.strip(" \t").partition("=")
        if key == name:
            if found is not None:
                return None
            found = content
    return found


def is_ours(name: str) -> bool:
    """Whether a tool may not touch the cookie `name`, in whatever spelling."""
    return name.strip().lower().removeprefix("__host-").removeprefix("__secure-").startswith("comfystudio")


def names_in(header: str) -> list[str]:
    """The names in a Cookie header."""
    return [part.partition("=")[0].strip(" \t") for part in header.split(";")]


def value(name: str, content: str, place: Place, *, seconds: int) -> str:
    """A Set-Cookie line: this host only, no scripts, not sent by other sites' pages."""
    secure = "; Secure" if place.secure else ""
    return f"{name}={content}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}"


def clear(name: str, place: Place) -> str:
    """The Set-Cookie line that ends `value`."""
    secure = "; Secure" if place.secure else ""
    return f"{name}=; {_EXPIRED}; Path=/; HttpOnly; SameSite=Lax{secure}"


def place_of(request: web.BaseRequest) -> Place:
    """Under which of our addresses the request came."""
    place = request["place"]
    assert isinstance(place, Place)
    return place


def sign_in(request: web.BaseRequest, response: web.StreamResponse, raw: str, days: int) -> None:
    """Give the browser the portal's session `raw` for `days`."""
    place = place_of(request)
    response.headers.add("Set-Cookie", value(place.session_cookie, raw, place, seconds=days * DAY))


def sign_out(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Take the portal's session from the browser."""
    place = place_of(request)
    response.headers.add("Set-Cookie", clear(place.session_cookie, place))
