"""The table: every route of the portal. What is not here does not exist."""

from comfystudio.web import audit, contract, events, jobs, links, people, session, studio, tokens, tools
from comfystudio.web.routing import Route, routes_of

__all__ = ["ROUTES"]

ROUTES: tuple[Route, ...] = routes_of(
    (studio, contract, links, session, people, tokens, tools, jobs, audit, events),
)
