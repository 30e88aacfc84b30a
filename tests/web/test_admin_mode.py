"""Admin mode and scopes over HTTP: what is refused, why, and what turns it on."""

import time

from tests.people.conftest import PASSWORD
from tests.web.house import ADMIN, ALICE, House


async def test_an_admin_without_admin_mode_is_refused_and_told_how(house: House) -> None:
    """The routes of admins answer 403 with a key of its own until the password is typed again, and then they work."""
    ada = await house.visitor(ADMIN, mode=False)
    problem = await ada.json("GET", "/api/v1/people", status=403)
    assert problem["key"] == "web.admin_mode"
    assert (await ada.json("GET", "/api/v1/jobs"))["jobs"] == []
    wrong = await ada.json("POST", "/api/v1/session/admin-mode", {"password": "not this one"}, status=401)
    assert wrong["key"] == "people.wrong_password"
    me = (await ada.json("POST", "/api/v1/session/admin-mode", {"password": PASSWORD}))["me"]
    assert me["scope"] == "admin" and 1700 < me["admin_until"] - time.time() <= 1800
    assert await ada.status("GET", "/api/v1/people") == 200
    me = (await ada.json("DELETE", "/api/v1/session/admin-mode"))["me"]
    assert (me["scope"], me["admin_until"]) == ("use", None)
    assert await ada.status("GET", "/api/v1/people") == 403


async def test_an_artist_has_no_admin_mode(house: House) -> None:
    """Their right password turns nothing on."""
    alice = await house.visitor(ALICE)
    problem = await alice.json("POST", "/api/v1/session/admin-mode", {"password": PASSWORD}, status=403)
    assert problem["key"] == "web.admins_only"
    assert (await alice.json("GET", "/api/v1/people", status=403))["key"] == "web.admins_only"


async def test_whoever_sets_the_studio_up_goes_on_as_its_admin(house: House) -> None:
    """The setup link signs in with admin mode on: the password was chosen a second ago."""
    link = await house.room.links.make("setup")
    nobody = await house.visitor()
    body = {"code": link.raw, "password": PASSWORD, "name": "Grace"}
    async with nobody.ask("POST", "/api/v1/links/use", body) as answer:
        assert (await answer.json())["me"]["scope"] == "admin"
        grace = house.holder(answer.cookies[house.cookie].value)
    assert await grace.status("GET", "/api/v1/people") == 200


async def test_open_pages_of_an_admin_change_with_the_mode(house: House) -> None:
    """A page that is open hears of both ends of admin mode, and asks for everything anew."""
    ada = await house.visitor(ADMIN, mode=False)
    async with ada.socket() as socket:
        assert (await socket.receive_json(timeout=5))["type"] == "hello"
        await ada.json("POST", "/api/v1/session/admin-mode", {"password": PASSWORD})
        heard = {(await socket.receive_json(timeout=5))["type"]}
        assert heard == {"resync"}
        await ada.json("DELETE", "/api/v1/session/admin-mode")
        assert (await socket.receive_json(timeout=5))["type"] == "resync"
