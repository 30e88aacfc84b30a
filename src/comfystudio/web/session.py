"""Signing in and out, and the person's own password."""

from typing import Literal

from pydantic import Field

from comfystudio.people import Caller, Role, Scope
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Shape, Text

__all__ = ["Me", "SignedIn", "me_of"]

PATH = "/api/v1/session"


class Me(Shape):
    """Who is signed in, how, and what they may do now. `admin_until`: when admin mode ends, null where it is off."""

    id: Id
    name: str
    role: Role
    folder: str
    via: Literal["session", "token", "local"]
    scope: Scope
    admin_until: At | None
    has_password: bool


class SignedIn(Shape):
    """The answer to signing in, and to asking who is."""

    me: Me


class SignIn(Shape):
    """What the sign-in form sends."""

    name: Text
    password: Text = Field(repr=False)


class NewPassword(Shape):
    """The old password once more, and the new one."""

    current: Text = Field(repr=False)
    password: Text = Field(repr=False)


class AdminMode(Shape):
    """The caller's password once more; null for an admin without one in a studio that asks nobody for it."""

    password: Text | None = Field(repr=False)


def me_of(call: Call, caller: Caller) -> Me:
    """`caller` for the page."""
    person = caller.person
    until = call.services.sessions.admin_until(caller.session_id) if caller.session_id is not None else None
    return Me(
        id=person.id,
        name=person.name,
        role=person.role,
        folder=person.folder,
        via=caller.via,
        scope=caller.scope,
        admin_until=until,
        has_password=person.joined,
    )


@route(
    "POST",
    PATH,
    need=Need.PUBLIC,
    about="Sign in: the answer sets the session's cookie. From the eleventh wrong password on: 429 and Retry-After.",
    raises=(401, 403, 429, 503),
)
async def sign_in(call: Call, body: SignIn) -> SignedIn:
    """Open a session; the one this browser had before ends, so that none outlives its owner's turn."""
    cookies = call.services.cookies
    caller, raw = await call.services.sessions.sign_in(
        body.name, body.password, address=call.address, agent=call.agent, device=cookies.device(call.request)
    )
    await end_former(call)
    call.sign_in = raw
    call.device = call.services.sessions.device_for(caller.person.id)
    return SignedIn(me=me_of(call, caller))


async def end_former(call: Call) -> None:
    """End the session that this browser came with."""
    if call.who is not None and call.who.session_id is not None:
        await call.services.sessions.end(call.who.session_id)


@route("GET", PATH, need=Need.SIGNED_IN, about="Who is signed in.")
async def who(call: Call) -> SignedIn:
    """The caller."""
    return SignedIn(me=me_of(call, call.caller))


@route(
    "DELETE",
    PATH,
    need=Need.SIGNED_IN,
    about="Sign out: the session and its children on the tools' origins end, their sockets close.",
    status=204,
)
async def sign_out(call: Call) -> None:
    """End the caller's session; a token stays."""
    if call.caller.session_id is not None:
        await call.services.sessions.end(call.caller.session_id)
    call.sign_out = True


@route(
    "POST",
    PATH + "/admin-mode",
    need=Need.SIGNED_IN,
    about="Let this session act as an admin for 30 minutes. For admins, who prove it with their password.",
    raises=(401, 403, 429, 503),
)
async def begin_admin_mode(call: Call, body: AdminMode) -> SignedIn:
    """Turn admin mode on, or on again."""
    sessions = call.services.sessions
    device = call.services.cookies.device(call.request)
    await sessions.begin_admin_mode(call.caller, body.password, address=call.address, device=device)
    return _now(call)


@route("DELETE", PATH + "/admin-mode", need=Need.SIGNED_IN, about="End admin mode in this session.")
async def end_admin_mode(call: Call) -> SignedIn:
    """Turn admin mode off."""
    await call.services.sessions.end_admin_mode(call.caller)
    return _now(call)


def _now(call: Call) -> SignedIn:
    """The caller, whose session was changed by this very request."""
    number = call.caller.session_id
    now = call.services.sessions.current(number) if number is not None else None
    return SignedIn(me=me_of(call, now or call.caller))


@route(
    "POST",
    "/api/v1/me/password",
    need=Need.SIGNED_IN,
    about="Choose a new password. Every other session of this person ends.",
    status=204,
    raises=(401, 403, 429, 503),
)
async def new_password(call: Call, body: NewPassword) -> None:
    """Change the caller's password once they have proven the old one."""
    await call.services.people.change_password(call.caller, body.current, body.password, address=call.address)
