"""WebSockets through the gateway, with a real client on one side and a real tool on the other."""

import asyncio
import os

import aiohttp
import pytest
from aiohttp import WSMsgType

from comfystudio.gateway import sockets
from tests.gateway.doubles import BO, pairs
from tests.gateway.studio import Studio
from tests.waiting import until


def _open(studio: Studio, tool: str = "unix", **options):
    return studio.client.ws_connect(
        f"{studio.origin(tool)}/ws", headers=studio.signed_in(tool), max_msg_size=0, **options
    )


@pytest.mark.parametrize("tool", ["unix", "port"])
async def test_messages_of_any_size_pass_both_ways(studio: Studio, tool: str) -> None:
    """Text and binary, from nothing to megabytes, come back as they went."""
    async with _open(studio, tool) as socket:
        for size in (0, 1, 125, 126, 65_535, 65_536, 3_000_000):
            body = os.urandom(size)
            await socket.send_bytes(body)
            assert (await socket.receive_bytes(timeout=10)) == body
        await socket.send_str("grüße 🎨")
        assert await socket.receive_str(timeout=10) == "grüße 🎨"


async def test_compression_and_subprotocol_are_between_browser_and_tool(studio: Studio) -> None:
    """What they agree on in the handshake holds; nobody in between has to know it."""
    async with _open(studio, protocols=["v1", "other"], compress=15) as socket:
        assert socket.protocol == "v1"
        assert socket.compress
        await socket.send_str("again and again " * 1000)
        assert await socket.receive_str(timeout=5) == "again and again " * 1000


async def test_the_tools_close_code_reaches_the_client(studio: Studio) -> None:
    """Code and reason are those of the tool."""
    async with _open(studio) as socket:
        await socket.send_str("close")
        message = await socket.receive(timeout=5)
        assert message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED}
        assert socket.close_code == 4321
        assert message.extra == "as asked"


async def test_the_clients_close_code_reaches_the_tool(studio: Studio) -> None:
    """The tool learns why its client left, and at once."""
    async with _open(studio) as socket:
        await socket.close(code=4000)
    await until(lambda: studio.unix_tool.closed == [4000])


async def test_a_client_that_vanishes_ends_the_tools_side(studio: Studio) -> None:
    """A broken connection is passed on as going away."""
    socket = await _open(studio)
    await socket.send_str("here")
    await socket.receive(timeout=5)
    socket._response.connection.transport.abort()
    await until(lambda: studio.unix_tool.closed == [1001])
    await until(lambda: len(studio.gateway.opens) == 0)


async def test_a_tool_that_vanishes_ends_the_clients_side(studio: Studio) -> None:
    """A killed tool closes its sockets as going away, so that pages reconnect."""
    async with _open(studio) as socket:
        await socket.send_str("here")
        await socket.receive(timeout=5)
        studio.unix_tool.hits[-1].transport.abort()
        await socket.receive(timeout=5)
        assert socket.close_code == 1001


async def test_a_refused_handshake_is_the_tools_own_answer(studio: Studio) -> None:
    """A tool that says no is heard by the client, and nothing stays open."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await studio.client.ws_connect(f"{studio.origin()}/no", headers=studio.signed_in())
    assert refused.value.status == 403
    assert len(studio.gateway.opens) == 0


@pytest.mark.parametrize(
    "first", [b"\x82\xff\x00\x00\x00\x00\x06\x00\x00\x00mask", b"\x02\xff\x00\x00\x00\x00\x05\xf5\xe1\x00mask"]
)
async def test_a_message_of_100_mb_is_refused_by_its_head(studio: Studio, first: bytes) -> None:
    """The length in the frame's head is enough: 1009, before anything of it reaches the tool."""
    async with _open(studio) as socket:
        socket._writer.transport.write(first)
        await socket.receive(timeout=5)
        assert socket.close_code == 1009
    await until(lambda: studio.unix_tool.closed == [1009])


