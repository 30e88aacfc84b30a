"""Trust 20 on a whole studio: thousands of parts, ranges and slow readers, frames and bodies without measure."""

import asyncio
import contextlib
import statistics
import time
from typing import Any

import psutil
import pytest

from tests.security.whole import ADMIN, ALICE, BOB, SHARED, Whole
from tests.studio import Answer
from tests.waiting import until

FORM = "application/x-www-form-urlencoded"
FIELDS = "&".join(f"field{number}=1" for number in range(10_000)).encode()
PARTS = b"".join(
    b'--edge\r\nContent-Disposition: form-data; name="part%d"\r\n\r\n1\r\n' % number for number in range(10_000)
)
RANGES = {"Range": "bytes=" + ",".join(f"{number}-{number}" for number in range(10_000))}
FEWER = {"Range": "bytes=" + ",".join(f"{number}-{number}" for number in range(2_000))}
HUGE = 100 * 1024 * 1024
ROOM = 64 * 1024 * 1024


def _memory(whole: Whole) -> int:
    return int(psutil.Process(whole.studio.pid).memory_info().rss)


async def _raw(whole: Whole, head: str, body: bytes = b"", port: int = 8080) -> tuple[int, asyncio.StreamReader, Any]:
    """Send this as it is; the answer's status and what is left to read."""
    reader, writer = await asyncio.open_connection("localhost", whole.studio.port(port), limit=65_536)
    writer.write(head.encode() + b"\r\n" + body)
    line = await reader.readline()
    return int(line.split()[1]), reader, writer


async def _gone(writer: asyncio.StreamWriter) -> None:
    """Leave without a word, whatever waits to be sent."""
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


def _head(whole: Whole, method: str, path: str, headers: dict[str, str], port: int = 8080) -> str:
    own = {"Host": f"localhost:{whole.studio.port(port)}", "Origin": whole.studio.origin(port)}
    return f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in (own | headers).items())


@pytest.mark.parametrize("path", ["/start_session", "/set_artist", "/set_admin_mode", "/api/v1/session"])
async def test_ten_thousand_parts(whole: Whole, path: str) -> None:
    """As a form of fields or of parts: refused in no time, with a client's error."""
    cookie = {"Cookie": (await asyncio.to_thread(whole.visitor, ALICE)).cookie}
    for kind, body in ((FORM, FIELDS), ("multipart/form-data; boundary=edge", PARTS + b"--edge--\r\n")):
        began = time.monotonic()
        headers = cookie | {"Content-Type": kind, "Content-Length": str(len(body))}
        status, _, writer = await _raw(whole, _head(whole, "POST", path, headers), body)
        await _gone(writer)
        assert status in {415, 422}
        assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("path", "port"), [("/api/v1/outputs/file?path=large.bin", 8080), ("/", 8080), ("/big", SHARED)]
)
async def test_ten_thousand_ranges(whole: Whole, path: str, port: int) -> None:
    """More than a head may hold is 431; as many as fit are one answer at most, never one for each."""
    await asyncio.to_thread(whole.outputs, ALICE)
    headers = whole.token(ALICE)
    for ranges, expected in ((RANGES, {431}), (FEWER, {200, 416, 431})):
        answer: Answer = await asyncio.to_thread(whole.studio.get, path, port=port, headers=headers | ranges)
        assert answer.status in expected
        assert not (answer.headers.get("Content-Type") or "").startswith("multipart")
        assert len(answer.body) <= 40_000_000


async def _framed(whole: Whole, path: str, port: int, name: str, *, text: bool) -> bytes:
    """Announce a message of 100 MB on a socket and send it; what came back until the end."""
    visitor = await asyncio.to_thread(whole.visitor, name)
    if port != 8080:
        await asyncio.to_thread(visitor.open, port)
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Cookie": visitor.cookie}
    upgrade |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    status, reader, writer = await _raw(whole, _head(whole, "GET", path, upgrade, port), port=port)
    assert status == 101
    before, most = _memory(whole), 0
    writer.write(bytes([0x81 if text else 0x82, 0xFF]) + HUGE.to_bytes(8) + bytes(4))
    try:
        for sent in range(0, HUGE, 262_144):
            writer.write(b"x" * 262_144)
            await writer.drain()
            if sent % 2_621_440 == 0:
                most = max(most, _memory(whole))
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        await _gone(writer)
        assert most - before < ROOM, "the studio took all of it in"


