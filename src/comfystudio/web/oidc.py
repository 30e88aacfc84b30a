"""Signing in over a provider: off to it, and back with a code that the page hands over. No GET changes anything."""

from typing import Annotated

from pydantic import Field

from comfystudio.errors import Missing
from comfystudio.web.call import Call
from comfystudio.web.routing import Need, route
from comfystudio.web.services import Elsewhere
from comfystudio.web.session import Me, end_former, me_of
from comfystudio.web.shapes import Shape

__all__ = ["RETURN"]

PATH = "/api/v1/session/oidc"
# The page to which the provider sends browsers back; what an admin enters there.
RETURN = "/signin/return"
HOME = "/"


class Going(Shape):
    """Where to go once signed in: a path of this studio."""

    next: Annotated[str, Field(max_length=2048)] = HOME


class Away(Shape):
    """The provider's address for this one sign-in."""

    url: str


class Back(Shape):
    """What the provider put into the address of the page it came back to."""

    code: Annotated[str, Field(min_length=1, max_length=4096, repr=False)]
    state: Annotated[str, Field(max_length=200, repr=False)]


class Entered(Shape):
    """Who is signed in now, and the page they wanted."""

    me: Me
    next: str


def _inside(path: str) -> str:
    """`path` where it cannot lead out of the studio, else Home."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and path.isprintable() and not set(path) & set(" \\") else HOME


def _provider(call: Call) -> Elsewhere:
    if call.services.oidc is None:
        raise Missing("web.oidc_off")
    return call.services.oidc


@route(
    "POST",
    PATH,
    need=Need.PUBLIC,
    about="Begin a sign-in over the provider that settings name. The answer sets a cookie for ten minutes.",
    raises=(404, 503),
)
async def begin(call: Call, body: Going) -> Away:
    """Begin a sign-in."""
    provider = _provider(call)
    begun = await provider.begin(
        redirect=call.services.addresses.portal(call.request) + RETURN,
        next_=_inside(body.next),
        address=call.address,
        browser=call.services.cookies.away(call.request),
    )
    call.away = begun.browser
    return Away(url=begun.url)


@route(
    "POST",
    PATH + "/return",
    need=Need.PUBLIC,
    about="Finish a sign-in over the provider: the answer sets the session's cookie. A state counts once.",
    raises=(401, 403, 404, 410, 429, 503),
)
async def finish(call: Call, body: Back) -> Entered:
    """Open a session for whoever the provider vouches for and the roster lists."""
    services = call.services
    person, next_ = await _provider(call).finish(
        body.code, body.state, browser=services.cookies.away(call.request), address=call.address
    )
    caller, raw = await services.sessions.open(person, address=call.address, agent=call.agent)
    await end_former(call)
    call.sign_in = raw
    call.device = services.sessions.device_for(person.id)
    call.away = ""
    return Entered(me=me_of(call, caller), next=next_)
