"""One person as an admin sees them: where they are signed in, their tokens, their tools, their account elsewhere."""

from typing import Literal

from comfystudio.errors import Missing
from comfystudio.people import Person
from comfystudio.web.call import Call
from comfystudio.web.people import ONE, PersonShown, shown
from comfystudio.web.routing import Need, route
from comfystudio.web.sessions import SessionShown, sessions_of
from comfystudio.web.shapes import At, Shape
from comfystudio.web.tokens import Token, tokens_of

__all__ = ["PersonDetail"]


class PersonTool(Shape):
    """Whether somebody may use a tool, and who decides: its manifest for everyone or admins, or a grant to them."""

    id: str
    name: str
    may: bool
    by: Literal["everyone", "admins", "grant"]


class IdentityShown(Shape):
    """The sign-in provider whose account is bound to somebody, and since when."""

    issuer: str
    created_at: At


class PersonDetail(Shape):
    """Everything the people page knows of somebody."""

    person: PersonShown
    sessions: list[SessionShown]
    tokens: list[Token]
    tools: list[PersonTool]
    identity: IdentityShown | None


class Given(Shape):
    """Whether the person may use the tool; null lets the tool's manifest decide."""

    may: bool | None


def _tools(call: Call, person: Person) -> list[PersonTool]:
    granted = call.services.people.tools_of(person.id)
    found = []
    for view in call.services.tools.list(call.caller):
        if view.state == "broken":
            continue
        grant = granted.get(view.id)
        admins = view.access == "admin"
        found.append(
            PersonTool(
                id=view.id,
                name=view.name,
                may=person.role == "admin" or (not admins if grant is None else grant),
                by="grant" if grant is not None else "admins" if admins else "everyone",
            )
        )
    return found


async def _detail(call: Call, person: Person) -> PersonDetail:
    identity = await call.services.people.identity_of(person.id)
    return PersonDetail(
        person=shown(call, person),
        sessions=sessions_of(call, person.id),
        tokens=tokens_of(call, person.id),
        tools=_tools(call, person),
        identity=IdentityShown(issuer=identity.issuer, created_at=identity.created_at) if identity else None,
    )


def _listed(call: Call, number: int) -> Person:
    person = call.services.people.get(number)
    if not person.listed:
        raise Missing("web.no_such_person")
    return person


@route("GET", ONE, need=Need.ADMIN, about="One person: sessions, tokens, tools, linked account.", raises=(503,))
async def person(call: Call, id: int) -> PersonDetail:  # noqa: A002 the brace in the path
    """Look at a person."""
    return await _detail(call, _listed(call, id))


@route(
    "PUT",
    ONE + "/tools/{tool}",
    need=Need.ADMIN,
    about="Give somebody a tool, take it, or let its manifest decide. What is taken closes at once; admins keep all.",
    raises=(503,),
)
async def give(call: Call, id: int, tool: str, body: Given) -> PersonDetail:  # noqa: A002 the brace in the path
    """Decide about a tool for a person."""
    found = _listed(call, id)
    # What is no longer there can still be forgotten.
    if body.may is not None or tool not in call.services.people.tools_of(id):
        call.services.tools.view(tool, call.caller)
    await call.services.people.set_tool(id, tool, body.may, call.caller)
    return await _detail(call, found)


@route(
    "DELETE",
    ONE + "/identity",
    need=Need.ADMIN,
    about="Forget which account of the sign-in provider is somebody's: the next with their name is bound anew.",
    status=204,
    raises=(503,),
)
async def unlink(call: Call, id: int) -> None:  # noqa: A002 the brace in the path
    """Unlink a person's account."""
    await call.services.people.unlink(id, call.caller)
