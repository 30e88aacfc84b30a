"""Whose process is at the other end of a connection on this machine: the kernel's table of connections knows."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from aiohttp import web

__all__ = ["accounts_of"]

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LOCAL, _REMOTE, _UID = 1, 2, 7


def accounts_of(request: web.BaseRequest) -> frozenset[int]:
    """The accounts that hold the client's end of the connection; none where that end is not on this machine."""
    transport = request.transport
    here = transport.get_extra_info("sockname") if transport else None
    there = transport.get_extra_info("peername") if transport else None
    if not isinstance(here, tuple) or not isinstance(there, tuple):
        return frozenset()
    # Seen from there, its own end is the local one. On loopback the two ports name one connection.
    ends = f":{there[1]:04X}", f":{here[1]:04X}"
    return frozenset(
        int(row[_UID]) for row in _rows() if row[_LOCAL].endswith(ends[0]) and row[_REMOTE].endswith(ends[1])
    )


def _rows() -> Iterator[list[str]]:
    for table in TABLES:
        with suppress(OSError):
            for line in table.read_text(encoding="ascii").splitlines()[1:]:
                yield line.split()
