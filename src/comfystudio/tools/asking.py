"""Asking a tool for a small JSON document over its socket or port."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from comfystudio.tools.readiness import Listen

__all__ = ["json_of"]

LARGEST = 1024 * 1024
WITHIN = 10.0


async def json_of(listen: Listen, path: str, headers: Iterable[tuple[str, str]] = ()) -> Any:
    """What a GET of `path` answers, decoded; None where nothing useful comes within ten seconds."""
    try:
        async with asyncio.timeout(WITHIN):
            return await _ask(listen, path, "".join(f"{name}: {value}\r\n" for name, value in headers))
    except (OSError, TimeoutError, ValueError, RecursionError):
        return None


async def _ask(listen: Listen, path: str, header: str) -> Any:
    if listen.unix:
        reader, writer = await asyncio.open_unix_connection(str(listen.unix))
    else:
        reader, writer = await asyncio.open_connection("127.0.0.1", listen.port)
    try:
        host = "localhost" if listen.unix else f"127.0.0.1:{listen.port}"
        # In the older protocol: the answer then comes in one piece and ends with the connection.
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n{header}\r\n".encode())
        answer = bytearray()
        while piece := await reader.read(64 * 1024):
            answer += piece
            if len(answer) > LARGEST:
                return None
        head, _, body = bytes(answer).partition(b"\r\n\r\n")
        return json.loads(body) if head.split(b" ", 2)[1:2] == [b"200"] else None
    finally:
        writer.transport.abort()
