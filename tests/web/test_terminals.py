"""Terminals over the API: who may open, look and type, for how long, and what a page that misbehaves gets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import psutil
import pytest
from aiohttp import WSMsgType

from comfystudio.errors import Conflict
from comfystudio.people import LOCAL
from tests.people.conftest import joined
from tests.waiting import until
from tests.web.house import ADMIN, ALICE, PASSWORD, House, Visitor

PATH = "/api/v1/terminals"


class Page:
    """A page with a terminal: what it was drawn and told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.drawn = b""
        self.told: list[dict[str, Any]] = []
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            if message.type is WSMsgType.BINARY:
                self.drawn += message.data
            else:
                self.told.append(json.loads(message.data))

    async def sees(self, text: bytes, within: float = 5) -> None:
        """Wait until `text` was drawn."""
        await until(lambda: text in self.drawn, within, why=repr(self.drawn[-300:]))

    async def hears(self, type_: str) -> dict[str, Any]:
        """Wait for a message of that type."""
        return dict(await until(lambda: next((told for told in self.told if told["type"] == type_), None)))

    async def closed(self) -> int | None:
        """Wait for the end; its code."""
        async with asyncio.timeout(5):
            await self._task
        return self.socket.close_code


async def opened(house: House, visitor: Visitor) -> int:
    """A new terminal's number."""
    return int((await visitor.json("POST", PATH, status=202))["job"]["id"])


@asynccontextmanager
async def page_of(visitor: Visitor, number: int, query: str = "?cols=90&rows=20") -> AsyncIterator[Page]:
    """A page at the terminal."""
    address = f"{visitor.base}{PATH}/{number}/socket{query}"
    async with visitor.client.ws_connect(address, headers=visitor.headers, max_msg_size=0) as socket:
        yield Page(socket)


async def end_terminals(house: House) -> None:
    """Leave none behind."""
    for job in house.jobs.list():
        if job.state == "running":
            with suppress(Conflict):  # it ended by itself meanwhile
                await house.jobs.cancel(job.id, LOCAL)


@pytest.fixture(autouse=True)
async def ended(house: House) -> AsyncIterator[None]:
    """End the terminals that a test opened."""
    yield
    await end_terminals(house)


async def test_an_admin_types_and_sees(house: House) -> None:
    """Opened as a job, listed, sized, typed at; its log is the transcript; both ends are in the audit trail."""
    ada = await house.visitor(ADMIN)
    number = await opened(house, ada)
    listed = (await ada.json("GET", PATH))["terminals"]
    assert [(job["id"], job["kind"], job["title"], job["by"]) for job in listed] == [
        (number, "terminal", "Terminal 1", ADMIN)
    ]
    async with page_of(ada, number) as page:
        await page.socket.send_bytes(b"stty size; pwd\r")
        await page.sees(f"20 90\r\n{house.workspace.root}\r\n".encode())
        await page.socket.send_str('{"type": "resize", "cols": 50, "rows": 10}')
        await page.socket.send_bytes(b"stty size\r")
        await page.sees(b"10 50\r\n")
        await page.socket.send_bytes("echo grün 木\r".encode())
        await page.sees("\rgrün 木\r\n".encode())
        await page.socket.send_bytes(b"exit 7\r")
        await page.hears("ended")
        assert await page.closed() == 1000
    job = await until(lambda: over(ada, number))
    assert (job["state"], job["exit_code"], job["first_error"]) == ("done", 7, None)
    assert (await ada.json("GET", PATH))["terminals"] == []
    lines = (await ada.json("GET", f"/api/v1/jobs/{number}/log"))["lines"]
    assert {"20 90", "10 50", "grün 木"} <= {line["text"] for line in lines}
    await until(lambda: _noted(house))
    assert await ada.status("GET", f"{PATH}/{number}/socket") == 426
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        async with page_of(ada, number):
            pass
    assert caught.value.status == 410


async def over(visitor: Visitor, number: int) -> Any:
    """The job once it no longer runs."""
    job = await visitor.json("GET", f"/api/v1/jobs/{number}")
    return job if job["state"] != "running" else None


async def _noted(house: House) -> bool:
    found = [(entry.action, entry.by) for entry in await house.room.audit.recent()]
    return {("terminal.opened", ADMIN), ("terminal.closed", ADMIN)} <= set(found)


