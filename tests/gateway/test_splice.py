"""Long bodies of known length, which pass inside the kernel where both sides are plain sockets."""

import asyncio
import errno
import hashlib
import io
import os
import random
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from comfystudio.gateway import bodies, splice
from tests.gateway.doubles import BO, Upstream
from tests.gateway.studio import Studio, studio_of
from tests.gateway.test_door import certificate
from tests.waiting import until

__all__ = ["certificate"]

LONG = 6_000_001
MIB = 1024 * 1024
CONTENT = random.Random(5).randbytes(LONG + 70_000)


@pytest.fixture
def spliced(monkeypatch: pytest.MonkeyPatch) -> list[splice.Splice]:
    """Every splice that was begun."""
    begun: list[splice.Splice] = []
    init = splice.Splice.__init__

    def noted(self: splice.Splice, *args) -> None:
        init(self, *args)
        begun.append(self)

    monkeypatch.setattr(splice.Splice, "__init__", noted)
    return begun


def _head(studio: Studio, line: str, *more: str, tool: str = "plain") -> bytes:
    fields = {"Host": f"localhost:{studio.tools.ports[tool]}", **studio.signed_in(tool)}
    lines = [line, *(f"{name}: {value}" for name, value in fields.items()), *more]
    return "".join(f"{each}\r\n" for each in lines).encode() + b"\r\n"


async def _opened(studio: Studio, tool: str = "plain") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", studio.tools.ports[tool], limit=2**16)


async def _read_head(reader: asyncio.StreamReader) -> bytes:
    return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)


class Plain:
    """A tool on a bare socket: it answers GET with the bytes that `answer` holds and notes the bodies it gets."""

    def __init__(self) -> None:
        self.answer = b""
        self.after: asyncio.Event | None = None
        self.reset = False
        self.reads = asyncio.Event()
        self.reads.set()
        self.bodies: list[bytes] = []
        self.got = 0
        self.connections = 0
        self.ended = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or b"0")
                if head.startswith(b"GET"):
                    writer.write(self.answer)
                    await writer.drain()
                    if self.reset:
                        writer.transport.abort()
                else:
                    self.bodies.append(await self._body(reader, length))
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.ended += 1
            writer.close()

    async def _body(self, reader: asyncio.StreamReader, length: int) -> bytes:
        parts = []
        while length:
            await self.reads.wait()
            part = await reader.read(min(length, 100_000))
            if not part:
                raise ConnectionError
            parts.append(part)
            length -= len(part)
            self.got += len(part)
        return b"".join(parts)


