"""The portal's cookies: the session's, as the gateway writes it, and the one that remembers a known browser."""

from aiohttp import web

from comfystudio.gateway import cookies

__all__ = ["PortalCookies"]

DEVICE_DAYS = 400
AWAY_SECONDS = 600


def _name(request: web.BaseRequest, kind: str) -> str:
    return cookies.place_of(request).session_cookie.replace("comfystudio-", f"comfystudio-{kind}-", 1)


def _by_browser(request: web.BaseRequest) -> bool:
    """Whether it came to an address of ours: the command line comes to the control socket, where cookies are none."""
    return "place" in request


class PortalCookies:
    """Cookies on whatever address of ours the request came to; a session's lasts `days`."""

    def __init__(self, days: int) -> None:
        self._days = days

    def sign_in(self, request: web.BaseRequest, response: web.StreamResponse, raw: str) -> None:
        """Give the browser the session `raw`."""
        if _by_browser(request):
            cookies.sign_in(request, response, raw, self._days)

    def sign_out(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Take the session from the browser."""
        if _by_browser(request):
            cookies.sign_out(request, response)

    def device(self, request: web.BaseRequest) -> str | None:
        """What an earlier sign-in left, so that others' wrong passwords do not count here."""
        return cookies.only(request.headers.get("Cookie"), _name(request, "device")) if _by_browser(request) else None

    def remember(self, request: web.BaseRequest, response: web.StreamResponse, device: str) -> None:
        """Leave that for the next sign-in; it opens nothing."""
        if not _by_browser(request):
            return
        line = cookies.value(
            _name(request, "device"), device, cookies.place_of(request), seconds=DEVICE_DAYS * cookies.DAY
        )
        response.headers.add("Set-Cookie", line)

    def away(self, request: web.BaseRequest) -> str | None:
        """The secret of a browser that went off to the sign-in provider."""
        return cookies.only(request.headers.get("Cookie"), _name(request, "away")) if _by_browser(request) else None

    def keep_away(self, request: web.BaseRequest, response: web.StreamResponse, browser: str) -> None:
        """Leave that secret for the way back; empty takes it from the browser."""
        if not _by_browser(request):
            return
        name, place = _name(request, "away"), cookies.place_of(request)
        line = cookies.value(name, browser, place, seconds=AWAY_SECONDS) if browser else cookies.clear(name, place)
        response.headers.add("Set-Cookie", line)
