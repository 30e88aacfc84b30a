"""What studio and worker say to each other over their socket: a length, a head in JSON, a length, bytes.

A job's head comes with the file's handle; an answer's bytes are the picture.
"""

import json
import socket
import struct
import time
from typing import Any

__all__ = ["Lost", "receive", "receive_job", "send", "send_job"]

_HEAD = struct.Struct(">II")
LONGEST_HEAD = 64 * 1024
LONGEST_BODY = 1024**3
PIECE = 1024 * 1024


class Lost(Exception):
    """The other side has gone, takes too long, or says what makes no sense."""


def _exactly(side: socket.socket, length: int, deadline: float | None) -> bytearray:
    found = bytearray(length)
    view = memoryview(found)
    have = 0
    while have < length:
        if deadline is not None:
            side.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            got = side.recv_into(view[have : have + PIECE])
        except OSError:
            raise Lost from None
        if not got:
            raise Lost
        have += got
    return found


def _lengths(prefix: bytes | bytearray) -> tuple[int, int]:
    head, body = _HEAD.unpack(prefix)
    if head > LONGEST_HEAD or body > LONGEST_BODY:
        raise Lost
    return head, body


def _head(raw: bytes | bytearray) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        raise Lost from None
    if not isinstance(found, dict):
        raise Lost
    return found


def send(side: socket.socket, head: dict[str, Any], body: bytes = b"") -> None:
    """Say `head` and `body`."""
    raw = json.dumps(head).encode()
    try:
        side.sendall(_HEAD.pack(len(raw), len(body)) + raw)
        side.sendall(body)
    except OSError:
        raise Lost from None


def receive(side: socket.socket, deadline: float) -> tuple[dict[str, Any], bytes]:
    """What the other side says until `deadline` (monotonic)."""
    head, body = _lengths(_exactly(side, _HEAD.size, deadline))
    return _head(_exactly(side, head, deadline)), bytes(_exactly(side, body, deadline))


def send_job(side: socket.socket, job: dict[str, Any], handle: int, deadline: float) -> None:
    """Ask for `job` on the open file `handle`, of which the other side gets a handle of its own."""
    raw = json.dumps(job).encode()
    side.settimeout(max(0.001, deadline - time.monotonic()))
    try:
        socket.send_fds(side, [_HEAD.pack(len(raw), 0)], [handle])
        side.sendall(raw)
    except OSError:
        raise Lost from None


def receive_job(side: socket.socket) -> tuple[dict[str, Any], int]:
    """The next job and the handle of its file; `Lost` when the studio has gone."""
    prefix, handles, _, _ = socket.recv_fds(side, _HEAD.size, 1)
    if len(prefix) != _HEAD.size or len(handles) != 1:
        raise Lost
    return _head(_exactly(side, _lengths(prefix)[0], None)), handles[0]