async def test_a_message_that_grows_over_100_mb_is_refused(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fragments count together."""
    monkeypatch.setattr(sockets, "LARGEST_MESSAGE", 100_000)
    async with _open(studio) as socket:
        for index in range(3):
            socket._writer.transport.write(
                bytes([0x02 if index == 0 else 0, 0xFE, 0x9C, 0x40, 0, 0, 0, 0]) + bytes(40_000)
            )
        await socket.receive(timeout=5)
        assert socket.close_code == 1009


@pytest.mark.parametrize(
    "frame", [b"\x81\x02hi", b"\x83\x80mask", b"\x8b\x80mask", b"\x09\x80mask", b"\x89\xfe\x00\x80mask"]
)
async def test_frames_against_the_rules_end_the_socket(studio: Studio, frame: bytes) -> None:
    """Unmasked, reserved, fragmented or long control frames: 1002, and the tool never sees them."""
    async with _open(studio) as socket:
        socket._writer.transport.write(frame)
        await socket.receive(timeout=5)
        assert socket.close_code == 1002
    await until(lambda: studio.unix_tool.closed == [1002])


@pytest.mark.parametrize("how", ["signed out", "grant withdrawn"])
async def test_an_open_socket_ends_with_its_right(studio: Studio, how: str) -> None:
    """Sign-out and a withdrawn grant close it with 1008 within a second, on both sides."""
    async with _open(studio) as socket:
        await socket.send_str("here")
        await socket.receive(timeout=5)
        if how == "signed out":
            studio.sessions.end(BO)
        else:
            studio.tools.refused.add((BO.id, "unix"))
        await socket.receive(timeout=1)
        assert socket.close_code == 1008
        await until(lambda: studio.unix_tool.sockets == 0, within=1)


async def test_a_revoked_token_ends_its_socket(studio: Studio) -> None:
    """Programs are closed as well."""
    token = studio.tokens.make(BO)
    headers = {"Authorization": f"token {token}"}
    async with studio.client.ws_connect(f"{studio.origin()}/ws", headers=headers) as socket:
        await socket.send_str("here")
        await socket.receive(timeout=5)
        studio.tokens.known.clear()
        await socket.receive(timeout=1)
        assert socket.close_code == 1008


async def test_a_socket_that_stays_open_counts_as_work(studio: Studio) -> None:
    """The tools room is asked about the tool as long as the socket is open, so that it does not take it for idle."""
    async with _open(studio):
        asked = studio.tools.asked
        await until(lambda: studio.tools.asked > asked + 1, within=2)


async def test_a_silent_socket_is_pinged(studio: Studio) -> None:
    """Every 20 s (here sooner) a ping goes to the client, and to nobody else."""
    studio.gateway._sockets._ping = 0.05
    async with _open(studio, autoping=False) as socket:
        message = await socket.receive(timeout=2)
        assert message.type is WSMsgType.PING


async def test_a_slow_reader_slows_the_sender(studio: Studio) -> None:
    """A client that does not read holds the tool back instead of filling the gateway's memory."""
    socket = await _open(studio)
    socket._response.connection.transport.pause_reading()
    body, sent = bytes(1_000_000), 0
    with pytest.raises(TimeoutError):
        while sent < 200:
            await asyncio.wait_for(socket.send_bytes(body), 0.5)
            sent += 1
    assert sent < 60
    socket._response.connection.transport.abort()
    await until(lambda: len(studio.gateway.opens) == 0)


async def test_headers_of_the_handshake_follow_the_policy(studio: Studio) -> None:
    """The tool gets its secret and no cookie of ours, exactly one Upgrade, and the key once."""
    async with _open(studio, "port"):
        told = {"headers": [[name, value] for name, value in studio.port_tool.hits[0].headers.items()]}
    assert pairs(told, "X-Secret") == ["only-the-gateway-knows"]
    assert pairs(told, "Cookie") == []
    assert pairs(told, "Upgrade") == ["websocket"]
    assert len(pairs(told, "Sec-WebSocket-Key")) == 1
    assert pairs(told, "Origin") == [f"http://127.0.0.1:{studio.tools.upstreams['port'].port}"]
