"""Answers and events as they are written down: what differs from run to run has a placeholder."""

import asyncio
import json
import re
import struct
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from tests.contract.client import Client

__all__ = ["Take", "frame", "shape"]

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b", re.IGNORECASE)
_LETTERS = re.compile(r"_temp_[a-z]{5}(?=_)")
_SIZE = re.compile(r"(?<=[0-9])/[0-9]+$")
_HEADERS = (
    "Allow",
    "Cache-Control",
    "Content-Disposition",
    "Content-Range",
    "Content-Type",
    "X-Content-Type-Options",
)
_PROSE = {"tooltip", "description", "traceback"}
_UNORDERED = {"current_outputs", "executed"}
_MILLISECONDS, _SECONDS = range(10**12, 10**13), (1.5e9, 1e10)


def shape(value: Any) -> Any:
    """The kinds of value in a JSON document in place of the values; a list by its first member."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "null" if value is None else type(value).__name__


def _picture(data: bytes) -> str | None:
    """What kind of picture it is, and a PNG's size and colours."""
    if data.startswith(b"\x89PNG") and len(data) < 26:
        return f"<{len(data)} bytes>"
    if data.startswith(b"\x89PNG"):
        width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
        return f"<png {width}x{height} {depth} bit {({0: 'grey', 2: 'rgb', 4: 'grey+a', 6: 'rgba'})[kind]}>"
    if data.startswith(b"\xff\xd8\xff"):
        return "<jpeg>"
    return "<webp>" if data.startswith(b"RIFF") and data[8:12] == b"WEBP" else None


def frame(data: bytes) -> dict[str, Any]:
    """A binary frame of the socket, taken apart."""
    kind = int.from_bytes(data[:4])
    if kind == 1:
        return {"frame": 1, "format": int.from_bytes(data[4:8]), "picture": _picture(data[8:])}
    length = int.from_bytes(data[4:8])
    head, rest = data[8 : 8 + length], data[8 + length :]
    if kind == 4:
        return {"frame": 4, "metadata": json.loads(head), "picture": _picture(rest)}
    return {"frame": kind, "node": head.decode(), "text": rest.decode()}


class Take:
    """A few requests and sockets, written down in order in `entries`."""

    def __init__(self, client: Client, checkout: Path) -> None:
        self.client = client
        self.entries: list[dict[str, Any]] = []
        self._places = {str(client.running.folder): "<folder>", str(checkout): "<checkout>"}
        self._ids: dict[str, str] = {client.id: "<client>"}

    async def ask(
        self,
        method: str,
        path: str,
        *,
        by: Any = lambda body: body,
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> Any:
        """Send a request and write the answer down; `by` takes of its JSON what is to be kept. The answer's JSON."""
        url, sent = URL(path, encoded=True), f"{method} {path}"
        async with self.client.request(method, url, headers=headers, allow_redirects=False, **body) as answer:
            data = await answer.read()
            found = self._read(answer, data)
        entry: dict[str, Any] = {"ask": sent} | ({"headers": headers} if headers else {})
        if "json" in body:
            entry["json"] = body["json"]
        kept = {name: _SIZE.sub("/<size>", answer.headers[name]) for name in _HEADERS if name in answer.headers}
        entry |= {"status": answer.status, "answer": kept}
        entry["body"] = by(found) if isinstance(found, (dict, list)) else found
        self.entries.append(self._plain(entry))
        return found

    @staticmethod
    def _read(answer: aiohttp.ClientResponse, data: bytes) -> Any:
        if picture := _picture(data):
            return picture
        if answer.content_type == "application/json":
            return json.loads(data)
        return "<page>" if answer.content_type == "text/html" else data.decode(errors="replace")

    async def hear(self, socket: aiohttp.ClientWebSocketResponse, last: str = "", drop: tuple[str, ...] = ()) -> None:
        """Write down what comes up to the first event of type `last`, else up to the one that ends a prompt."""
        async with asyncio.timeout(60):
            while True:
                message = await socket.receive()
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.entries.append(self._plain({"heard": frame(message.data)}))
                    continue
                event = json.loads(message.data)
                if event["type"] not in drop:
                    self.entries.append(self._plain({"heard": event}))
                ended = event["type"] == "executing" and event["data"]["node"] is None
                if event["type"] == last or (not last and ended):
                    return

    def _plain(self, value: Any, key: str = "") -> Any:
        """A value without what differs from run to run."""
        if key in _PROSE and value:
            return "<text>"
        if isinstance(value, dict):
            return {self._string(name): self._plain(each, name) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            listed = [self._plain(each, "" if key in _PROSE else key) for each in value]
            return sorted(listed) if key in _UNORDERED else listed
        if isinstance(value, str):
            return self._string(value)
        if isinstance(value, int) and value in _MILLISECONDS:
            return "<milliseconds>"
        return "<seconds>" if isinstance(value, float) and _SECONDS[0] < value < _SECONDS[1] else value

    def _string(self, value: str) -> str:
        for place, name in self._places.items():
            value = value.replace(place, name)
        value = _LETTERS.sub("_temp_<letters>", value.replace(self.client.id, "<client>"))
        return _ID.sub(lambda found: self._ids.setdefault(found[0], f"<id {len(self._ids)}>"), value)
