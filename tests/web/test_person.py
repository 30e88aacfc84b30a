"""One person over HTTP: details, tools, renaming, what two admins saw; and one's own sessions and tokens."""

import re

import aiohttp
import segno

from comfystudio.storage.tables import IdentityRow
from comfystudio.web.qr import QUIET, qr_of
from tests.waiting import until
from tests.web.house import ADMIN, ALICE, BOB, House, Visitor

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


def path(house: House, name: str, more: str = "") -> str:
    """Where that person is."""
    return f"/api/v1/people/{house.person(name).id}{more}"


async def test_everything_an_admin_sees_of_somebody(house: House) -> None:
    """Browsers by name, tokens without their secret, tools and who decides about each, and the linked account."""
    admin, alice = await house.visitor(ADMIN), await house.visitor(ALICE)
    number = house.person(ALICE).id
    await house.room.sessions.open(house.person(ALICE), address="192.0.2.9", agent=FIREFOX)
    made = await alice.json("POST", "/api/v1/tokens", {"label": "farm", "scope": "read", "days": 30}, status=201)
    issuer = "https://id.example.com"
    row = IdentityRow(person_id=number, issuer=issuer, subject="s", created_at=1.0, used_at=2.0)
    await house.database.run(lambda session: session.add(row))
    found = await admin.json("GET", path(house, ALICE))
    assert {session["device"] for session in found["sessions"]} == {"Firefox on Linux", "test"}
    assert not any(session["current"] for session in found["sessions"])
    assert found["person"]["devices"] == len(found["sessions"])
    token = found["tokens"][0]
    assert (token["scope"], round(token["expires_at"] - token["created_at"])) == ("read", 30 * 86400)
    assert made["token"] not in str(found)
    tools = {tool["id"]: (tool["name"], tool["may"], tool["by"]) for tool in found["tools"]}
    assert tools == {
        "own": ("own", True, "everyone"),
        "shared": ("shared", True, "everyone"),
        "closed": ("closed", False, "admins"),
    }
    assert found["identity"] == {"issuer": issuer, "created_at": 1.0}
    assert await admin.status("DELETE", path(house, ALICE, "/identity")) == 204
    assert (await admin.json("GET", path(house, ALICE)))["identity"] is None
    assert await admin.status("GET", "/api/v1/people/99999") == 404


async def test_a_tool_for_one_and_not_for_another(house: House) -> None:
    """A grant opens a tool for admins to an artist, a refusal takes one away, null undoes it; admins keep all."""
    admin, alice, bob = await house.visitor(ADMIN), await house.visitor(ALICE), await house.visitor(BOB)

    async def can(visitor: Visitor, tool: str) -> tuple[bool, str | None]:
        found = await visitor.json("GET", f"/api/v1/tools/{tool}")
        return found["can"]["start"], found["refusal"]

    assert await can(alice, "closed") == (False, "Only for admins until it is safe.")
    given = await admin.json("PUT", path(house, ALICE, "/tools/closed"), {"may": True})
    tools = {tool["id"]: (tool["may"], tool["by"]) for tool in given["tools"]}
    assert tools["closed"] == (True, "grant")
    assert await can(alice, "closed") == (True, None)
    assert (await can(bob, "closed"))[0] is False
    taken = await admin.json("PUT", path(house, BOB, "/tools/shared"), {"may": False})
    assert taken["person"]["refused"] == ["shared"]
    may, refusal = await can(bob, "shared")
    assert may is False
    assert refusal is not None
    assert "taken shared" in refusal
    assert await bob.status("POST", "/api/v1/tools/shared/start", {}) == 403
    assert (await can(alice, "shared"))[0] is True
    await admin.json("PUT", path(house, BOB, "/tools/shared"), {"may": None})
    assert await can(bob, "shared") == (True, None)
    await admin.json("PUT", path(house, ADMIN, "/tools/shared"), {"may": False})
    assert await can(admin, "shared") == (True, None)
    assert await admin.status("PUT", path(house, BOB, "/tools/nothing"), {"may": True}) == 404
    assert await admin.status("PUT", path(house, BOB, "/tools/shared"), {}) == 422


