"""The table: every route of the portal. What is not here does not exist."""

from comfystudio.web import (
    audit,
    comfy,
    contract,
    events,
    jobs,
    library,
    links,
    oidc,
    outputs,
    people,
    person,
    profiles,
    prompts,
    runs,
    session,
    sessions,
    settings,
    storage,
    studio,
    terminals,
    tokens,
    tools,
    tool_admin,
    trash,
)
from comfystudio.web.routing import Route, routes_of

__all__ = ["ROUTES"]

ROUTES: tuple[Route, ...] = routes_of(
    (
        studio,
        contract,
        links,
        session,
        oidc,
        sessions,
        people,
        person,
        tokens,
        tools,
        tool_admin,
        jobs,
        runs,
        library,
        terminals,
        prompts,
        outputs,
        trash,
        comfy,
        audit,
        settings,
        storage,
        events,
    ),
)