def answer(body: bytes, length: int | None = None) -> bytes:
    """A whole answer; `length` is what it claims."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body) if length is None else length, body)


@asynccontextmanager
async def _plain(studio: Studio) -> AsyncIterator[Plain]:
    tool = Plain()
    server = await asyncio.start_server(tool.serve, "127.0.0.1", 0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    inner = server.sockets[0].getsockname()[1]
    studio.tools.add("plain", port, Upstream(("plain", ""), port=inner))
    await studio.gateway.update()
    try:
        yield tool
    finally:
        server.close()
        for each in tool.writers:
            each.transport.abort()


@pytest.fixture
async def tool(studio: Studio) -> AsyncIterator[Plain]:
    """A bare tool behind the studio."""
    async with _plain(studio) as found:
        yield found


def _files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("count", [MIB - 1, MIB, MIB + 1, MIB + 256 * 1024 + 7, LONG])
async def test_answers_arrive_byte_for_byte(studio: Studio, tool: Plain, count: int) -> None:
    """Around the length from which it is done and at odd ones, again and again over the same two connections."""
    tool.answer = answer(CONTENT[:count])
    reader, writer = await _opened(studio)
    before = 0
    for turn in range(4):
        writer.write(_head(studio, "GET /x HTTP/1.1"))
        assert b" 200 " in await _read_head(reader)
        assert await asyncio.wait_for(reader.readexactly(count), 5) == CONTENT[:count]
        before = before or _files()
        assert _files() <= before, turn
    writer.close()
    assert tool.connections == 1


async def test_long_answers_are_spliced(studio: Studio, tool: Plain, spliced: list[splice.Splice]) -> None:
    """What these tests prove is proved on the way inside the kernel."""
    tool.answer = answer(CONTENT)
    reader, writer = await _opened(studio)
    writer.write(_head(studio, "GET /x HTTP/1.1"))
    await _read_head(reader)
    assert hashlib.sha256(await reader.readexactly(len(CONTENT))).digest() == hashlib.sha256(CONTENT).digest()
    writer.write(_head(studio, "PUT /x HTTP/1.1", f"Content-Length: {len(CONTENT)}") + CONTENT)
    await _read_head(reader)
    writer.close()
    assert tool.bodies == [CONTENT]
    assert len(spliced) == 2
    assert all(each.moved > MIB and not each.left for each in spliced)


@pytest.mark.parametrize("count", [MIB - 1, MIB, MIB + 1, MIB + 256 * 1024 + 7, LONG])
async def test_bodies_arrive_byte_for_byte(studio: Studio, tool: Plain, count: int) -> None:
    """Uploads too, and the next request, which was sent without waiting, is understood behind them."""
    reader, writer = await _opened(studio)
    tool.answer = answer(b"next")
    for turn in range(3):
        body = CONTENT[turn : turn + count]
        writer.write(_head(studio, "PUT /x HTTP/1.1", f"Content-Length: {count}") + body)
        writer.write(_head(studio, "GET /x HTTP/1.1"))
        assert b" 200 " in await _read_head(reader)
        assert await reader.readexactly(2) == b"ok"
        assert b" 200 " in await _read_head(reader)
        assert await reader.readexactly(4) == b"next"
        assert tool.bodies[turn] == body
    writer.close()


@pytest.mark.parametrize("reset", [True, False])
async def test_a_tool_that_breaks_off_inside(
    studio: Studio, tool: Plain, spliced: list[splice.Splice], *, reset: bool
) -> None:
    """The client sees an answer that ends early, never one that looks whole, and nothing stays open."""
    tool.answer, tool.reset = answer(CONTENT, 2 * LONG), reset
    reader, writer = await _opened(studio)
    writer.write(_head(studio, "GET /x HTTP/1.1"))
    await _read_head(reader)
    if not reset:
        await until(lambda: spliced and spliced[0].moved > MIB)
        tool.writers[0].close()
    got = 0
    try:
        while part := await asyncio.wait_for(reader.read(2**16), 5):
            got += len(part)
    except ConnectionError:
        pass
    writer.close()
    assert got <= len(CONTENT)
    await until(lambda: len(studio.gateway.opens) == 0)


async def test_a_tool_that_says_more_than_it_announced(studio: Studio, tool: Plain) -> None:
    """What follows the end reaches nobody, and its connection is not used for another request."""
    tool.answer = answer(CONTENT, LONG) + answer(b"not asked for")
    reader, writer = await _opened(studio)
    for _ in range(2):
        writer.write(_head(studio, "GET /x HTTP/1.1"))
        assert b"Content-Length: 6000001" in await _read_head(reader)
        assert await asyncio.wait_for(reader.readexactly(LONG), 5) == CONTENT[:LONG]
    writer.close()
    assert tool.connections == 2


async def test_a_client_that_leaves_inside(studio: Studio, tool: Plain, spliced: list[splice.Splice]) -> None:
    """In the middle of a download and of an upload: the tool's connection ends, and no descriptor is left behind."""
    tool.answer = answer(CONTENT, 10 * LONG)
    before = _files()
    _, writer = await _opened(studio)
    writer.write(_head(studio, "GET /x HTTP/1.1"))
    await until(lambda: spliced and spliced[0].moved > MIB)
    writer.transport.abort()
    await until(lambda: tool.ended == 1)
    _, writer = await _opened(studio)
    writer.write(_head(studio, "PUT /x HTTP/1.1", f"Content-Length: {10 * LONG}") + CONTENT)
    await until(lambda: tool.got > MIB)
    writer.close()
    await until(lambda: tool.ended == 2)
    assert tool.bodies == []
    await until(lambda: _files() <= before)


async def test_a_tool_that_leaves_inside_an_upload(studio: Studio, tool: Plain, spliced: list[splice.Splice]) -> None:
    """The client is told that the tool does not answer."""
    reader, writer = await _opened(studio)
    writer.write(_head(studio, "PUT /x HTTP/1.1", f"Content-Length: {10 * LONG}") + CONTENT)
    await until(lambda: spliced and spliced[0].moved > MIB)
    tool.writers[0].transport.abort()
    assert b" 502 " in await _read_head(reader)
    writer.close()