async def test_a_page_that_comes_again_finds_it_as_it_was(house: House) -> None:
    """Closing the page closes no terminal; the next page, also a second admin's, is drawn what was there."""
    ada = await house.visitor(ADMIN)
    number = await opened(house, ada)
    async with page_of(ada, number) as page:
        await page.socket.send_bytes(b"echo first$((1+1))\r")
        await page.sees(b"first2\r\n")
    async with page_of(ada, number) as page, page_of(house.local(), number) as other:
        await page.sees(b"first2\r\n")
        await other.socket.send_bytes(b"echo second$((1+1))\r")
        await page.sees(b"second2\r\n")
    found = [(entry.action, entry.by) for entry in await house.room.audit.recent()]
    assert ("terminal.joined", "command line") in found
    assert ("terminal.joined", ADMIN) not in found


async def test_input_ends_with_admin_mode(house: House) -> None:
    """Once admin mode is over nothing more reaches the shell, which is said once; what is drawn goes on."""
    caller, raw = await house.caller(ADMIN)
    ada = house.holder(raw)
    number = await opened(house, ada)
    async with page_of(ada, number) as page:
        await page.socket.send_bytes(b"while :; do echo tick; sleep 0.05; done\r")
        await page.sees(b"tick\r\n")
        await house.room.sessions.end_admin_mode(caller)
        await page.socket.send_bytes(b"\x03touch typed-after\r")
        await page.socket.send_str('{"type": "resize", "cols": 50, "rows": 10}')
        await page.socket.send_bytes(b"\x03")
        refused = await page.hears("problem")
        assert refused["key"] == "web.admin_mode"
        before = page.drawn.count(b"tick")
        await until(lambda: page.drawn.count(b"tick") > before + 5)
        assert [told["type"] for told in page.told] == ["problem"]
        await house.room.sessions.begin_admin_mode(caller, PASSWORD, address="192.0.2.7")
        await page.socket.send_bytes(b"\x03echo again$((1+1))\r")
        await page.sees(b"again2\r\n")
    assert not (house.workspace.root / "typed-after").exists()


@pytest.mark.parametrize("how", ["signed out", "no admin any more", "disabled", "a token revoked"])
async def test_the_page_is_closed_with_the_right_to_it(house: House, how: str) -> None:
    """Whoever is signed out, no admin any more, disabled, or whose token is gone sees nothing more at once."""
    caller, raw = await house.caller(ADMIN)
    await house.room.people.add("Eva", admin=True, by=caller)
    await joined(house.room, "Eva")
    eva, _ = await house.caller("Eva")
    ada = house.holder(raw)
    if how == "a token revoked":
        made, secret = await house.room.tokens.create(caller.person, "script", scope="admin", by=caller)
        ada = house.program(secret)
    number = await opened(house, ada)
    async with page_of(ada, number) as page:
        if how == "signed out":
            assert caller.session_id is not None
            await house.room.sessions.end(caller.session_id)
        elif how == "disabled":
            await house.room.people.set_disabled(caller.person.id, True, by=eva)
        elif how == "no admin any more":
            await house.room.people.set_admin(caller.person.id, False, by=eva)
        else:
            await house.room.tokens.revoke(made.id, caller)
        with suppress(ConnectionError):  # it is closed already
            await page.socket.send_bytes(b"touch typed-after\r")
        began = asyncio.get_running_loop().time()
        assert await page.closed() == 4001
        assert asyncio.get_running_loop().time() - began < 2
    if how == "no admin any more":
        for path in (PATH, f"/api/v1/jobs/{number}", f"/api/v1/jobs/{number}/log"):
            assert await ada.status("GET", path) in {403, 404}
    assert not (house.workspace.root / "typed-after").exists()


async def test_nobody_else_gets_in(house: House) -> None:
    """Nobody, artists and admins outside admin mode open, see and reach no terminal, whatever its number."""
    ada = await house.visitor(ADMIN)
    number = await opened(house, ada)
    for visitor, status in (
        (await house.visitor(), 401),
        (await house.visitor(ALICE), 403),
        (await house.visitor(ADMIN, mode=False), 403),
    ):
        assert await visitor.status("POST", PATH) == status
        assert await visitor.status("GET", PATH) == status
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            async with page_of(visitor, number):
                pass
        assert caught.value.status == status
    alice = await house.visitor(ALICE)
    assert await alice.status("GET", f"/api/v1/jobs/{number}/log") == 404
    assert await alice.status("POST", f"/api/v1/jobs/{number}/cancel") == 404


