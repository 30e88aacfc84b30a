"""Who may enter: the roster, invitations, roles."""

from comfystudio.errors import Invalid
from comfystudio.people import Person, PersonState, Role
from comfystudio.web.call import Call
from comfystudio.web.links import address_of
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Shape, Text

__all__ = ["People", "PersonShown"]

PATH = "/api/v1/people"
ONE = PATH + "/{id}"


class PersonShown(Shape):
    """One line of the people page. `devices` counts the browsers that are signed in."""

    id: Id
    name: str
    role: Role
    folder: str
    state: PersonState
    seen_at: At | None
    devices: int


class Roster(Shape):
    """The file that says who may enter, and where it is wrong."""

    path: str
    ok: bool
    sentence: str | None
    line: int | None
    column: int | None


class People(Shape):
    """Everyone on the roster, in its order."""

    people: list[PersonShown]
    roster: Roster


class NewPerson(Shape):
    """Who is added. With a password, which only the command line on the machine may send, no link is made."""

    name: Text
    admin: bool = False
    password: Text | None = None


class Invited(Shape):
    """The new person and the link with which they choose their password."""

    person: PersonShown
    link: str | None
    expires_at: At | None


class FreshLink(Shape):
    """A link with which somebody chooses a new password."""

    link: str
    expires_at: At


class PersonChange(Shape):
    """What is to change; what is left out stays."""

    disabled: bool | None = None
    admin: bool | None = None


def shown(call: Call, person: Person) -> PersonShown:
    """`person` for the page."""
    services = call.services
    return PersonShown(
        id=person.id,
        name=person.name,
        role=person.role,
        folder=person.folder,
        state=services.people.state_of(person),
        seen_at=person.seen_at,
        devices=len(services.sessions.list_of(person.id)),
    )


@route("GET", PATH, need=Need.ADMIN, about="Everyone on the roster, and how the roster file stands.")
async def everyone(call: Call) -> People:
    """List people."""
    roster = call.services.people.roster_state()
    return People(
        people=[shown(call, person) for person in call.services.people.people()],
        roster=Roster(
            path=str(roster.path), ok=roster.ok, sentence=roster.error, line=roster.line, column=roster.column
        ),
    )


@route(
    "POST",
    PATH,
    need=Need.ADMIN,
    about="Put somebody on the roster and make the link with which they choose a password.",
    status=201,
    raises=(409, 503),
)
async def add(call: Call, body: NewPerson) -> Invited:
    """Add a person."""
    services = call.services
    if body.password is not None and call.caller.via != "local":
        raise Invalid("web.invalid", names="password")
    person = await services.people.add(body.name, admin=body.admin, by=call.caller)
    if body.password is not None:
        person = await services.people.set_password(person.id, body.password, call.caller)
        return Invited(person=shown(call, person), link=None, expires_at=None)
    fresh = await _link(call, person)
    return Invited(person=shown(call, person), link=fresh.link, expires_at=fresh.expires_at)


async def _link(call: Call, person: Person) -> FreshLink:
    made = await call.services.links.invite(person, by=call.caller)
    return FreshLink(link=address_of(call, made), expires_at=made.expires_at)


@route(
    "POST",
    ONE + "/reset",
    need=Need.ADMIN,
    about="Make a new link for somebody: to join, or to choose a new password. Earlier links stop working.",
    raises=(409, 503),
)
async def reset(call: Call, id: int) -> FreshLink:  # noqa: A002 the brace in the path
    """Make a link."""
    return await _link(call, call.services.people.get(id))


@route(
    "PATCH",
    ONE,
    need=Need.ADMIN,
    about="Disable or enable somebody, give or take admin rights. Somebody disabled is out at once; files stay.",
    raises=(409, 503),
)
async def change(call: Call, id: int, body: PersonChange) -> PersonShown:  # noqa: A002 the brace in the path
    """Change a person."""
    people = call.services.people
    people.get(id)
    if body.admin is not None:
        await people.set_admin(id, body.admin, call.caller)
    if body.disabled is not None:
        await people.set_disabled(id, body.disabled, call.caller)
    return shown(call, people.get(id))


@route(
    "DELETE",
    ONE,
    need=Need.ADMIN,
    about="Take somebody off the roster: sessions and tokens end at once, files stay.",
    status=204,
    raises=(409, 503),
)
async def remove(call: Call, id: int) -> None:  # noqa: A002 the brace in the path
    """Remove a person."""
    await call.services.people.remove(id, call.caller)