@pytest.mark.parametrize("line", ["GET /x HTTP/1.1", "PUT /x HTTP/1.1"])
async def test_it_ends_with_its_session(studio: Studio, tool: Plain, spliced: list[splice.Splice], line: str) -> None:
    """Both directions stop within a second of the sign-out, at both ends."""
    tool.answer = answer(CONTENT, 10 * LONG)
    reader, writer = await _opened(studio)
    writer.write(_head(studio, line, *([f"Content-Length: {10 * LONG}"] if line.startswith("PUT") else [])))
    if line.startswith("PUT"):
        writer.write(CONTENT)
    await until(lambda: (spliced and spliced[0].moved > MIB) or tool.got > MIB)
    studio.sessions.end(BO)
    async with asyncio.timeout(1):
        try:
            while await reader.read(2**20):
                pass
        except ConnectionError:
            pass
        await until(lambda: tool.ended == 1)
    writer.close()


async def test_a_slow_reader_keeps_memory_flat(studio: Studio, spliced: list[splice.Splice]) -> None:
    """What a client does not read stays in the tool: neither the gateway's buffers nor its memory grow."""
    studio.tools.ports["plain"] = studio.tools.ports["unix"]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader, writer = await asyncio.open_connection("127.0.0.1", studio.tools.ports["unix"], limit=1024)
    writer.write(_head(studio, "GET /bytes/900000000 HTTP/1.1", tool="unix"))
    await _read_head(reader)
    await until(lambda: spliced and spliced[0].blocked() > 0.2)
    moved = spliced[0].moved
    await until(lambda: spliced[0].blocked() > 0.4)
    assert spliced[0].moved == moved < 100_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024
    writer.transport.abort()
    await until(lambda: len(studio.gateway.opens) == 0)


async def test_a_tool_that_does_not_read_is_no_fault_of_the_client(
    studio: Studio, tool: Plain, spliced: list[splice.Splice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time in which the tool did not read does not count; once it reads, the upload arrives."""
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.3)
    monkeypatch.setattr(bodies, "SLOWEST", 2**40)
    tool.reads.clear()
    body = bytes(40_000_000)
    reader, writer = await _opened(studio)
    writer.write(_head(studio, "PUT /x HTTP/1.1", f"Content-Length: {len(body)}") + body)
    await until(lambda: spliced and spliced[0].blocked() > 0.5)
    tool.reads.set()
    assert b" 200 " in await _read_head(reader)
    writer.close()
    assert tool.bodies == [body]


async def test_an_upload_that_hardly_comes_is_ended(
    studio: Studio, tool: Plain, spliced: list[splice.Splice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that stops sending gets 408, and the tool's request ends."""
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.3)
    monkeypatch.setattr(bodies, "SLOWEST", 2**40)
    reader, writer = await _opened(studio)
    writer.write(_head(studio, "PUT /x HTTP/1.1", f"Content-Length: {10 * LONG}") + CONTENT)
    assert b" 408 " in await _read_head(reader)
    writer.close()
    assert spliced
    await until(lambda: tool.ended == 1)
    assert tool.bodies == []


@pytest.mark.parametrize("failing", [1, 2])
async def test_a_system_that_cannot(
    studio: Studio, tool: Plain, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Where the kernel refuses, at the first step or at the second, the ordinary way takes over without a loss."""
    calls = 0
    real = os.splice

    def refused(*args: int, **options: int) -> int:
        nonlocal calls
        calls += 1
        if calls % 2 == failing % 2:
            raise OSError(errno.EINVAL, "no")
        return real(*args, **options)

    monkeypatch.setattr(os, "splice", refused)
    tool.answer = answer(CONTENT)
    reader, writer = await _opened(studio)
    writer.write(_head(studio, "GET /x HTTP/1.1"))
    await _read_head(reader)
    assert await asyncio.wait_for(reader.readexactly(len(CONTENT)), 5) == CONTENT
    calls = 0
    writer.write(_head(studio, "PUT /x HTTP/1.1", f"Content-Length: {len(CONTENT)}") + CONTENT)
    assert b" 200 " in await _read_head(reader)
    writer.close()
    assert tool.bodies == [CONTENT]
    assert calls


async def test_tls_takes_the_ordinary_way(
    root: Path, certificate: tuple[Path, Path], spliced: list[splice.Splice]
) -> None:
    """Encrypted bytes have to come through this process, and arrive as well."""
    flags = {"tls_certificate": str(certificate[0]), "tls_key": str(certificate[1])}
    async with studio_of(root, flags) as studio:
        address, headers = studio.origin(), studio.signed_in()
        async with studio.client.get(f"{address}/bytes/{LONG}", headers=headers, ssl=False) as got:
            assert len(await got.read()) == LONG
        async with studio.client.put(
            f"{address}/upload", headers=headers, data=io.BytesIO(CONTENT), ssl=False
        ) as got:
            assert (await got.json())["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert spliced == []
