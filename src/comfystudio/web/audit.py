"""The audit trail, for admins: filtered, and as a table for a spreadsheet."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from comfystudio.gallery import attachment
from comfystudio.people import AuditEntry, AuditFilter
from comfystudio.web import headers
from comfystudio.web.call import Call
from comfystudio.web.rights import held
from comfystudio.web.routing import Media, Need, route
from comfystudio.web.shapes import At, Id, Query, Shape

__all__ = ["Trail"]

PATH = "/api/v1/audit"
PAGE = 1000
COLUMNS = ("time", "by", "action", "subject", "fields")
# What makes a spreadsheet take a cell for a formula, wide forms that some take for the same included.
FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")  # noqa: RUF001 meant as they are
Name = Annotated[str, Field(max_length=200)]


class Entry(Shape):
    """One thing that somebody did."""

    id: Id
    at: At
    by: str
    action: str
    subject: str
    fields: dict[str, Any]


class Trail(Shape):
    """The newest first. For more, ask again with `before` = `next`, which is null at the end.

    `actions` and `people` are what there is to filter by, told with the first page only.
    """

    entries: list[Entry]
    next: Id | None
    actions: list[str] | None
    people: list[str] | None


class Filter(Query):
    """Which entries: `text` anywhere, `by` one person, `action` one or all that begin with it, a span of time."""

    text: Name | None = None
    by: Name | None = None
    action: Name | None = None
    from_: Annotated[At | None, Field(alias="from", allow_inf_nan=False)] = None
    to: Annotated[At | None, Field(allow_inf_nan=False)] = None

    @property
    def wanted(self) -> AuditFilter:
        """As the trail takes it."""
        return AuditFilter(text=self.text, by=self.by, action=self.action, since=self.from_, until=self.to)


class Span(Filter):
    """How much of it."""

    before: Id | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = 100


@route("GET", PATH, need=Need.ADMIN, about="Who did what, the newest first.", raises=(503,))
async def trail(call: Call, query: Span) -> Trail:
    """Read the trail."""
    audit = call.services.audit
    found = await audit.recent(query.limit, query.before, query.wanted)
    actions, people = await audit.kinds() if query.before is None else (None, None)
    return Trail(
        entries=[
            Entry(id=e.id, at=e.at, by=e.by, action=e.action, subject=e.subject, fields=e.fields) for e in found
        ],
        next=found[-1].id if len(found) == query.limit else None,
        actions=actions,
        people=people,
    )


@route(
    "GET",
    PATH + "/csv",
    need=Need.ADMIN,
    about="The same as a table in CSV, the newest first. No cell begins like a formula of a spreadsheet.",
    raises=(503,),
    media=Media.FILE,
)
async def table(call: Call, query: Filter) -> web.StreamResponse:
    """Send the trail as a table."""
    audit = call.services.audit
    found = await audit.recent(PAGE, None, query.wanted)
    today = datetime.now(UTC).date().isoformat()
    response = web.StreamResponse(headers={"Content-Disposition": attachment(f"audit-{today}.csv")})
    response.content_type, response.charset = "text/csv", "utf-8"
    headers.api(response)
    await response.prepare(call.request)
    if call.request.method != "HEAD":
        with held(call):
            # Spreadsheets read UTF-8 only where the file begins with this mark.
            await response.write("\ufeff".encode() + _rows([COLUMNS]))
            while found:
                await response.write(_rows(_cells(entry) for entry in found))
                found = await audit.recent(PAGE, found[-1].id, query.wanted)
    await response.write_eof()
    return response


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    at = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds")
    return at, entry.by, entry.action, entry.subject, json.dumps(entry.fields, ensure_ascii=False)


def _rows(rows: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) else cell
