"""The portal over HTTP: the API under /api/v1, the events socket, the pages."""

from comfystudio.web.cookies import PortalCookies
from comfystudio.web.portal import Handler, Portal, build
from comfystudio.web.routes import ROUTES
from comfystudio.web.routing import Need, Route
from comfystudio.web.services import Addresses, Cookies, Jobs, Life, Process, Services, Tools

__all__ = [
    "ROUTES",
    "Addresses",
    "Cookies",
    "Handler",
    "Jobs",
    "Life",
    "Need",
    "Portal",
    "PortalCookies",
    "Process",
    "Route",
    "Services",
    "Tools",
    "build",
]
