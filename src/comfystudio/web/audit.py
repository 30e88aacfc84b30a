"""The audit trail, for admins."""

from typing import Annotated, Any

from pydantic import Field

from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Query, Shape

__all__ = ["Trail"]


class Entry(Shape):
    """One thing that somebody did."""

    id: Id
    at: At
    by: str
    action: str
    subject: str
    fields: dict[str, Any]


class Trail(Shape):
    """The newest first. For more, ask again with `before` = the last id."""

    entries: list[Entry]


class Span(Query):
    """How much of the trail."""

    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


@route("GET", "/api/v1/audit", need=Need.ADMIN, about="Who did what, the newest first.", raises=(503,))
async def trail(call: Call, query: Span) -> Trail:
    """Read the trail."""
    found = await call.services.audit.recent(query.limit, query.before)
    return Trail(
        entries=[Entry(id=e.id, at=e.at, by=e.by, action=e.action, subject=e.subject, fields=e.fields) for e in found]
    )
