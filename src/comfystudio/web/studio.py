"""The studio itself: is it well, is it set up, and its beginning and end for the command line."""

from typing import Literal

from comfystudio import words
from comfystudio.people import Role
from comfystudio.settings import Auth
from comfystudio.web.call import Call
from comfystudio.web.profiles import profiles_of
from comfystudio.web.routing import Need, route
from comfystudio.web.shapes import Shape

__all__ = ["Studio"]


class Health(Shape):
    """Nothing but that it answers."""

    status: Literal["ok"] = "ok"


class OidcShown(Shape):
    """The provider whose accounts open this studio, as its button names it."""

    name: str


class Profile(Shape):
    """Somebody to sign in as, where no password is asked for."""

    name: str
    role: Role


class Studio(Shape):
    """What the page has to know before anybody is signed in. `setup`: no admin can sign in yet.

    `profiles` is everybody who may enter where `auth` is `open`, and empty elsewhere. `closed` says why nobody can
    sign in at all.
    """

    state: Literal["setup", "ready"]
    version: str
    encrypted: bool
    warning: str | None
    closed: str | None
    oidc: OidcShown | None
    auth: Auth
    profiles: list[Profile]


class Running(Shape):
    """The running portal. `started_at` is in ms since the epoch; a restart changes it and keeps the pid."""

    pid: int
    started_at: int
    version: str
    address: str


@route("GET", "/healthz", need=Need.PUBLIC, about="Whether the portal answers. Says nothing else.")
async def health(_call: Call) -> Health:
    """Answer."""
    return Health()


@route("GET", "/api/v1/studio", need=Need.PUBLIC, about="What a page has to know before anybody is signed in.")
async def studio(call: Call) -> Studio:
    """Describe the studio."""
    services = call.services
    encrypted = services.addresses.encrypted(call.request)
    return Studio(
        state="setup" if services.people.setup_needed else "ready",
        version=services.version,
        encrypted=encrypted,
        warning=None if encrypted else words.say("web.not_encrypted"),
        closed=words.say("web.roster_closed") if services.people.closed else None,
        oidc=OidcShown(name=services.oidc.name) if services.oidc else None,
        auth=services.settings.auth,
        profiles=[Profile(name=person.name, role=person.role) for person in profiles_of(call)],
    )


@route("GET", "/api/v1/studio/process", need=Need.LOCAL, about="The running portal.")
async def process(call: Call) -> Running:
    """Describe the process."""
    found = call.services.life.process()
    return Running(pid=found.pid, started_at=found.started_at, version=found.version, address=found.address)


@route("POST", "/api/v1/studio/down", need=Need.LOCAL, about="End the studio, every tool and every job.", status=202)
async def down(call: Call) -> None:
    """End everything."""
    await call.services.audit.record("studio.down", call.caller, "studio")
    call.services.life.down()


@route(
    "POST",
    "/api/v1/studio/restart",
    need=Need.ADMIN,
    about="Start the portal anew; tools and jobs go on. Refused where it would not start with these settings.",
    status=202,
    raises=(409, 422, 503),
)
async def restart(call: Call) -> None:
    """Begin anew."""
    await call.services.configuration.must_start()
    await call.services.audit.record("studio.restart", call.caller, "studio")
    call.services.life.restart()


@route("POST", "/api/v1/studio/end-tools", need=Need.LOCAL, about="End every tool and every job.", status=204)
async def end_tools(call: Call) -> None:
    """End what runs."""
    await call.services.life.end_tools()
    await call.services.audit.record("studio.tools_ended", call.caller, "studio")
