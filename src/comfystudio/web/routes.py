"""The table: every route of the portal. What is not here does not exist."""

from comfystudio.web import (
    audit,
    comfy,
    contract,
    events,
    jobs,
    links,
    outputs,
    people,
    prompts,
    session,
    studio,
    tokens,
    tools,
    trash,
)
from comfystudio.web.routing import Route, routes_of

__all__ = ["ROUTES"]

ROUTES: tuple[Route, ...] = routes_of(
    (studio, contract, links, session, people, tokens, tools, jobs, prompts, outputs, trash, comfy, audit, events),
)