async def test_sizes_that_are_none_are_refused(house: House) -> None:
    """A screen of no, a negative or an absurd size never reaches the terminal."""
    ada = await house.visitor(ADMIN)
    number = await opened(house, ada)
    for size in ("cols=0&rows=24", "cols=1001", "cols=x", "rows=-1", "cols=1e3", "size=1", "cols=" + "9" * 500):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            async with page_of(ada, number, f"?{size}"):
                pass
        assert caught.value.status == 422, size


async def test_no_terminal_of_that_number(house: House) -> None:
    """A number that no job has, and that of a job which is no terminal, lead nowhere."""
    caller, raw = await house.caller(ADMIN)
    ada = house.holder(raw)
    job = await house.job(caller, "sleep 60")
    for number in (job.id, 4711):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            async with page_of(ada, number):
                pass
        assert caught.value.status == 404


async def test_requests_that_are_none_are_answered_so(house: House) -> None:
    """Whatever else a page sends as text is refused with a sentence each time; the terminal goes on."""
    ada = await house.visitor(ADMIN)
    texts = [
        *("", "{", "[]", "null", '{"type": "resize"}', '{"type": "stop"}', "x" * 60_000),
        '{"type": "resize", "cols": 0, "rows": 5}',
        '{"type": "resize", "cols": "9", "rows": 5}',
        '{"type": "resize", "cols": 80, "rows": 24, "x": 1}',
    ]
    async with page_of(ada, await opened(house, ada)) as page:
        for text in texts:
            await page.socket.send_str(text)
        await until(lambda: len(page.told) == len(texts))
        assert {told["key"] for told in page.told} == {"web.unknown_request"}
        await page.socket.send_bytes(b"echo on$((1+1))\r")
        await page.sees(b"on2\r\n")


async def test_a_message_that_is_too_large_closes_the_page(house: House) -> None:
    """More than 64 KiB in one message ends that socket; a large paste in pieces arrives whole."""
    ada = await house.visitor(ADMIN)
    number = await opened(house, ada)
    async with page_of(ada, number) as page:
        await page.socket.send_bytes(b"x" * 70_000)
        assert await page.closed() == 1009
    async with page_of(ada, number) as page:
        await page.socket.send_bytes(b"\x15stty -icanon -echo; head -c 200000 | wc -c\r")
        await page.sees(b"wc -c\r\n")
        await asyncio.gather(*(page.socket.send_bytes(b"y" * 50_000) for _ in range(4)))
        await page.sees(b"200000\r\n", 10)


async def test_a_flood_past_a_page_that_does_not_read(house: House) -> None:
    """25 MB drawn while the page reads nothing: the program ends, the portal holds little."""
    ada = await house.visitor(ADMIN)
    number = await opened(house, ada)
    address, done = f"{ada.base}{PATH}/{number}/socket", house.workspace.root / "done"
    before = psutil.Process().memory_info().rss
    async with ada.client.ws_connect(address, headers=ada.headers, max_msg_size=0) as socket:
        await socket.send_bytes(b"yes %b | head -c 25000000; touch done; echo the-e$((1+1))d\r" % (b"x" * 1000))
        await until(done.exists, 30)
        assert psutil.Process().memory_info().rss - before < 40_000_000
        page = Page(socket)
        await page.sees(b"the-e2d\r\n", 15)
        assert (await page.hears("skipped"))["bytes"] > 0
        assert len(page.drawn) < 20_000_000


async def test_only_so_many_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened all at once they get a number each; one more than may be is refused until another is closed."""
    monkeypatch.setattr("comfystudio.jobs.terminals.MOST", 3)
    ada = await house.visitor(ADMIN)
    found = await asyncio.gather(*(ada.status("POST", PATH) for _ in range(5)))
    assert sorted(found) == [202, 202, 202, 409, 409]
    titles = {job["title"]: job["id"] for job in (await ada.json("GET", PATH))["terminals"]}
    assert set(titles) == {"Terminal 1", "Terminal 2", "Terminal 3"}
    await ada.json("POST", f"/api/v1/jobs/{titles['Terminal 2']}/cancel")
    assert (await ada.json("POST", PATH, status=202))["job"]["title"] == "Terminal 2"
