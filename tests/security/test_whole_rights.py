"""Trust 2 on a whole studio: what was begun with a right ends with it, downloads and sockets, on every origin."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.security.whole import ADMIN, ALICE, BOB, CLOSED, LARGE, PASSWORD, SHARED, Whole
from tests.visitor import Visitor
from tests.waiting import until

BUFFERS = 20_000_000


async def _cut_off(whole: Whole, port: int, path: str, headers: dict[str, str], end: Callable[[], object]) -> float:
    """Begin a download, let `end` take the right to it, read on: the seconds until the connection broke off."""
    given = {"Host": f"localhost:{whole.studio.port(port)}"} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    reader, writer = await asyncio.open_connection("localhost", whole.studio.port(port), limit=65_536)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        got = len(await reader.readexactly(65_536))
        await asyncio.to_thread(end)
        began = time.monotonic()
        # A slow reader: what is under way does not end by arriving.
        await asyncio.sleep(1)
        try:
            async with asyncio.timeout(10):
                while piece := await reader.read(65_536):
                    got += len(piece)
        except ConnectionError:
            pass
        assert got < LARGE - 1, "all of it was sent"
        assert got < BUFFERS
        return time.monotonic() - began
    finally:
        writer.close()


def _zip(whole: Whole, headers: dict[str, str]) -> str:
    asked = whole.studio.request("POST", "/api/v1/outputs/zip", {}, headers=headers).json
    return f"/api/v1/outputs/zip?id={asked['id']}"


@pytest.mark.parametrize("what", ["a file", "an archive", "a tool's answer"])
async def test_a_token_revoked_in_the_middle(whole: Whole, what: str) -> None:
    """A program that fetches something large gets no more of it once its token is revoked."""
    await asyncio.to_thread(whole.outputs, ALICE)
    headers = whole.token(ALICE)
    path, port = {
        "a file": lambda: ("/api/v1/outputs/file?path=large.bin", 8080),
        "an archive": lambda: (_zip(whole, headers), 8080),
        "a tool's answer": lambda: ("/big", SHARED),
    }[what]()
    took = await _cut_off(
        whole, port, path, headers, lambda: whole.studio.call("DELETE", f"/tokens/{headers['Token-Id']}")
    )
    assert took < 3
    assert whole.studio.get("/api/v1/session", headers=headers).status == 401


@pytest.fixture
def granted(whole: Whole) -> Iterator[Callable[[bool | None], object]]:
    """Gives Bob the tool for admins, or takes it; as the manifest says afterwards."""

    def give(may: bool | None) -> object:
        return whole.studio.call("PUT", f"/people/{whole.numbers[BOB]}/tools/closed", {"may": may})

    yield give
    give(None)


async def test_a_grant_that_is_withdrawn(whole: Whole, granted: Callable[[bool | None], object]) -> None:
    """An artist in a tool they were given loses its socket within a second and gets no further request through."""
    bob = await asyncio.to_thread(whole.visitor, BOB)
    assert (await asyncio.to_thread(bob.open, CLOSED)).status == 403
    await asyncio.to_thread(granted, True)
    assert (await asyncio.to_thread(bob.open, CLOSED)).status == 200
    async with bob.socket("/ws", port=CLOSED) as socket:
        await socket.send_str("still here")
        assert await socket.receive_str(timeout=5) == "still here"
        await asyncio.to_thread(granted, None)
        began = time.monotonic()
        assert (await socket.receive(timeout=5)).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
        assert time.monotonic() - began < 1
    assert (await asyncio.to_thread(bob.get, "/", port=CLOSED)).status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with bob.socket("/ws", port=CLOSED):
            pass
    assert refused.value.status == 403


@asynccontextmanager
async def _second_admin(whole: Whole) -> Any:
    """Another admin, who is an artist again, and gone, afterwards."""
    number = whole.studio.person("Vera", PASSWORD, admin=True)
    try:
        yield number, await asyncio.to_thread(lambda: Visitor(whole.studio).sign_in("Vera", PASSWORD))
    finally:
        whole.studio.call("DELETE", f"/people/{number}")


async def test_an_admin_who_is_none_any_more(whole: Whole) -> None:
    """Demoted in admin mode: the terminal shows nothing more, what admins may is refused, the page is told."""
    async with _second_admin(whole) as (number, vera):
        job = (await asyncio.to_thread(vera.request, "POST", "/api/v1/terminals")).json["job"]["id"]
        async with (
            vera.socket(f"/api/v1/terminals/{job}/socket") as terminal,
            vera.socket() as events,
        ):
            await terminal.send_bytes(b"while sleep 0.1; do echo tick; done\r")
            drawn = b""
            async with asyncio.timeout(10):
                while b"tick\r\ntick" not in drawn:
                    drawn += await terminal.receive_bytes()
            whole.studio.call("PATCH", f"/people/{number}", {"admin": False})
            began = time.monotonic()
            async with asyncio.timeout(5):
                while (await terminal.receive()).type is aiohttp.WSMsgType.BINARY:
                    pass
            assert time.monotonic() - began < 1.5
            async with asyncio.timeout(5):
                while (await events.receive_json())["type"] != "resync":
                    pass
        for path in ("/api/v1/people", "/api/v1/terminals", f"/api/v1/jobs/{job}", f"/api/v1/jobs/{job}/log"):
            assert vera.get(path).status in {403, 404}
        assert vera.get("/api/v1/session").json["me"]["scope"] == "use"
        whole.studio.call("PATCH", f"/people/{number}", {"admin": True})
        # An admin again, but the admin mode of before is over.
        assert vera.get("/api/v1/people").json["key"] == "web.admin_mode"
        whole.studio.call("POST", f"/jobs/{job}/cancel")


async def test_admin_mode_that_ends_while_pages_are_open(whole: Whole) -> None:
    """Left in one tab: in another the terminal takes no more input, and no admin's route answers any of them."""
    ada = await asyncio.to_thread(whole.visitor, ADMIN)
    job = (await asyncio.to_thread(ada.request, "POST", "/api/v1/terminals")).json["job"]["id"]
    mark = whole.studio.workspace / "typed-after-admin-mode"
    async with ada.socket(f"/api/v1/terminals/{job}/socket") as terminal:
        await asyncio.to_thread(ada.request, "DELETE", "/api/v1/session/admin-mode")
        await terminal.send_bytes(f"touch {mark}\r".encode())

        async def told() -> bool:
            message = await terminal.receive(timeout=5)
            return message.type is aiohttp.WSMsgType.TEXT and message.json()["key"] == "web.admin_mode"

        await until(told)
        assert ada.get("/api/v1/audit").status == 403
        assert ada.request("POST", "/api/v1/tools/shared/kill", {}).json["key"] == "web.admin_mode"
        # Another session of the same admin never was in it.
        other = await asyncio.to_thread(whole.visitor, ADMIN, mode=False)
        assert other.get("/api/v1/audit").status == 403
        ada.request("POST", "/api/v1/session/admin-mode", {"password": PASSWORD})
        await terminal.send_bytes(b"echo back$((1+1))\r")
        drawn = b""
        async with asyncio.timeout(10):
            while b"back2" not in drawn:
                drawn += (await terminal.receive()).data
    assert not mark.exists()
    whole.studio.call("POST", f"/jobs/{job}/cancel")


