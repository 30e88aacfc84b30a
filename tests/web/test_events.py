"""The events socket: hello, filtering, order, resume, logs, the end."""

import asyncio
import json
import time
from statistics import quantiles
from typing import Any

import aiohttp
import pytest

from comfystudio import events
from comfystudio.people import LOCAL
from comfystudio.web import stream
from comfystudio.web.messages import CATALOGUE
from tests.waiting import until
from tests.web.house import ADMIN, ALICE, BOB, House


async def message(socket: Any, type_: str | None = None, within: float = 5.0) -> Any:
    """The next message, or the next one of a type; each is checked against the catalogue."""
    async with asyncio.timeout(within):
        while True:
            raw = await socket.receive()
            assert raw.type is aiohttp.WSMsgType.TEXT, raw
            found = json.loads(raw.data)
            kind = CATALOGUE[found["type"]]
            kind.data.model_validate_json(json.dumps(found["data"]))
            assert (found["topic"], set(found)) == (kind.topic, {"seq", "topic", "type", "at", "data"})
            if type_ is None or found["type"] == type_:
                return found


async def quiet(socket: Any, seconds: float = 0.2) -> None:
    """Nothing comes for a while."""
    with pytest.raises(TimeoutError):
        found = await message(socket, within=seconds)
        pytest.fail(f"got {found}")