async def test_taking_a_tool_ends_what_runs_for_that_person_alone(house: House) -> None:
    """Alice's own instance ends when the tool is taken from her; Bob's goes on, and her card says why."""
    admin, alice, bob = await house.visitor(ADMIN), await house.visitor(ALICE), await house.visitor(BOB)

    async def state(visitor: Visitor, wanted: str) -> bool:
        return bool((await visitor.json("GET", "/api/v1/tools/own"))["state"] == wanted)

    for visitor in (alice, bob):
        await visitor.json("POST", "/api/v1/tools/own/start", {})
    for visitor in (alice, bob):
        await until(lambda visitor=visitor: state(visitor, "ready"), within=15)
    await admin.json("PUT", path(house, ALICE, "/tools/own"), {"may": False})
    await until(lambda: state(alice, "stopped"), within=5)
    assert (await alice.json("GET", "/api/v1/tools/own"))["can"]["start"] is False
    assert await state(bob, "ready")


async def test_renaming_ends_the_persons_own_tool_first(house: House) -> None:
    """The folder moves when nothing works in it, the person stays signed in, and their tool starts anew."""
    admin, alice = await house.visitor(ADMIN), await house.visitor(ALICE)
    await alice.json("POST", "/api/v1/tools/own/start", {})

    async def ready() -> bool:
        return bool((await alice.json("GET", "/api/v1/tools/own"))["state"] == "ready")

    await until(ready, within=15)
    house.workspace.home(ALICE).mkdir(parents=True, exist_ok=True)
    (house.workspace.home(ALICE) / "notes.txt").write_text("kept")
    changed = await admin.json("PATCH", path(house, ALICE), {"name": "Alice Liddell", "was": {"name": ALICE}})
    assert (changed["name"], changed["folder"]) == ("Alice Liddell", "Alice Liddell")
    assert (await alice.json("GET", "/api/v1/session"))["me"]["name"] == "Alice Liddell"
    assert (await alice.json("GET", "/api/v1/tools/own"))["state"] == "stopped"
    await alice.json("POST", "/api/v1/tools/own/start", {})
    await until(ready, within=15)
    assert (house.workspace.home("Alice Liddell") / "notes.txt").read_text() == "kept"
    assert not house.workspace.home(ALICE).exists()


async def test_two_admins_with_the_same_page_open(house: House) -> None:
    """The second who saves is told that somebody else was quicker, and what they saw no longer stands."""
    admin = await house.visitor(ADMIN)
    seen = {"name": BOB, "admin": False, "disabled": False}
    await admin.json("PATCH", path(house, BOB), {"admin": True, "was": seen})
    async with admin.ask("PATCH", path(house, BOB), {"disabled": True, "was": seen}) as answer:
        problem = await answer.json(content_type=None)
        assert (answer.status, problem["key"]) == (409, "people.changed_meanwhile")
        assert BOB in problem["sentence"]
    assert await admin.status("PATCH", path(house, BOB), {"was": {"other": 1}}) == 422


async def test_the_list_page_by_page(house: House) -> None:
    """Filters, counts and pages over the address; what does not fit is refused."""
    admin = await house.visitor(ADMIN)
    first = await admin.json("GET", "/api/v1/people?limit=2")
    assert [person["name"] for person in first["people"]] == [ALICE, BOB]
    assert first["total"] == 4
    assert first["counts"]["all"] == 4
    rest = await admin.json("GET", f"/api/v1/people?limit=2&after={first['next']}")
    assert rest["next"] is None
    assert len(rest["people"]) == 2
    assert [p["name"] for p in (await admin.json("GET", "/api/v1/people?text=O%27HARA"))["people"]] == [BOB]
    assert [p["name"] for p in (await admin.json("GET", "/api/v1/people?role=admin"))["people"]] == [ADMIN]
    assert (await admin.json("GET", "/api/v1/people?state=here&text=ada"))["total"] == 1
    for query in ("limit=0", "limit=1001", "state=gone", "role=king", "after=x", f"text={'x' * 201}"):
        assert await admin.status("GET", f"/api/v1/people?{query}") == 422
    assert await admin.status("GET", "/api/v1/people?after=99999") == 409