async def test_a_frame_of_a_hundred_megabytes(whole: Whole) -> None:
    """On the events socket, at a terminal, at a tool: broken off or passed on as it comes, and never kept."""
    admin = await asyncio.to_thread(whole.visitor, ADMIN)
    job = (await asyncio.to_thread(admin.request, "POST", "/api/v1/terminals")).json["job"]["id"]
    await _framed(whole, "/api/v1/events", 8080, ALICE, text=True)
    await _framed(whole, f"/api/v1/terminals/{job}/socket", 8080, ADMIN, text=False)
    # The tool's own server says that it is too large, or takes it.
    async with asyncio.timeout(20):
        await _framed(whole, "/ws", SHARED, ALICE, text=False)
    whole.studio.call("POST", f"/jobs/{job}/cancel")
    bob = await asyncio.to_thread(whole.visitor, BOB)
    async with bob.socket() as events:
        await events.send_str("x" * 20_000)
        assert (await events.receive_json(timeout=5))["type"] == "hello"
        assert (await events.receive(timeout=5)).data == 1009


async def test_ten_gigabytes_and_no_end(whole: Whole) -> None:
    """A body that is announced too large is 413 at once, and one that never ends after a megabyte."""
    cookie = {"Cookie": (await asyncio.to_thread(whole.visitor, ALICE)).cookie, "Content-Type": "application/json"}
    announced = cookie | {"Content-Length": str(10 * 1024**3)}
    status, _, writer = await _raw(whole, _head(whole, "POST", "/api/v1/tokens", announced))
    assert status == 413
    await _gone(writer)
    endless = _head(whole, "POST", "/api/v1/tokens", cookie | {"Transfer-Encoding": "chunked"})
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    before = _memory(whole)
    status, _, writer = await _raw(whole, endless, chunk * 200)
    assert status == 413
    assert _memory(whole) - before < ROOM
    await _gone(writer)


async def test_slow_readers_hold_up_nobody(whole: Whole) -> None:
    """Somebody opens a hundred downloads and archives and reads none: others are answered, memory is bounded."""
    alice, bob = await asyncio.to_thread(whole.visitor, ALICE), await asyncio.to_thread(whole.visitor, BOB)
    await asyncio.to_thread(whole.outputs, ALICE)
    asked = (await asyncio.to_thread(alice.request, "POST", "/api/v1/outputs/zip", {})).json
    archive = f"/api/v1/outputs/zip?id={asked['id']}"
    before, held, statuses = _memory(whole), [], []
    for path in [archive] * 20 + ["/api/v1/outputs/file?path=large.bin"] * 80:
        status, _, writer = await _raw(whole, _head(whole, "GET", path, {"Cookie": alice.cookie}))
        statuses.append(status)
        held.append(writer)
    assert statuses[:20].count(200) == 4
    assert set(statuses[:20]) == {200, 429}
    assert set(statuses[20:]) == {200}
    took = []
    for _ in range(5):
        began = time.monotonic()
        assert (await asyncio.to_thread(bob.get, "/api/v1/outputs")).status == 200
        took.append(time.monotonic() - began)
    assert statistics.median(took) < 1
    assert _memory(whole) - before < ROOM * 2
    for writer in held:
        await _gone(writer)

    async def again() -> bool:
        """Whoever left makes room for the next archive."""
        status, _, writer = await _raw(whole, _head(whole, "GET", archive, {"Cookie": alice.cookie}))
        await _gone(writer)
        return status == 200

    await until(again)


async def test_whoever_leaves_in_the_middle_is_no_error(whole: Whole) -> None:
    """Downloads, archives and bodies broken off by the client leave nothing in the studio's own log."""
    await asyncio.to_thread(whole.outputs, ALICE)
    alice, ada = await asyncio.to_thread(whole.visitor, ALICE), await asyncio.to_thread(whole.visitor, ADMIN)
    asked = (await asyncio.to_thread(alice.request, "POST", "/api/v1/outputs/zip", {})).json
    before = len(whole.studio.said())
    for path, visitor in [
        (f"/api/v1/outputs/zip?id={asked['id']}", alice),
        ("/api/v1/outputs/file?path=large.bin", alice),
        ("/api/v1/audit/csv", ada),
        ("/api/v1/tools/shared/log/download", alice),
    ]:
        _, _, writer = await _raw(whole, _head(whole, "GET", path, {"Cookie": visitor.cookie}))
        await _gone(writer)
    for path in ("/api/v1/tokens", "/start_session"):
        _, writer = await asyncio.open_connection("localhost", whole.studio.port())
        given = {"Cookie": alice.cookie, "Content-Type": "application/json", "Content-Length": "1000"}
        writer.write(_head(whole, "POST", path, given).encode() + b"\r\n{")
        await writer.drain()
        await asyncio.sleep(0.1)
        await _gone(writer)
    await until(lambda: alice.get("/api/v1/session").status == 200)
    await asyncio.sleep(0.3)
    assert "unexpected error" not in whole.studio.said()[before:]
    assert '"error"' not in whole.studio.said()[before:]