async def closed(socket: Any, within: float = 5.0) -> int:
    """The code with which the socket is closed, whatever comes before."""
    async with asyncio.timeout(within):
        while (raw := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    assert raw.type is aiohttp.WSMsgType.CLOSE
    return int(raw.data)


async def test_each_page_gets_its_own_card(house: House) -> None:
    """One change of a tool reaches an artist and an admin as different cards."""
    alice, admin = await house.visitor(ALICE), await house.visitor(ADMIN)
    async with alice.socket() as one, admin.socket() as other:
        assert (await message(one))["type"] == "hello"
        assert (await message(other))["type"] == "hello"
        house.tools._publish("closed")
        refused = (await message(one, "tool.changed"))["data"]["tool"]
        open_ = (await message(other, "tool.changed"))["data"]["tool"]
    assert (refused["refusal"], refused["can"]["start"]) == ("Only for admins until it is safe.", False)
    assert (open_["refusal"], open_["can"]["start"], open_["url"]) == (None, True, "http://closed.test")


async def test_nobody_sees_what_is_not_for_them(house: House) -> None:
    """Another artist's job and what concerns admins does not reach an artist's page."""
    alice, bob, admin = [await house.visitor(name) for name in (ALICE, BOB, ADMIN)]
    async with alice.socket() as of_alice, bob.socket() as of_bob, admin.socket() as of_admin:
        for socket in (of_alice, of_bob, of_admin):
            await message(socket, "hello")
        caller, _ = await house.caller(ALICE)
        job = await house.job(caller, "exit 0")
        for socket in (of_alice, of_admin):
            assert (await message(socket, "job.changed"))["data"]["job"]["id"] == job.id
        house.bus.publish("people", "people.changed", {"what": "x"}, to=events.admins())
        await message(of_admin, "people.changed")
        await quiet(of_bob)


async def test_a_burst_becomes_one_message(house: House) -> None:
    """A hundred changes of one tool in a moment are a few messages, and the last of them is the newest."""
    alice = await house.visitor(ALICE)
    async with alice.socket() as socket:
        await message(socket, "hello")
        for _ in range(100):
            house.tools._publish("shared")
        first = await message(socket, "tool.changed")
        assert first["seq"] == house.bus.seq
        await quiet(socket)


async def test_a_page_resumes_where_it_was(house: House) -> None:
    """After a break the page asks from the last number it saw and gets what it missed, in order."""
    alice = await house.visitor(ALICE)
    async with alice.socket() as socket:
        seen = (await message(socket, "hello"))["seq"]
    house.tools._publish("shared")
    house.tools._publish("own")
    async with alice.socket() as socket:
        await message(socket, "hello")
        await socket.send_json({"op": "resume", "seq": seen})
        missed = [await message(socket, "tool.changed") for _ in range(2)]
        assert [each["data"]["tool"]["id"] for each in missed] == ["shared", "own"]
        assert seen < missed[0]["seq"] < missed[1]["seq"]
        await socket.send_json({"op": "resume", "seq": missed[1]["seq"]})
        await quiet(socket)


async def test_a_page_that_missed_too_much_starts_anew(house: House) -> None:
    """A number from another life of the portal, or older than what is kept, is answered with `resync`."""
    alice = await house.visitor(ALICE)
    async with alice.socket() as socket:
        await message(socket, "hello")
        await socket.send_json({"op": "resume", "seq": house.bus.seq + 1})
        assert (await message(socket))["type"] == "resync"
        for _ in range(10_001):
            house.bus.publish("people", "people.changed", {}, to=events.admins())
        await socket.send_json({"op": "resume", "seq": 1})
        assert (await message(socket))["type"] == "resync"


async def test_a_log_is_followed_without_a_gap(house: House) -> None:
    """Lines come as they are written; after a break the page goes on at the offset it was told, losing none."""
    caller, _ = await house.caller(ALICE)
    job = await house.job(caller, "for i in $(seq 1 60); do echo line $i; sleep 0.01; done")
    name = f"job:{job.id}"
    alice = await house.visitor(ALICE)
    got: list[str] = []
    async with alice.socket() as socket:
        await socket.send_json({"op": "follow", "log": name, "start": 0})
        while len(got) < 10:
            part = (await message(socket, "log.lines"))["data"]
            got += [line["text"] for line in part["lines"] if line["stream"] == "o"]
    async with alice.socket() as socket:
        await socket.send_json({"op": "follow", "log": name, "start": part["next"]})
        while len(got) < 60:
            part = (await message(socket, "log.lines"))["data"]
            got += [line["text"] for line in part["lines"] if line["stream"] == "o"]
        assert got == [f"line {number}" for number in range(1, 61)]
        await socket.send_json({"op": "unfollow", "log": name})


async def test_logs_of_others_cannot_be_followed(house: House) -> None:
    """Another's job, another's instance, an admins' tool and nonsense are answered with a problem."""
    caller, _ = await house.caller(ALICE)
    job = await house.job(caller, "echo secret")
    bob, admin = await house.visitor(BOB), await house.visitor(ADMIN)
    of_alice = f"tool:own:{house.person(ALICE).id}"
    async with bob.socket() as socket:
        await message(socket, "hello")
        for log in (f"job:{job.id}", of_alice, "tool:closed", "tool:nothing", "job:999", "tool:own:999"):
            await socket.send_json({"op": "follow", "log": log})
            assert (await message(socket))["data"]["log"] == log
        for nonsense in ("{", '{"op": "rm"}', '{"op": "follow", "log": "../../x"}', '{"op": "resume", "seq": "1"}'):
            await socket.send_str(nonsense)
            assert (await message(socket))["type"] == "problem"
    async with admin.socket() as socket:
        await message(socket, "hello")
        for log in (f"job:{job.id}", of_alice):
            await socket.send_json({"op": "follow", "log": log})
            assert (await message(socket))["data"]["log"] == log


async def test_a_page_follows_a_bounded_number_of_logs(house: House) -> None:
    """The seventeenth log is refused; letting one go makes room."""
    admin = await house.visitor(ADMIN)
    async with admin.socket() as socket:
        await message(socket, "hello")
        jobs = [(await house.job(LOCAL, f"exec sleep {60 + number}")).id for number in range(17)]
        for job in jobs:
            await socket.send_json({"op": "follow", "log": f"job:{job}"})
        assert (await message(socket, "problem"))["data"]["log"] == f"job:{jobs[-1]}"
        await socket.send_json({"op": "unfollow", "log": f"job:{jobs[0]}"})
        await socket.send_json({"op": "follow", "log": f"job:{jobs[-1]}"})
        found = await message(socket, "log.lines")
        while found["data"]["log"] != f"job:{jobs[-1]}":
            found = await message(socket, "log.lines")


@pytest.mark.parametrize("how", ["sign out", "disable", "remove", "password"])
async def test_the_end_of_a_session_closes_its_pages(house: House, how: str) -> None:
    """Within a second the page is told and the socket closed with 4001."""
    admin, _ = await house.caller(ADMIN)
    caller, raw = await house.caller(ALICE)
    async with house.holder(raw).socket() as socket:
        await message(socket, "hello")
        before = time.monotonic()
        if how == "sign out":
            await house.holder(raw).status("DELETE", "/api/v1/session")
        elif how == "disable":
            await house.room.people.set_disabled(caller.person.id, True, admin)
        elif how == "remove":
            await house.room.people.remove(caller.person.id, admin)
        else:
            await house.room.people.set_password(caller.person.id, "given by an admin", admin)
        await message(socket, "session.ended")
        assert await closed(socket) == 4001
        assert time.monotonic() - before < 1


async def test_a_revoked_token_closes_its_sockets(house: House) -> None:
    """A program that listens with a token is cut off within a second of its end."""
    caller, _ = await house.caller(ALICE)
    view, raw = await house.room.tokens.create(caller.person, "listener")
    async with house.program(raw).socket() as socket:
        await message(socket, "hello")
        await house.room.tokens.revoke(view.id, caller)
        before = time.monotonic()
        assert await closed(socket) == 4001
        assert time.monotonic() - before < 1


async def test_a_change_of_role_reaches_open_pages(house: House) -> None:
    """Whoever becomes or stops being an admin loads anew, and gets events for admins in admin mode only."""
    admin, _ = await house.caller(ADMIN)
    bob, raw = await house.caller(BOB)
    async with house.holder(raw).socket() as socket:
        await message(socket, "hello")
        await house.room.people.set_admin(bob.person.id, True, admin)
        assert (await message(socket))["type"] == "resync"
        await house.room.sessions.grant_admin_mode(house.room.sessions.current(bob.session_id or 0) or bob)
        assert (await message(socket))["type"] == "resync"
        house.bus.publish("people", "people.changed", {}, to=events.admins())
        await message(socket, "people.changed")
        await house.room.people.set_admin(bob.person.id, False, admin)
        assert (await message(socket))["type"] == "resync"
        house.bus.publish("people", "people.changed", {}, to=events.admins())
        house.tools._publish("shared")
        assert (await message(socket))["type"] == "tool.changed"


async def test_a_slow_reader_is_cut_off_and_others_are_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a page that does not read is bounded; then the page is dropped, and the rest go on."""
    monkeypatch.setattr(stream, "GATHER_SECONDS", 0.001)
    monkeypatch.setattr(stream, "GRACE_SECONDS", 0.2)
    # Long cards, so that the system's own buffers are full soon.
    monkeypatch.setattr(house.addresses, "tool", lambda _request, _tool: "http://" + "x" * 300_000)
    host, port = house.base.removeprefix("http://").split(":")
    _, raw = await house.caller(ALICE)
    _reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    lines = (
        "GET /api/v1/events HTTP/1.1",
        "Host: x",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Cookie: {house.cookie}={raw}",
    )
    writer.write("\r\n".join([*lines, "", ""]).encode())
    opens = house.portal._shared.opens
    await until(lambda: len(opens) == 1)

    async def flood() -> bool:
        for tool in ("shared", "own", "closed"):
            house.tools._publish(tool)
        await asyncio.sleep(0.005)
        return len(opens) == 0

    await until(flood, 30, "the slow reader is still there")
    writer.close()
    await writer.wait_closed()


async def test_the_reason_reaches_a_reader_who_was_slow_for_a_moment(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The socket of a page for which too much waits is closed with 4008."""
    monkeypatch.setattr(stream, "MOST_BYTES", 1000)
    monkeypatch.setattr(house.addresses, "tool", lambda _request, _tool: "http://" + "x" * 2000)
    alice = await house.visitor(ALICE)
    async with alice.socket() as socket:
        await message(socket, "hello")
        house.tools._publish("shared")
        assert await closed(socket) == 4008


async def test_a_change_is_on_the_page_within_100_ms(house: House) -> None:
    """From the change of a state to the message on the page, 95 of 100 times."""
    alice = await house.visitor(ALICE)
    took = []
    async with alice.socket() as socket:
        await message(socket, "hello")
        for _ in range(60):
            before = time.perf_counter()
            house.tools._publish("shared")
            await message(socket, "tool.changed")
            took.append(time.perf_counter() - before)
    assert quantiles(took, n=20)[-1] < 0.1


async def test_a_real_start_is_told_step_by_step(house: House) -> None:
    """A page that only listens sees the tool go from starting to ready."""
    alice = await house.visitor(ALICE)
    states: list[str] = []
    async with alice.socket() as socket:
        await message(socket, "hello")
        await alice.json("POST", "/api/v1/tools/shared/start", {})
        while "ready" not in states:
            found = await message(socket, "tool.changed", within=15)
            states.append(found["data"]["tool"]["state"])
    assert states[0] == "starting"


async def test_a_large_request_over_the_socket_ends_it(house: House) -> None:
    """A page has little to say: more than 16 KB at once closes the socket with 1009."""
    alice = await house.visitor(ALICE)
    async with alice.socket() as socket:
        await message(socket, "hello")
        await socket.send_str("x" * 20_000)
        assert await closed(socket) == 1009


async def test_closing_the_portal_closes_the_pages(house: House) -> None:
    """When the studio ends or begins anew, pages are let go as such, and nobody is signed out."""
    alice = await house.visitor(ALICE)
    async with alice.socket() as socket:
        await message(socket, "hello")
        await house.portal.close()
        raw = await socket.receive()
        assert (raw.type, raw.data) == (aiohttp.WSMsgType.CLOSE, 1001)