async def test_ones_own_sessions(house: House) -> None:
    """Somebody sees where they are signed in, ends one, all others, or all; others' do not exist for them."""
    here, there, away = [await house.visitor(ALICE) for _ in range(3)]
    bob = await house.visitor(BOB)
    listed = (await here.json("GET", "/api/v1/me/sessions"))["sessions"]
    current = next(session for session in listed if session["current"])
    assert len(listed) >= 3
    assert (current["device"], current["address"]) == ("test", "192.0.2.7")
    assert current["created_at"] <= current["seen_at"] <= current["expires_at"]
    other = next(s["id"] for s in (await there.json("GET", "/api/v1/me/sessions"))["sessions"] if s["current"])
    assert await bob.status("DELETE", f"/api/v1/me/sessions/{other}") == 404
    assert await here.status("DELETE", f"/api/v1/me/sessions/{other}") == 204
    assert await there.status("GET", "/api/v1/session") == 401
    assert await here.status("DELETE", f"/api/v1/me/sessions/{other}") == 404
    assert await here.status("DELETE", "/api/v1/me/sessions?keep=true") == 204
    assert await away.status("GET", "/api/v1/session") == 401
    assert [s["id"] for s in (await here.json("GET", "/api/v1/me/sessions"))["sessions"]] == [current["id"]]
    async with here.ask("DELETE", "/api/v1/me/sessions") as answer:
        assert answer.status == 204
        assert answer.cookies[house.cookie].value == ""
    assert await here.status("GET", "/api/v1/session") == 401
    assert await bob.status("GET", "/api/v1/session") == 200


async def test_signing_out_everywhere_closes_sockets_at_once(house: House) -> None:
    """An admin signs somebody out: their pages' sockets close with the code for it, and the trail says who did it."""
    admin, alice = await house.visitor(ADMIN), await house.visitor(ALICE)
    async with alice.socket() as socket:
        assert await admin.status("DELETE", path(house, ALICE, "/sessions")) == 204
        while (message := await socket.receive(timeout=1)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4001)
    trail = (await admin.json("GET", "/api/v1/audit?limit=5"))["entries"]
    assert ("session.all_ended", ADMIN, ALICE) in [(e["action"], e["by"], e["subject"]) for e in trail]


async def test_tokens_by_scope(house: House) -> None:
    """A read token changes nothing, one of an admin acts as one only where it was made to; limits are checked."""
    admin, outside = await house.visitor(ADMIN), await house.visitor(ADMIN, mode=False)

    async def program(scope: str) -> Visitor:
        made = await admin.json("POST", "/api/v1/tokens", {"label": scope, "scope": scope}, status=201)
        return house.program(made["token"])

    read, use, full = await program("read"), await program("use"), await program("admin")
    for each in (read, use, full):
        assert await each.status("GET", "/api/v1/tools") == 200
    assert await read.status("POST", "/api/v1/tools/shared/start", {}) == 403
    assert [await each.status("GET", "/api/v1/people") for each in (read, use, full)] == [403, 403, 200]
    body = {"label": "x", "scope": "admin"}
    assert await outside.status("POST", "/api/v1/tokens", body) == 403
    assert await (await house.visitor(ALICE)).status("POST", "/api/v1/tokens", body) == 403
    assert await house.local().status("POST", path(house, ALICE, "/tokens"), body) == 409
    for wrong in ({"days": 0}, {"days": 366}, {"scope": "king"}, {"days": 1.5}):
        assert await admin.status("POST", "/api/v1/tokens", {"label": "x"} | wrong) == 422


async def test_a_link_as_a_picture_for_a_phone(house: House) -> None:
    """The answer holds the link as a QR code to draw, module by module what the library says, with room around it."""
    admin = await house.visitor(ADMIN)
    made = await admin.json("POST", "/api/v1/people", {"name": "Eve"}, status=201)
    again = await admin.json("POST", path(house, BOB, "/reset"))
    for answer in (made, again):
        assert answer["qr"] == qr_of(answer["link"]).model_dump()
    size, drawn = made["qr"]["size"], set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", made["qr"]["path"]):
        drawn |= {(int(x) + more, int(y)) for more in range(int(length))}
    matrix = segno.make_qr(made["link"], error="m").matrix
    assert size == len(matrix) + 2 * QUIET
    assert drawn == {(x + QUIET, y + QUIET) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
