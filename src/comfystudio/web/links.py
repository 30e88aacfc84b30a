"""Links that work once: to set the studio up, to join it, to choose a new password."""

from typing import Annotated

from pydantic import Field

from comfystudio.errors import Gone
from comfystudio.people import Link, Purpose
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.session import SignedIn, end_former, me_of
from comfystudio.web.shapes import At, Shape, Text

__all__ = ["address_of"]

Code = Annotated[str, Field(max_length=200, repr=False)]


class GivenCode(Shape):
    """The part of the link after `#`."""

    code: Code


class LinkShown(Shape):
    """What the page behind a link has to know. `admins` are names to claim, for a setup link only."""

    purpose: Purpose
    name: str | None
    admins: list[str]
    expires_at: At
    by: str


class UsedLink(Shape):
    """The code, the chosen password, and for a setup link who this is."""

    code: Code
    password: Text = Field(repr=False)
    name: Text | None = None


def address_of(call: Call, link: Link) -> str:
    """The link a person is given. The code stands after `#`, which browsers keep to themselves."""
    page = "setup" if link.purpose == "setup" else "join"
    return f"{call.services.addresses.portal(call.request)}/{page}#{link.raw}"


@route(
    "POST",
    "/api/v1/links/check",
    need=Need.PUBLIC,
    about="What a link is for. Nothing is used up.",
    raises=(410,),
)
async def check(call: Call, body: GivenCode) -> LinkShown:
    """Look at a link."""
    found = call.services.links.check(body.code)
    if found is None:
        raise Gone("people.link_over")
    return LinkShown(
        purpose=found.purpose,
        name=found.name,
        admins=list(found.admins),
        expires_at=found.expires_at,
        by=found.by,
    )


@route(
    "POST",
    "/api/v1/links/use",
    need=Need.PUBLIC,
    about="Use a link up: choose a password and be signed in.",
    raises=(404, 409, 410, 503),
)
async def use(call: Call, body: UsedLink) -> SignedIn:
    """Set the password and open a session."""
    found = call.services.links.check(body.code)
    sessions = call.services.sessions
    person = await call.services.links.use(body.code, body.password, body.name)
    caller, raw = await sessions.open(person, address=call.address, agent=call.agent)
    if found is not None and found.purpose == "setup" and caller.session_id is not None:
        # Whoever sets the studio up goes on as its admin.
        await sessions.grant_admin_mode(caller)
        caller = sessions.current(caller.session_id) or caller
    await end_former(call)
    call.sign_in = raw
    call.device = call.services.sessions.device_for(person.id)
    return SignedIn(me=me_of(call, caller))
