"""Asking a tool over its socket or port whether it answers: one plain HTTP/1.1 GET, no library."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Listen", "pauses", "status_of"]

# A question costs less than 0.1 ms of CPU, and the page waits for the answer.
OFTEN = 0.05
SOON = 180.0
RARELY = 0.25


@dataclass(frozen=True)
class Listen:
    """Where a tool listens: a Unix socket, or a port on loopback."""

    unix: Path | None = None
    port: int = 0

    def __str__(self) -> str:
        return f"unix:{self.unix}" if self.unix else f"tcp:{self.port}"

    @classmethod
    def parse(cls, text: str) -> "Listen":
        """What `str` made; ValueError for anything else."""
        kind, _, where = text.partition(":")
        if kind == "unix" and where.startswith("/"):
            return cls(unix=Path(where))
        if kind == "tcp":
            return cls(port=int(where))
        raise ValueError(text)


async def _ask(listen: Listen, path: str, header: str) -> int | None:
    if listen.unix:
        reader, writer = await asyncio.open_unix_connection(str(listen.unix))
    else:
        reader, writer = await asyncio.open_connection("127.0.0.1", listen.port)
    try:
        host = "localhost" if listen.unix else f"127.0.0.1:{listen.port}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{header}Connection: close\r\n\r\n".encode())
        version, _, rest = (await reader.readline()).partition(b" ")
        status = rest[:3]
        return int(status) if version.startswith(b"HTTP/") and status.isdigit() else None
    finally:
        writer.transport.abort()


async def status_of(
    listen: Listen,
    path: str,
    timeout: float = 5.0,  # noqa: ASYNC109 part of the rule
    *,
    headers: Iterable[tuple[str, str]] = (),
) -> int | None:
    """The status of a GET of `path` with `headers`; None where nobody answers within `timeout` seconds."""
    try:
        async with asyncio.timeout(timeout):
            return await _ask(listen, path, "".join(f"{name}: {value}\r\n" for name, value in headers))
    except (OSError, TimeoutError, ValueError):
        return None


def pauses() -> Iterator[float]:
    """Seconds between two questions to a starting tool: 50 ms for the first three minutes, then 250 ms."""
    for _ in range(round(SOON / OFTEN)):
        yield OFTEN
    while True:
        yield RARELY
