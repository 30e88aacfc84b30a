"""WebSockets: frames pass as they come, at the slower reader's pace, until one side ends or the right to them does.

Handshake, subprotocol, compression and close codes are between the browser and the tool; the gateway decides who may
open one, reads along for length, pings, and closes.
"""

import asyncio
import contextlib
from typing import Any

from aiohttp import web
from aiohttp.http import RawResponseMessage

from comfystudio.gateway.frames import Meter, close_frame
from comfystudio.gateway.opens import Opens
from comfystudio.gateway.proxy import Exchange, Proxy
from comfystudio.gateway.server import Connection, Sent
from comfystudio.gateway.upstream import Link
from comfystudio.gateway.writing import connection_of, write

__all__ = ["LARGEST_MESSAGE", "PING_SECONDS", "Sockets"]

LARGEST_MESSAGE = 100 * 1000 * 1000
PING_SECONDS = 20.0
SILENCE_SECONDS = 70.0
LAST_WORDS_SECONDS = 0.5
GOING_AWAY = 1001
POLICY = 1008
PING_FRAME = b"\x89\x00"
# The handshake is the client's own; without these the policy would take it for hop-by-hop.
_HANDSHAKE = ("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions")
_ANSWERED = ("Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions")


class Sockets:
    """Relays WebSockets. Raises Unreachable where the tool does not answer the handshake."""

    def __init__(self, opens: Opens, proxy: Proxy, *, ping: float = PING_SECONDS) -> None:
        self._opens = opens
        self._proxy = proxy
        self._ping = ping

    async def relay(self, exchange: Exchange) -> web.StreamResponse:
        """Ask the tool first: a client is promised nothing that the tool refuses."""
        request = exchange.request
        if request.method != "GET" or not _is_handshake(request):
            return web.Response(status=400, headers={"Sec-WebSocket-Version": "13"})
        link = await exchange.way.pool.opened()
        try:
            link.expect(head=False)
            link.write(_asking(exchange))
            message, payload = await link.answer()
            if message.code != 101:
                return await self._proxy.back(exchange, link, message, payload, more=None)
            request.protocol.keep_alive(False)
            write(request, _answered(exchange, message))
            relay = _Relay(connection_of(request), link, self._ping)
            with self._opens.held(exchange.still, relay.lose, exchange.session):
                await relay.run()
        finally:
            link.close()
        return Sent(keep_alive=False)


class _Relay:
    """One open WebSocket."""

    def __init__(self, client: Connection, tool: Link, ping: float) -> None:
        self._client = client
        self._tool = tool
        self._loop = asyncio.get_running_loop()
        self._ping = ping
        self._heard = self._loop.time()
        self._ended: asyncio.Future[tuple[int, int]] = self._loop.create_future()
        self._farewell = asyncio.Event()
        self._up = _Way(self, client, tool, Meter(masked=True, limit=LARGEST_MESSAGE))
        self._down = _Way(self, tool, client, Meter(masked=False, limit=LARGEST_MESSAGE))

    async def run(self) -> None:
        """Carry frames until one side ends; then the other is told."""
        self._timer = self._loop.call_later(self._ping, self._tick)
        try:
            self._client.set_parser(self._up)  # type: ignore[arg-type]
            self._tool.set_parser(self._down, None)
            to_client, to_tool = await self._ended
            self._up.say(close_frame(to_tool, masked=True))
            await self._part(to_client)
        finally:
            self._timer.cancel()
            # A client that left without a word: the tool is told.
            self._up.say(close_frame(GOING_AWAY, masked=True))
            self._client.on_drain = self._tool.on_drain = None
            for side in (self._client, self._tool):
                # What somebody does not read now is not kept for them.
                if side.transport is not None and side.transport.get_write_buffer_size():
                    side.transport.abort()

    def lose(self) -> None:
        """The right to this socket has ended."""
        self.end(POLICY, GOING_AWAY)

    def end(self, to_client: int, to_tool: int) -> None:
        """Stop carrying and part with these close codes."""
        if not self._ended.done():
            self._ended.set_result((to_client, to_tool))

    def passes(self, way: "_Way") -> bool:
        """Something came by. Whether it may pass, or all is over but for the client's goodbye."""
        if not self._ended.done():
            if way is self._up:
                self._heard = self._loop.time()
            return True
        if way is self._up and way.meter.closed:
            self._farewell.set()
        return False

    async def _part(self, to_client: int) -> None:
        """Say goodbye to a client that has not heard it, and wait for its own, but not for long."""
        if not self._down.say(close_frame(to_client, masked=False)) and self._up.meter.closed:
            return
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self._farewell.wait()

    def _tick(self) -> None:
        self._timer = self._loop.call_later(self._ping, self._tick)
        if self._loop.time() - self._heard > SILENCE_SECONDS:
            self.end(GOING_AWAY, GOING_AWAY)
        else:
            self._down.put_in(PING_FRAME)


