"""Where somebody is signed in: their browsers, and signing out of one, the others, or all."""

from comfystudio import words
from comfystudio.errors import Missing
from comfystudio.people import device_name
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Query, Shape

__all__ = ["SessionShown", "sessions_of"]

PATH = "/api/v1/me/sessions"


class SessionShown(Shape):
    """A browser that is signed in, by what it says it is. `current`: the one that asks."""

    id: Id
    current: bool
    device: str
    address: str
    created_at: At
    seen_at: At
    expires_at: At


class SessionList(Shape):
    """Somebody's sessions, the one used last first."""

    sessions: list[SessionShown]


class Keep(Query):
    """Whether the session that asks goes on."""

    keep: bool = False


def sessions_of(call: Call, person_id: int) -> list[SessionShown]:
    """Where that person is signed in."""
    return [
        SessionShown(
            id=view.id,
            current=view.id == call.caller.session_id,
            device=device_name(view.agent) or words.say("web.device_unknown"),
            address=view.address,
            created_at=view.created_at,
            seen_at=view.seen_at,
            expires_at=view.expires_at,
        )
        for view in call.services.sessions.list_of(person_id)
    ]


@route("GET", PATH, need=Need.SIGNED_IN, about="Where the caller is signed in, the browser used last first.")
async def mine(call: Call) -> SessionList:
    """List the caller's sessions."""
    return SessionList(sessions=sessions_of(call, call.caller.person.id))


@route(
    "DELETE",
    PATH + "/{id}",
    need=Need.SIGNED_IN,
    about="Sign out of one browser. Its pages and its sockets on the tools' origins end at once.",
    status=204,
)
async def end(call: Call, id: int) -> None:  # noqa: A002 the brace in the path
    """End a session of the caller's own."""
    sessions = call.services.sessions
    if all(view.id != id for view in sessions.list_of(call.caller.person.id)):
        raise Missing("web.no_such_session")
    await sessions.end(id, by=call.caller)
    call.sign_out = id == call.caller.session_id


@route(
    "DELETE",
    PATH,
    need=Need.SIGNED_IN,
    about="Sign out everywhere; with keep=true everywhere but here. Tokens stay.",
    status=204,
    raises=(404,),
)
async def end_all(call: Call, query: Keep) -> None:
    """End the caller's sessions."""
    kept = call.caller.session_id if query.keep else None
    await call.services.people.sign_out(call.caller.person.id, call.caller, keep=kept)
    call.sign_out = not query.keep


@route(
    "DELETE",
    "/api/v1/people/{id}/sessions",
    need=Need.ADMIN,
    about="Sign somebody out everywhere. They may sign in again; tokens stay.",
    status=204,
)
async def end_of(call: Call, id: int) -> None:  # noqa: A002 the brace in the path
    """End somebody's sessions."""
    await call.services.people.sign_out(id, call.caller)
