"""Who may enter: the roster, invitations, roles."""

from typing import Annotated

from pydantic import Field

from comfystudio.errors import Invalid
from comfystudio.people import Change, Person, PersonState, Role, Wanted
from comfystudio.web.call import Call
from comfystudio.web.links import address_of
from comfystudio.web.qr import Qr, qr_of
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Query, Shape, Text
from comfystudio.words.kept import again

__all__ = ["People", "PersonShown"]

PATH = "/api/v1/people"
ONE = PATH + "/{id}"


class PersonShown(Shape):
    """One line of the people page. `devices` counts signed-in browsers; `refused` are tools taken away."""

    id: Id
    name: str
    role: Role
    folder: str
    state: PersonState
    seen_at: At | None
    devices: int
    refused: list[str]


class Roster(Shape):
    """The file that says who may enter, and where it is wrong."""

    path: str
    ok: bool
    sentence: str | None
    line: int | None
    column: int | None


class Counts(Shape):
    """How many of everybody on the roster are in which state."""

    all: int
    here: int
    away: int
    disabled: int
    invited: int
    not_invited: int


class People(Shape):
    """A page of the people on the roster, in its order. `total` fit the question; `next` goes into `after`."""

    people: list[PersonShown]
    total: int
    next: Id | None
    counts: Counts
    roster: Roster


class Asked(Query):
    """Whom to list: `text` stands in the name, capitals and accents aside; `after`: the former page's `next`."""

    text: Annotated[str, Field(max_length=200)] = ""
    state: PersonState | None = None
    role: Role | None = None
    after: Id | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class NewPerson(Shape):
    """Who is added. With a password, which only the command line on the machine may send, no link is made."""

    name: Text
    admin: bool = False
    password: Text | None = None


class Invited(Shape):
    """The new person and the link with which they choose their password."""

    person: PersonShown
    link: str | None
    qr: Qr | None
    expires_at: At | None


class FreshLink(Shape):
    """A link with which somebody chooses a new password."""

    link: str
    qr: Qr
    expires_at: At


class PersonBefore(Shape):
    """What the page showed; what is left out was not looked at."""

    name: Text | None = None
    admin: bool | None = None
    disabled: bool | None = None


class PersonChange(PersonBefore):
    """What is to change; what is left out stays. Refused where `was` is no longer so."""

    was: PersonBefore | None = None


def shown(call: Call, person: Person, state: PersonState | None = None) -> PersonShown:
    """`person` for the page."""
    services = call.services
    return PersonShown(
        id=person.id,
        name=person.name,
        role=person.role,
        folder=person.folder,
        state=state or services.people.state_of(person),
        seen_at=person.seen_at,
        devices=services.sessions.count_of(person.id),
        refused=[tool for tool, may in services.people.tools_of(person.id).items() if not may],
    )


@route("GET", PATH, need=Need.ADMIN, about="People on the roster, and how the roster file stands.", raises=(409,))
async def everyone(call: Call, query: Asked) -> People:
    """List people."""
    people = call.services.people
    roster = people.roster_state()
    found = people.find(Wanted(query.text, query.state, query.role, query.after, query.limit))
    return People(
        people=[shown(call, person, state) for person, state in found.people],
        total=found.total,
        next=found.next,
        counts=Counts(all=sum(found.counts.values()), **{str(state): many for state, many in found.counts.items()}),
        roster=Roster(
            path=str(roster.path),
            ok=roster.ok,
            sentence=again(roster.error, "people") if roster.error else None,
            line=roster.line,
            column=roster.column,
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
        return Invited(person=shown(call, person), link=None, qr=None, expires_at=None)
    fresh = await _link(call, person)
    return Invited(person=shown(call, person), link=fresh.link, qr=fresh.qr, expires_at=fresh.expires_at)


async def _link(call: Call, person: Person) -> FreshLink:
    made = await call.services.links.invite(person, by=call.caller)
    link = address_of(call, made)
    return FreshLink(link=link, qr=qr_of(link), expires_at=made.expires_at)


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
    about=(
        "Rename, disable or enable somebody, give or take admin rights. Somebody disabled is out at once; files "
        "stay. A new name ends that person's own tools first, since their folder moves along."
    ),
    raises=(409, 503),
)
async def change(call: Call, id: int, body: PersonChange) -> PersonShown:  # noqa: A002 the brace in the path
    """Change a person."""
    was = Change(body.was.name, body.was.admin, body.was.disabled) if body.was else None
    wanted = Change(body.name, body.admin, body.disabled)
    return shown(call, await call.services.people.change(id, wanted, call.caller, was=was))


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