class _Way:
    """One direction; to aiohttp's protocols it is the parser of what follows the handshake."""

    def __init__(self, relay: _Relay, source: Connection | Link, sink: Connection | Link, meter: Meter) -> None:
        self._relay = relay
        self._source = source
        self._sink = sink
        self.meter = meter
        self._said = False
        sink.on_drain = self._go_on

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Pass on what came. Never an end, never a rest: the relay decides when it is over."""
        sink, meter = self._sink, self.meter
        count = meter.feed(data)
        transport = sink.transport
        if not self._relay.passes(self) or transport is None:
            return False, b""
        if count:
            transport.write(data if count == len(data) else data[:count])
            if sink.writing_paused and self._source.transport is not None:
                with contextlib.suppress(RuntimeError):
                    self._source.transport.pause_reading()
        if meter.fault:
            self._relay.end(meter.fault, meter.fault)
        return False, b""

    def feed_eof(self) -> None:
        """The source has gone."""
        self._relay.end(GOING_AWAY, GOING_AWAY)

    def put_in(self, frame: bytes) -> bool:
        """Send a frame of the gateway's own, where one may begin. Whether it was sent."""
        if self._said or self.meter.closed or not self.meter.between or self._sink.transport is None:
            return False
        self._sink.transport.write(frame)
        return True

    def say(self, frame: bytes) -> bool:
        """Send the last frame of this direction. Whether it was sent."""
        sent = self.put_in(frame)
        self._said = True
        self._go_on()
        return sent

    def _go_on(self) -> None:
        if self._source.transport is not None:
            with contextlib.suppress(RuntimeError):
                self._source.transport.resume_reading()


def _is_handshake(request: web.Request) -> bool:
    headers: Any = request.headers
    wanted = {part.strip().lower() for part in headers.get("Connection", "").split(",")}
    return "upgrade" in wanted and headers.get("Sec-WebSocket-Version") == "13" and "Sec-WebSocket-Key" in headers


def _asking(exchange: Exchange) -> bytes:
    request = exchange.request
    lines = exchange.way.policy.request(request.raw_headers, exchange.place, exchange.address)
    lines.append(exchange.extra)
    lines.append(b"Connection: Upgrade\r\nUpgrade: websocket\r\n")
    for name in _HANDSHAKE:
        for value in request.headers.getall(name, ()):
            lines.append(f"{name}: {value}\r\n".encode())
    target = (exchange.target or request.raw_path).encode("utf-8", "surrogateescape")
    return b"GET %b HTTP/1.1\r\n%b\r\n" % (target, b"".join(lines))


def _answered(exchange: Exchange, message: RawResponseMessage) -> bytes:
    lines = exchange.way.policy.answer(message.raw_headers, exchange.place)
    for name in _ANSWERED:
        for value in message.headers.getall(name, ()):
            lines.append(f"{name}: {value}\r\n".encode())
    head = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    return b"%b%b\r\n" % (head, b"".join(lines))
