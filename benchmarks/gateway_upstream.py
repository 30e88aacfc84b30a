"""The tool behind every proxy.

Without MEGABYTES the cheapest HTTP and WebSocket server that asyncio allows, so that it hides nothing of a proxy's
cost: `/small` and `/static/small` answer 1 KiB, `/ws` echoes frames. With MEGABYTES what ComfyUI is, aiohttp on
Python's own loop: `/big` is a file of that length as a FileResponse, `/sink` reads what it is sent.
Usage: python -m benchmarks.gateway_upstream PORT [MEGABYTES]
"""

import asyncio
import base64
import hashlib
import signal
import sys
import tempfile

import uvloop
from aiohttp import web

KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BODY = b"x" * 1024
SMALL = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n" + BODY
STATIC = (
    b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: "1"\r\n'
    b"Cache-Control: public, max-age=31536000, immutable\r\nContent-Length: 1024\r\n\r\n" + BODY
)


def field(head: bytes, name: bytes) -> bytes:
    """The value of a header, empty where it is missing."""
    at = head.lower().find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    return head[at + len(name) + 3 : head.index(b"\r\n", at + 2)].strip()


class Upstream(asyncio.Protocol):
    """One connection; no pipelining."""

    def connection_made(self, transport):
        self.transport = transport
        self.data = b""
        self.socket = False

    def data_received(self, data):
        if self.socket:
            self.frames(data)
            return
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            head, self.data = self.data[: end + 2], self.data[end + 4 :]
            self.request(head)

    def request(self, head):
        path = head.split(b" ", 2)[1]
        if path == b"/small":
            self.transport.write(SMALL)
        elif path.startswith(b"/static/"):
            self.transport.write(STATIC)
        elif path == b"/ws":
            accept = base64.b64encode(hashlib.sha1(field(head, b"sec-websocket-key") + KEY).digest())
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
            self.socket = True

    def frames(self, data):
        """Short masked frames only: that is all the benchmark sends."""
        self.data += data
        out = []
        while len(self.data) >= 6:
            length = self.data[1] & 127
            if len(self.data) < 6 + length:
                break
            if self.data[0] & 15 == 8:
                self.transport.close()
                return
            mask, body = self.data[2:6], self.data[6 : 6 + length]
            number = int.from_bytes(body, "big") ^ int.from_bytes((mask * 32)[:length], "big")
            if self.data[0] & 15 in {1, 2}:
                out.append(self.data[:1] + bytes([length]) + number.to_bytes(length, "big"))
            self.data = self.data[6 + length :]
        if out:
            self.transport.write(b"".join(out))


async def sink(request):
    total = 0
    async for part in request.content.iter_any():
        total += len(part)
    return web.Response(text=str(total))


async def short(port):
    await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", port)
    await asyncio.Event().wait()


async def long(port, megabytes):
    with tempfile.NamedTemporaryFile(prefix="comfystudio-bulk-") as file:
        for _ in range(megabytes):
            file.write(bytes(1 << 20))
        file.flush()

        async def big(_request):
            return web.FileResponse(file.name)

        app = web.Application()
        app.router.add_get("/big", big)
        app.router.add_post("/sink", sink)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        await ended.wait()
        await runner.cleanup()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        asyncio.run(long(int(sys.argv[1]), int(sys.argv[2])))
    else:
        uvloop.run(short(int(sys.argv[1])))
