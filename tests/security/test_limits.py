"""Trust 7 and 20, as far as the door goes: long heads, slow heads, many connections."""

import asyncio
import time
from pathlib import Path

import pytest

from comfystudio.gateway.server import Timing
from tests.gateway.studio import Studio, studio_of


def _head(studio: Studio, extra: bytes = b"") -> bytes:
    lines = {"Host": f"localhost:{studio.tools.ports['unix']}", **studio.signed_in()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
    return b"GET /echo HTTP/1.1\r\n" + head + extra


async def _slowly(studio: Studio, content: bytes, part: int = 512) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", studio.tools.ports["unix"])
    try:
        for at in range(0, len(content), part):
            writer.write(content[at : at + part])
            await writer.drain()
            await asyncio.sleep(0)
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return await reader.read()
    finally:
        writer.close()


LONG = {
    "one cookie": b"Cookie: a=" + b"x" * 16_384 + b"\r\n\r\n",
    "one name": b"X" * 17_000 + b": 1\r\n\r\n",
    "many headers": b"".join(b"X-%d: 1234567890\r\n" % index for index in range(1000)) + b"\r\n",
    "a few headers": b"".join(b"X-%d: " % index + b"y" * 6000 + b"\r\n" for index in range(3)) + b"\r\n",
    "thousands of empty ones": b"a:\r\n" * 5000 + b"\r\n",
}


@pytest.mark.parametrize("name", LONG)
async def test_long_head(studio: Studio, name: str) -> None:
    """More than 16 KB of head is 431, in one packet or in many, and the tool is not asked."""
    for send in (studio.raw, lambda content: _slowly(studio, content)):
        answer = await send(_head(studio, LONG[name]))
        assert answer.startswith(b"HTTP/1.1 431 "), answer[:200]
    assert studio.unix_tool.hits == []


async def test_endless_head(studio: Studio) -> None:
    """A head that never ends is cut off by its length."""
    answer = await _slowly(studio, _head(studio, b"X-A: 1\r\n" * 10_000))
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_long_address(studio: Studio) -> None:
    """An address over 8 KB is 414."""
    answer = await studio.raw(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 414 ")


async def test_a_head_just_below_the_limit(studio: Studio) -> None:
    """15 KB of cookies are a lot, but pass."""
    answer = await studio.raw(_head(studio, b"X-A: " + b"a" * 15_000 + b"\r\nConnection: close\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_slow_head(root: Path) -> None:
    """A head that does not arrive in time is 408; a connection that says nothing is left alone until it is idle."""
    async with studio_of(root, timing=Timing(head=0.3, idle=0.8)) as studio:
        began = time.monotonic()
        answer = await studio.raw(b"GET /echo HTTP/1.1\r\nHost: ")
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 1
        began = time.monotonic()
        assert await studio.raw(b"") == b""
        assert time.monotonic() - began > 0.5


async def test_slow_second_head(root: Path) -> None:
    """The deadline holds for every request of a connection, not for the first alone."""
    async with studio_of(root, timing=Timing(head=0.3)) as studio:
        reader, writer = await asyncio.open_connection("127.0.0.1", studio.tools.ports["unix"])
        writer.write(_head(studio, b"\r\n"))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        writer.write(b"GET /echo HTT")
        assert b"HTTP/1.1 408 " in await asyncio.wait_for(reader.read(), 1)
        writer.close()


async def test_a_drip_does_not_extend_the_deadline(root: Path) -> None:
    """A byte now and then is no progress."""
    async with studio_of(root, timing=Timing(head=0.4)) as studio:
        reader, writer = await asyncio.open_connection("127.0.0.1", studio.tools.ports["unix"])
        for _ in range(6):
            writer.write(b"G")
            await asyncio.sleep(0.05)
        assert (await asyncio.wait_for(reader.read(), 1)).startswith(b"HTTP/1.1 4")
        writer.close()


async def test_five_hundred_slow_connections(root: Path) -> None:
    """While 500 connections drip, others are served in under a second; then all of them end with 408."""
    async with studio_of(root, timing=Timing(head=2.0)) as studio:
        port = studio.tools.ports["unix"]
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(500)]
        for _, writer in slow:
            writer.write(b"GET /echo HTTP/1.1\r\nX-Slow: ")
        began = time.monotonic()
        answer = await studio.raw(_head(studio, b"Connection: close\r\n\r\n"))
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - began < 1
        ends = await asyncio.gather(*(asyncio.wait_for(reader.read(), 10) for reader, _ in slow))
        assert all(end.startswith(b"HTTP/1.1 408 ") for end in ends)
        for _, writer in slow:
            writer.close()
