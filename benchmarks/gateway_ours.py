"""Our gateway in front of one tool, with one signed-in session.

Sessions are looked up as `people` does it: SHA-256 of the cookie, one dictionary.
Usage: python -m benchmarks.gateway_ours PORT UPSTREAM_PORT; prints the Cookie header to send.
"""

import asyncio
import hashlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import uvloop
from aiohttp import web

from comfystudio import settings as settings_room
from comfystudio.gateway import Gateway, Origins


@dataclass(frozen=True)
class Person:
    id: int = 1
    name: str = "Ada"


@dataclass(frozen=True)
class Caller:
    person: Person
    via: str = "session"
    session_id: int = 1
    token_id: None = None


@dataclass(frozen=True)
class Upstream:
    port: int
    key: tuple = ("tool", "")
    unix: Path | None = None
    host: str = "127.0.0.1"
    headers: tuple = (("X-Secret", "s" * 43),)
    forward_host: bool = False
    cookies: tuple = ()
    static_prefixes: tuple = ("/static/",)


class Sessions:
    def __init__(self):
        self.known = {}

    def find(self, _raw):
        return None

    def find_child(self, raw, tool, origin):
        found = self.known.get(hashlib.sha256(raw.encode()).hexdigest())
        return found[0] if found and found[1:] == (tool, origin) else None

    def on_ended(self, callback):
        pass


class Tokens:
    def find(self, _raw):
        return None


class Tools:
    def __init__(self, port, upstream):
        self.port, self.only = port, Upstream(upstream)

    def listeners(self):
        return [("tool", self.port)]

    def upstream(self, _tool_id, _person):
        return self.only

    def may(self, _person, _tool_id):
        return None


async def main():
    port, upstream = int(sys.argv[1]), int(sys.argv[2])
    flags = {"workspace": tempfile.mkdtemp(), "host": "127.0.0.1", "port": port + 1}
    settings = settings_room.load(flags, {})
    tools, sessions = Tools(port, upstream), Sessions()
    origins = Origins(settings, tools.listeners())

    async def portal(_request):
        return web.Response()

    gateway = Gateway(settings, origins, sessions, Tokens(), tools, portal)
    await gateway.start()
    place = origins.place("tool", f"127.0.0.1:{port}")
    raw = "r" * 43
    sessions.known[hashlib.sha256(raw.encode()).hexdigest()] = (Caller(Person()), "tool", place.origin)
    print(f"{place.session_cookie}={raw}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
