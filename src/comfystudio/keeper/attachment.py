"""The portal's end of an interactive terminal: bytes as they are drawn, input, and the size of the screen."""

import asyncio
import json
import struct
from pathlib import Path
from typing import Self

from comfystudio.errors import Gone
from comfystudio.keeper._console import LARGEST, OUTPUT, SKIPPED

__all__ = ["LARGEST", "Attachment"]

ANSWER_WITHIN = 5.0
PIECE = 1900
_HEAD = struct.Struct(">cI")


class Attachment:
    """One reader of a terminal. Others may be attached at the same time and see the same."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, socket: Path, columns: int, rows: int) -> Self:
        """Attach to the terminal behind `socket`, on a screen of that size; `Gone` where there is none any more."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(socket))
        except OSError:
            raise Gone("keeper.terminal_over") from None
        found, attached = cls(reader, writer), False
        try:
            found._ask({"op": "attach", "columns": columns, "rows": rows})
            async with asyncio.timeout(ANSWER_WITHIN):
                attached = json.loads(await reader.readline() or b"{}").get("type") == "attached"
        except (OSError, TimeoutError, ValueError):
            attached = False
        finally:
            if not attached:
                found.close()
        if not attached:
            raise Gone("keeper.terminal_over")
        return found

    async def read(self) -> bytes | int | None:
        """The next bytes, or how many were left out because this reader is slow; None once it is over."""
        try:
            kind, length = _HEAD.unpack(await self._reader.readexactly(_HEAD.size))
            data = await self._reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError):
            return None
        if kind == SKIPPED:
            return int(data)
        return data if kind == OUTPUT else None

    async def write(self, data: bytes) -> None:
        """Type `data`; returns when there is room for more. What is typed into a terminal that is over is lost."""
        try:
            for start in range(0, len(data), PIECE):
                self._ask({"op": "input", "data": data[start : start + PIECE].hex()})
                await self._writer.drain()
        except OSError:
            return

    def resize(self, columns: int, rows: int) -> None:
        """The screen has another size now: 1 to `LARGEST` each."""
        self._ask({"op": "resize", "columns": columns, "rows": rows})

    def close(self) -> None:
        """Look and type no longer; the terminal goes on."""
        self._writer.transport.abort()

    def _ask(self, request: dict[str, object]) -> None:
        self._writer.write(json.dumps(request).encode() + b"\n")
