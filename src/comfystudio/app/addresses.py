"""Where portal and tools are for whoever asks: the gateway's places for browsers, the printed address for others."""

from urllib.parse import urlsplit

from aiohttp import web

from comfystudio.gateway import PORTAL, Origins, Place

__all__ = ["Addresses"]


class Addresses:
    """`web.services.Addresses` over the gateway's origins."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    def portal(self, request: web.BaseRequest, /) -> str:
        """The portal's origin."""
        return self._place(request).portal

    def tool(self, request: web.BaseRequest, tool_id: str, /) -> str | None:
        """A tool's origin; None where it has none."""
        return self._origins.tool_origin(tool_id, self._place(request))

    def encrypted(self, request: web.BaseRequest, /) -> bool:
        """Whether the way from the browser is encrypted or does not leave the machine."""
        return self._place(request).secure

    def _place(self, request: web.BaseRequest) -> Place:
        found = request.get("place")
        if isinstance(found, Place):
            return found
        parts = urlsplit(self._origins.portal_origin())
        return self._origins.place(PORTAL, parts.netloc, secure=parts.scheme == "https")
