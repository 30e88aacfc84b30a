"""Signing in, out, links and the own password, over HTTP."""

from tests.people.conftest import PASSWORD
from tests.web.house import ADMIN, ALICE, House


async def test_a_person_signs_in_and_out(house: House) -> None:
    """The answer to a right password sets a cookie that opens the API until sign-out."""
    await house.caller(ALICE)
    nobody = await house.visitor()
    async with nobody.ask("POST", "/api/v1/session", {"name": ALICE, "password": PASSWORD}) as answer:
        assert answer.status == 200
        assert (await answer.json())["me"] | {"id": 0} == {
            "id": 0,
            "name": ALICE,
            "role": "artist",
            "folder": ALICE,
            "via": "session",
            "scope": "use",
            "admin_until": None,
            "has_password": True,
        }
        raw = answer.cookies[house.cookie].value
        assert "httponly" in str(answer.cookies[house.cookie]).lower()
    alice = house.holder(raw)
    assert (await alice.json("GET", "/api/v1/session"))["me"]["name"] == ALICE
    async with alice.ask("DELETE", "/api/v1/session") as answer:
        assert answer.status == 204
        assert answer.cookies[house.cookie]["max-age"] == "0"
    assert await alice.status("GET", "/api/v1/session") == 401


async def test_a_session_from_before_signing_in_is_dead_after_it(house: House) -> None:
    """Signing in over an earlier session ends that one, so a planted cookie is worth nothing."""
    alice = await house.visitor(ALICE)
    await house.caller(ADMIN)
    assert await alice.status("POST", "/api/v1/session", {"name": ADMIN, "password": PASSWORD}) == 200
    assert await alice.status("GET", "/api/v1/session") == 401


async def test_wrong_passwords_are_held_back_with_a_time_to_wait(house: House) -> None:
    """From the eleventh wrong password on the answer is 429 with Retry-After."""
    await house.caller(ALICE)
    nobody = await house.visitor()
    body = {"name": ALICE, "password": "wrong"}
    statuses = [await nobody.status("POST", "/api/v1/session", body) for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    async with nobody.ask("POST", "/api/v1/session", body) as answer:
        assert int(answer.headers["Retry-After"]) > 0


async def test_a_known_browser_is_spared_the_limits_of_others(house: House) -> None:
    """The cookie that a sign-in leaves keeps wrong passwords from elsewhere from locking this browser out."""
    await house.caller(ALICE)
    nobody = await house.visitor()
    async with nobody.ask("POST", "/api/v1/session", {"name": ALICE, "password": PASSWORD}) as answer:
        device = next(name for name in answer.cookies if "device" in name)
        known = {"Cookie": f"{device}={answer.cookies[device].value}"}
    for _ in range(11):
        await nobody.status("POST", "/api/v1/session", {"name": ALICE, "password": "wrong"})
    right = {"name": ALICE, "password": PASSWORD}
    assert await nobody.status("POST", "/api/v1/session", right) == 429
    assert await nobody.status("POST", "/api/v1/session", right, headers=known) == 200


async def test_a_new_password_ends_the_other_sessions(house: House) -> None:
    """Changing the password keeps this browser in and every other one out."""
    here, there = await house.visitor(ALICE), await house.visitor(ALICE)
    body = {"current": PASSWORD, "password": "a better one altogether"}
    assert await here.status("POST", "/api/v1/me/password", body | {"current": "wrong"}) == 401
    assert await here.status("POST", "/api/v1/me/password", body) == 204
    assert await here.status("GET", "/api/v1/session") == 200
    assert await there.status("GET", "/api/v1/session") == 401


async def test_the_studio_is_set_up_with_one_link(house: House) -> None:
    """Before any admin has a password the studio says `setup`; its link makes the first admin, once."""
    nobody = await house.visitor()
    assert (await nobody.json("GET", "/api/v1/studio"))["state"] == "setup"
    code = (await house.room.links.make("setup")).raw
    found = await nobody.json("POST", "/api/v1/links/check", {"code": code})
    assert (found["purpose"], found["name"], found["admins"]) == ("setup", None, [ADMIN])
    use = {"code": code, "password": PASSWORD, "name": ADMIN}
    async with nobody.ask("POST", "/api/v1/links/use", use) as answer:
        assert (await answer.json())["me"]["role"] == "admin"
        admin = house.holder(answer.cookies[house.cookie].value)
    assert await admin.status("GET", "/api/v1/people") == 200
    assert await nobody.status("POST", "/api/v1/links/use", use) == 410
    assert await nobody.status("POST", "/api/v1/links/check", {"code": code}) == 410
    assert (await nobody.json("GET", "/api/v1/studio"))["state"] == "ready"


async def test_an_unencrypted_way_is_said_loudly(house: House) -> None:
    """Over plain HTTP from elsewhere the page is told to warn."""
    nobody = await house.visitor()
    assert (await nobody.json("GET", "/api/v1/studio"))["warning"] is None
    house.addresses.safe = False
    found = await nobody.json("GET", "/api/v1/studio")
    assert found["encrypted"] is False
    assert "HTTPS" in found["warning"]