async def test_signing_out_everywhere(whole: Whole) -> None:
    """From one browser: the other's pages, its sockets on the portal and on tools' origins end within a second."""
    first, second = await asyncio.to_thread(whole.visitor, BOB), await asyncio.to_thread(whole.visitor, BOB)
    assert (await asyncio.to_thread(second.open, SHARED)).status == 200
    async with second.socket() as events, second.socket("/ws", port=SHARED) as tool:
        assert (await events.receive_json(timeout=5))["type"] == "hello"
        assert (await asyncio.to_thread(first.request, "DELETE", "/api/v1/me/sessions?keep=true")).status == 204
        began = time.monotonic()
        assert (await tool.receive(timeout=5)).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
        async with asyncio.timeout(5):
            while (last := await events.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert time.monotonic() - began < 1
        assert last.data == 4001
    assert second.get("/api/v1/session").status == 401
    assert second.get("/", port=SHARED).status == 401
    assert first.get("/api/v1/session").status == 200


async def test_following_what_is_not_ones_own(whole: Whole) -> None:
    """Over the events socket: logs of others, of admins' tools, jobs and terminals are as if they were not."""
    admin = await asyncio.to_thread(whole.visitor, ADMIN)
    job = (await asyncio.to_thread(admin.request, "POST", "/api/v1/terminals")).json["job"]["id"]
    whole.studio.start_tool("own", BOB)
    names = [f"job:{job}", "tool:closed", f"tool:own:{whole.numbers[BOB]}", "job:999999", "tool:nothing"]
    alice = await asyncio.to_thread(whole.visitor, ALICE)
    async with alice.socket() as events:
        for name in names:
            await events.send_json({"op": "follow", "log": name, "start": 0})
        told: dict[str, str] = {}
        async with asyncio.timeout(10):
            while len(told) < len(names):
                message = await events.receive_json()
                assert message["type"] != "log.lines", message
                if message["type"] == "problem":
                    told[message["data"]["log"]] = message["data"]["key"]
    assert set(told) == set(names)
    for name in names:
        assert alice.get(f"/api/v1/logs/search?text=e&log={name}").status == 404
    # The admin outside admin mode reads their own transcript, and nobody else's log.
    outside = await asyncio.to_thread(whole.visitor, ADMIN, mode=False)
    assert outside.get(f"/api/v1/jobs/{job}/log").status == 200
    assert outside.get("/api/v1/tools/own/log?as=Bob").status == 404
    whole.studio.call("POST", f"/jobs/{job}/cancel")
