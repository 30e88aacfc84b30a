"""Load for the gateway's benchmark: wrk for small requests, plain sockets for long bodies, asyncio for WebSockets."""

import asyncio
import os
import re
import socket
import subprocess
import time
from pathlib import Path

import uvloop

FRAME = bytes([0x81, 0x80 | 32]) + b"mask" + bytes(byte ^ b"mask"[index % 4] for index, byte in enumerate(b"x" * 32))


def requests(port, path, cookie, seconds):
    """Requests a second over 16 connections with wrk, which stays on this process's core."""
    argv = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-H", f"Cookie: {cookie}"]
    text = subprocess.run(
        [*argv, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])


def _connected(port):
    each = socket.create_connection(("127.0.0.1", port))
    each.settimeout(120)
    return each


def down(port, cookie, megabytes):
    """MB/s of one long answer."""
    with _connected(port) as each:
        each.sendall(f"GET /big HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
        buffer, total = bytearray(1 << 20), 0
        began = time.perf_counter()
        while total < megabytes * 1024 * 1024:
            count = each.recv_into(buffer)
            if not count:
                raise RuntimeError("the answer ended early")
            total += count
        return megabytes * 1.048576 / (time.perf_counter() - began)


def up(port, cookie, megabytes):
    """MB/s of one long request."""
    total = megabytes * 1024 * 1024
    with _connected(port) as each:
        origin = f"http://127.0.0.1:{port}"
        each.sendall(
            f"POST /sink HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n"
            f"Content-Length: {total}\r\n\r\n".encode()
        )
        began = time.perf_counter()
        part = bytes(1 << 20)
        for _ in range(megabytes):
            each.sendall(part)
        answer = each.recv(4096)
        if b" 200 " not in answer:
            raise RuntimeError(answer.decode())
        return megabytes * 1.048576 / (time.perf_counter() - began)


class _Client(asyncio.Protocol):
    def __init__(self, port, cookie, counts):
        self.head = (
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
        self.open, self.data, self.counts = False, b"", counts

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.head)

    def data_received(self, data):
        self.data += data
        if not self.open:
            if b"\r\n\r\n" not in self.data:
                return
            if b" 101 " not in self.data:
                raise RuntimeError(self.data)
            self.open, self.data = True, self.data.split(b"\r\n\r\n", 1)[1]
            self.transport.write(FRAME)
        while len(self.data) >= 34:
            self.data = self.data[34:]
            self.counts[0] += 1
            self.transport.write(FRAME)


def sockets(port, cookie, seconds, count=16):
    """Round trips a second of short text messages over `count` sockets."""

    async def main():
        loop, counts = asyncio.get_running_loop(), [0]
        opened = [
            await loop.create_connection(lambda: _Client(port, cookie, counts), "127.0.0.1", port)
            for _ in range(count)
        ]
        await asyncio.sleep(0.3)
        began, before = time.perf_counter(), counts[0]
        await asyncio.sleep(seconds)
        rate = (counts[0] - before) / (time.perf_counter() - began)
        for transport, _ in opened:
            transport.abort()
        return rate

    return uvloop.run(main())


def memory(pids):
    """Peak resident MiB of processes, together."""
    total = 0
    for pid in pids:
        with Path(f"/proc/{pid}/status").open(encoding="ascii") as file:
            total += next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
    return total / 1024


def forget_peak(pids):
    """Begin to measure the peak anew."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def stay_on(*cores):
    """Pin this process."""
    os.sched_setaffinity(0, set(cores))
