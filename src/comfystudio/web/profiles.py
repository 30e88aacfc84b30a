"""Signing in by picking a name, on a machine of one's own: the setting auth = "open"."""

from comfystudio.errors import Missing
from comfystudio.people import Caller, Person
from comfystudio.setting_values import is_loopback
from comfystudio.tools.accounts import TOOLS_UID
from comfystudio.web.call import Call
from comfystudio.web.peers import accounts_of
from comfystudio.web.routing import Need, route
from comfystudio.web.session import PATH, SignedIn, end_former, me_of
from comfystudio.web.shapes import Shape, Text

__all__ = ["profiles_of", "sign_in_as"]


class Pick(Shape):
    """The name that was picked."""

    name: Text


def profiles_of(call: Call) -> list[Person]:
    """Whom the caller may be without a password: nobody, unless the studio is open and they are at its machine.

    Programs that the studio runs under accounts of their own are at its machine too, and nobody.
    """
    if call.services.settings.auth != "open" or not is_loopback(call.address):
        return []
    people = call.services.people.people()
    if accounts_of(call.request) & {TOOLS_UID, *(person.uid for person in people)}:
        return []
    return [person for person in people if person.active]


async def sign_in_as(call: Call, person: Person) -> Caller:
    """Open a session for somebody who was picked from `profiles_of`."""
    caller, raw = await call.services.sessions.open(person, address=call.address, agent=call.agent)
    await end_former(call)
    call.sign_in = raw
    return caller


@route(
    "POST",
    PATH + "/open",
    need=Need.PUBLIC,
    about="Sign in under a name without a password, where the setting auth is open; else there is no such address.",
    raises=(404,),
)
async def pick(call: Call, body: Pick) -> SignedIn:
    """Open a session for a name on the roster."""
    wanted = call.services.people.by_name(body.name)
    if wanted is None or wanted not in profiles_of(call):
        raise Missing("web.no_such_profile")
    return SignedIn(me=me_of(call, await sign_in_as(call, wanted)))
