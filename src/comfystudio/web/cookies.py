"""The portal's cookies: the session's, as the gateway writes it, and the one that remembers a known browser."""

from aiohttp import web

from comfystudio.gateway import cookies

__all__ = ["PortalCookies"]

DEVICE_DAYS = 400


def _device_name(request: web.BaseRequest) -> str:
    return cookies.place_of(request).session_cookie.replace("comfystudio-", "comfystudio-device-", 1)


class PortalCookies:
    """Cookies on whatever address of ours the request came to; a session's lasts `days`."""

    def __init__(self, days: int) -> None:
        self._days = days

    def sign_in(self, request: web.BaseRequest, response: web.StreamResponse, raw: str) -> None:
        """Give the browser the session `raw`."""
        cookies.sign_in(request, response, raw, self._days)

    def sign_out(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Take the session from the browser."""
        cookies.sign_out(request, response)

    def device(self, request: web.BaseRequest) -> str | None:
        """What an earlier sign-in left, so that others' wrong passwords do not count here."""
        return cookies.only(request.headers.get("Cookie"), _device_name(request))

    def remember(self, request: web.BaseRequest, response: web.StreamResponse, device: str) -> None:
        """Leave that for the next sign-in; it opens nothing."""
        line = cookies.value(
            _device_name(request), device, cookies.place_of(request), seconds=DEVICE_DAYS * cookies.DAY
        )
        response.headers.add("Set-Cookie", line)
