"""Personal tokens for programs."""

from typing import Annotated

from pydantic import Field

from comfystudio.errors import Refused
from comfystudio.people import TokenView
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import At, Id, Shape

__all__ = ["NewToken", "TokenMade"]

PATH = "/api/v1/tokens"


class Token(Shape):
    """A token as its owner sees it later."""

    id: Id
    label: str
    created_at: At
    used_at: At | None


class TokenList(Shape):
    """The caller's tokens, newest first."""

    tokens: list[Token]


class NewToken(Shape):
    """What the token is for."""

    label: Annotated[str, Field(max_length=1000)]


class TokenMade(Token):
    """A new token. `token` is shown this once."""

    token: str = Field(repr=False)


def made(view: TokenView, raw: str) -> TokenMade:
    """The answer that shows a new token."""
    return TokenMade(id=view.id, label=view.label, created_at=view.created_at, used_at=view.used_at, token=raw)


@route("GET", PATH, need=Need.SIGNED_IN, about="The caller's own tokens, without the tokens themselves.")
async def own(call: Call) -> TokenList:
    """List the caller's tokens."""
    found = call.services.tokens.list_of(call.caller.person.id)
    return TokenList(
        tokens=[Token(id=t.id, label=t.label, created_at=t.created_at, used_at=t.used_at) for t in found]
    )


@route(
    "POST",
    PATH,
    need=Need.SIGNED_IN,
    about="Make a token with the caller's rights. A program that came with a token cannot make another.",
    status=201,
    raises=(403, 404, 409, 503),
)
async def create(call: Call, body: NewToken) -> TokenMade:
    """Make a token. One that leaked must not be able to outlive its end by making more."""
    if call.caller.via != "session":
        raise Refused("web.token_needs_sign_in")
    return made(*await call.services.tokens.create(call.caller.person, body.label, by=call.caller))


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
    return made(*await call.services.tokens.create(person, body.label, by=call.caller))


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
