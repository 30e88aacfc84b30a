"""Personal tokens for programs."""

from typing import Annotated, Any

from pydantic import Field

from comfystudio.errors import Refused
from comfystudio.people import Person, Scope, TokenView
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Shape

__all__ = ["NewToken", "Token", "TokenMade", "tokens_of"]

PATH = "/api/v1/tokens"


class Token(Shape):
    """A token as its owner sees it later. It looks (`read`), acts as artists do (`use`) or as its admin (`admin`).

    `expires_at` is null for one that lasts until it is revoked.
    """

    id: Id
    label: str
    scope: Scope
    created_at: At
    used_at: At | None
    expires_at: At | None


class TokenList(Shape):
    """The caller's tokens, newest first."""

    tokens: list[Token]


class NewToken(Shape):
    """What the token is for, what it may do, and for how many days."""

    label: Annotated[str, Field(max_length=1000)]
    scope: Scope = "use"
    days: Annotated[int, Field(ge=1, le=365)] | None = None


class TokenMade(Token):
    """A new token. `token` is shown this once."""

    token: str = Field(repr=False)


def _fields(view: TokenView) -> dict[str, Any]:
    return {name: getattr(view, name) for name in Token.model_fields}


def tokens_of(call: Call, person_id: int) -> list[Token]:
    """The tokens of that person, newest first."""
    return [Token(**_fields(view)) for view in call.services.tokens.list_of(person_id)]


async def _made(call: Call, person: Person, body: NewToken) -> TokenMade:
    view, raw = await call.services.tokens.create(
        person, body.label, scope=body.scope, days=body.days, by=call.caller
    )
    return TokenMade(**_fields(view), token=raw)


@route("GET", PATH, need=Need.SIGNED_IN, about="The caller's own tokens, without the tokens themselves.")
async def own(call: Call) -> TokenList:
    """List the caller's tokens."""
    return TokenList(tokens=tokens_of(call, call.caller.person.id))


@route(
    "POST",
    PATH,
    need=Need.SIGNED_IN,
    about=(
        "Make a token with the caller's rights, or fewer. Scope admin takes admin mode. "
        "A program that came with a token cannot make another."
    ),
    status=201,
    raises=(403, 404, 409, 503),
)
async def create(call: Call, body: NewToken) -> TokenMade:
    """Make a token. One that leaked must not be able to outlive its end by making more."""
    if call.caller.via != "session":
        raise Refused("web.token_needs_sign_in")
    return await _made(call, call.caller.person, body)


@route(
    "POST",
    "/api/v1/people/{id}/tokens",
    need=Need.LOCAL,
    about="Make a token for anybody; for the command line on the studio's machine.",
    status=201,
    raises=(409, 503),
)
async def create_for(call: Call, id: int, body: NewToken) -> TokenMade:  # noqa: A002 the brace in the path
    """Make a token for somebody on the roster."""
    person = call.services.people.get(id)
    return await _made(call, person, body)


@route(
    "DELETE",
    PATH + "/{id}",
    need=Need.SIGNED_IN,
    about="Revoke a token; programs that use it are refused at once.",
    status=204,
    raises=(503,),
)
async def revoke(call: Call, id: int) -> None:  # noqa: A002 the brace in the path
    """End a token of the caller's own; an admin may end anybody's."""
    await call.services.tokens.revoke(id, call.caller)
