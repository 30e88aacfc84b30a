"""People and their links over HTTP."""

from tests.web.house import ADMIN, ALICE, BOB, PASSWORD, House


async def test_an_admin_adds_somebody_who_joins(house: House) -> None:
    """The link from the answer opens the studio for the new person, once."""
    admin = await house.visitor(ADMIN)
    made = await admin.json("POST", "/api/v1/people", {"name": "Оля Жук", "admin": False}, status=201)
    assert made["person"]["state"] == "invited"
    origin, _, code = made["link"].partition("/join#")
    assert origin == house.base
    nobody = await house.visitor()
    shown = await nobody.json("POST", "/api/v1/links/check", {"code": code})
    assert (shown["purpose"], shown["name"], shown["by"]) == ("join", "Оля Жук", ADMIN)
    async with nobody.ask("POST", "/api/v1/links/use", {"code": code, "password": PASSWORD}) as answer:
        joined = house.holder(answer.cookies[house.cookie].value)
    assert (await joined.json("GET", "/api/v1/session"))["me"]["name"] == "Оля Жук"
    people = {person["name"]: person for person in (await admin.json("GET", "/api/v1/people"))["people"]}
    assert (people["Оля Жук"]["state"], people["Оля Жук"]["devices"]) == ("here", 1)
    assert people["Dora"]["state"] == "not_invited"


async def test_only_the_command_line_may_give_a_password(house: House) -> None:
    """A password for somebody else is taken over the control socket and from nobody else."""
    admin = await house.visitor(ADMIN)
    body = {"name": "Eve", "password": PASSWORD}
    assert await admin.status("POST", "/api/v1/people", body) == 422
    made = await house.local().json("POST", "/api/v1/people", body, status=201)
    assert (made["link"], made["person"]["state"]) == (None, "away")
    assert await (await house.visitor()).status("POST", "/api/v1/session", body) == 200


async def test_a_reset_link_puts_the_old_password_out_of_use(house: House) -> None:
    """An admin makes a link for somebody who forgot; using it ends their other sessions."""
    admin, alice = await house.visitor(ADMIN), await house.visitor(ALICE)
    path = f"/api/v1/people/{house.person(ALICE).id}/reset"
    link = (await admin.json("POST", path))["link"]
    code = link.partition("#")[2]
    nobody = await house.visitor()
    assert (await nobody.json("POST", "/api/v1/links/check", {"code": code}))["purpose"] == "reset"
    await nobody.json("POST", "/api/v1/links/use", {"code": code, "password": "something else entirely"})
    assert await alice.status("GET", "/api/v1/session") == 401
    assert await nobody.status("POST", "/api/v1/session", {"name": ALICE, "password": PASSWORD}) == 401


async def test_somebody_disabled_is_out_at_once_and_may_come_back(house: House) -> None:
    """Disabling ends sessions in the same moment; enabling lets the person sign in again."""
    admin, bob = await house.visitor(ADMIN), await house.visitor(BOB)
    path = f"/api/v1/people/{house.person(BOB).id}"
    assert (await admin.json("PATCH", path, {"disabled": True}))["state"] == "disabled"
    assert await bob.status("GET", "/api/v1/session") == 401
    assert (await admin.json("PATCH", path, {"disabled": False}))["state"] == "away"
    nobody = await house.visitor()
    assert await nobody.status("POST", "/api/v1/session", {"name": BOB, "password": PASSWORD}) == 200


async def test_the_last_admin_stays(house: House) -> None:
    """Nobody can lock the studio's only admin out, and the answer says so."""
    admin = await house.visitor(ADMIN)
    path = f"/api/v1/people/{house.person(ADMIN).id}"
    for method, body in (("PATCH", {"admin": False}), ("PATCH", {"disabled": True}), ("DELETE", None)):
        async with admin.ask(method, path, body) as answer:
            assert (answer.status, (await answer.json(content_type=None))["key"]) == (409, "people.last_admin")


async def test_a_broken_roster_is_shown_with_its_place(house: House) -> None:
    """While the file is broken the page gets the sentence, the line and the column, and people stay."""
    from tests.waiting import until

    admin = await house.visitor(ADMIN)
    house.workspace.roster.write_text('USERS=(\n  "Alice\n', encoding="utf-8")

    async def told() -> bool:
        return not (await admin.json("GET", "/api/v1/people"))["roster"]["ok"]

    await until(told, 5)
    found = await admin.json("GET", "/api/v1/people")
    assert found["roster"]["line"]
    assert found["roster"]["sentence"]
    assert len(found["people"]) == 4


async def test_tokens_open_the_api_until_they_are_revoked(house: House) -> None:
    """A token is shown once, opens the API with its owner's rights, makes no other, and can be ended."""
    alice = await house.visitor(ALICE)
    made = await alice.json("POST", "/api/v1/tokens", {"label": "render farm"}, status=201)
    program = house.program(made["token"])
    me = (await program.json("GET", "/api/v1/session"))["me"]
    assert (me["name"], me["role"], me["via"], me["scope"]) == (ALICE, "artist", "token", "use")
    assert await program.status("POST", "/api/v1/tokens", {"label": "child"}) == 403
    listed = (await alice.json("GET", "/api/v1/tokens"))["tokens"]
    assert [token["label"] for token in listed] == ["render farm"]
    assert "token" not in listed[0]
    assert await alice.status("DELETE", f"/api/v1/tokens/{made['id']}") == 204
    assert await program.status("GET", "/api/v1/session") == 401


async def test_the_command_line_makes_tokens_for_others(house: House) -> None:
    """`token create NAME` works over the control socket for anybody on the roster."""
    path = f"/api/v1/people/{house.person(BOB).id}/tokens"
    made = await house.local().json("POST", path, {"label": "command line"}, status=201)
    assert (await house.program(made["token"]).json("GET", "/api/v1/session"))["me"]["name"] == BOB


async def test_the_trail_tells_who_did_what(house: House) -> None:
    """What an admin did is in the audit trail, the newest first, page by page, without secrets."""
    admin = await house.visitor(ADMIN)
    made = await admin.json("POST", "/api/v1/people", {"name": "Eve"}, status=201)
    first = await admin.json("GET", "/api/v1/audit?limit=2")
    assert len(first["entries"]) == 2
    assert (first["entries"][0]["by"], first["entries"][0]["subject"]) == (ADMIN, "Eve")
    second = await admin.json("GET", f"/api/v1/audit?limit=2&before={first['entries'][-1]['id']}")
    assert second["entries"][0]["id"] < first["entries"][-1]["id"]
    everything = str(await admin.json("GET", "/api/v1/audit?limit=1000"))
    assert made["link"].partition("#")[2] not in everything
