"""One request as a handler sees it: who calls, from where, and the services of the studio."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from comfystudio.errors import NotSignedIn
from comfystudio.people import Caller
from comfystudio.web.services import Services
from comfystudio.web.shared import Shared

__all__ = ["Call"]


@dataclass
class Call:
    """What the door told about a request, and what the handler wants done with the answer's cookie."""

    request: web.BaseRequest
    services: Services
    who: Caller | None
    shared: Shared
    sign_in: str | None = field(default=None, repr=False)
    device: str | None = field(default=None, repr=False)
    sign_out: bool = False
    # The secret of a browser that leaves for the sign-in provider; empty once it is back.
    away: str | None = field(default=None, repr=False)

    @property
    def caller(self) -> Caller:
        """Who calls; `NotSignedIn` for nobody."""
        if self.who is None:
            raise NotSignedIn("web.not_signed_in")
        return self.who

    @property
    def address(self) -> str:
        """The client's address as the door understood it."""
        return str(self.request.get("address") or "")

    @property
    def agent(self) -> str:
        """What the client says it is, cut to 200 characters."""
        return self.request.headers.get("User-Agent", "")[:200]

    @property
    def host(self) -> str:
        """The host the request was sent to; the control socket counts as this machine."""
        if self.who is not None and self.who.via == "local":
            return f"localhost:{self.services.settings.portal_port}"
        return self.request.host

    @property
    def data(self) -> dict[str, Any]:
        """Who called what, for a log line: no query, no body, no secrets."""
        return {
            "method": self.request.method,
            "path": self.request.path[:200],
            "person": self.who.person.id if self.who else None,
        }
