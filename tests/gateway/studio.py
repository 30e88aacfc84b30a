"""A whole gateway on real ports, with one tool on a socket file and one on a port."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from comfystudio import settings as settings_room
from comfystudio.errors import StudioError
from comfystudio.gateway import Gateway, Origins, sign_in, sign_out
from comfystudio.gateway.server import Timing
from comfystudio.gateway.visit import Front
from tests.gateway.doubles import ADA, BO, Person, Sessions, Tokens, Tool, Tools, Upstream, free_ports


@dataclass
class Studio:
    """What a test may look at and use."""

    gateway: Gateway
    origins: Origins
    sessions: Sessions
    tokens: Tokens
    tools: Tools
    unix_tool: Tool
    port_tool: Tool
    portal_port: int
    problems: dict[str, StudioError | None]
    portal_hits: list[web.Request]
    client: aiohttp.ClientSession
    runners: list[web.AppRunner]
    scheme: str = "http"

    @property
    def portal(self) -> str:
        return f"{self.scheme}://localhost:{self.portal_port}"

    def origin(self, tool: str = "unix") -> str:
        return f"{self.scheme}://localhost:{self.tools.ports[tool]}"

    def place(self, tool: str = "unix"):
        return self.origins.place(tool, f"localhost:{self.tools.ports[tool]}")

    def cookie(self, person: Person = BO, tool: str = "unix") -> str:
        """A Cookie header of a browser that is signed in at the tool."""
        raw = self.sessions.child(person, tool, self.origin(tool))
        return f"{self.place(tool).session_cookie}={raw}"

    def portal_cookie(self, person: Person = BO) -> str:
        place = self.origins.place("", f"localhost:{self.portal_port}")
        return f"{place.session_cookie}={self.sessions.sign_in(person)}"

    def signed_in(self, tool: str = "unix", person: Person = BO) -> dict[str, str]:
        """Headers of a page at the tool that asks for something."""
        return {"Cookie": self.cookie(person, tool), "Origin": self.origin(tool), "Sec-Fetch-Site": "same-origin"}

    def visit(self, tool: str = "unix", person: Person = BO) -> dict[str, str]:
        """Headers of a browser window that opens the tool."""
        return {"Cookie": self.cookie(person, tool), **WINDOW}

    async def raw(self, content: bytes, tool: str = "unix", *, within: float = 5.0) -> bytes:
        """Send bytes as they are and read until the connection ends."""
        port = self.tools.ports[tool] if tool else self.portal_port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(content)
            async with asyncio.timeout(within):
                return await reader.read()
        finally:
            writer.close()


WINDOW = {
    "Accept": "text/html,application/xhtml+xml",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Site": "none",
}


async def _portal(request: web.Request) -> web.StreamResponse:
    """A portal that says what the gateway told it, and changes something on POST."""
    if request.path == "/boom":
        raise RuntimeError("unexpected")
    response = web.json_response(
        {
            "caller": request["caller"].person.name if request["caller"] else None,
            "address": request["address"],
            "origin": request["origin"],
            "path": request.raw_path,
            "body": (await request.read()).decode(),
        }
    )
    if request.path == "/in":
        sign_in(request, response, "raw", 30)
    if request.path == "/out":
        sign_out(request, response)
    return response


async def serve(tool: Tool, *, unix: Path | None = None, port: int = 0) -> web.AppRunner:
    """Run a tool in this loop on a real socket."""
    runner = web.AppRunner(tool.app(), handler_cancellation=True, shutdown_timeout=0.1, max_field_size=32_768)
    await runner.setup()
    site = web.UnixSite(runner, str(unix)) if unix else web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    return runner


def free_client() -> aiohttp.ClientSession:
    """A client that keeps no cookies and follows no redirects by itself."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, timeout=aiohttp.ClientTimeout(total=20)
    )


@asynccontextmanager
async def studio_of(
    root: Path, flags: dict[str, Any] | None = None, timing: Timing | None = None, front: Front | None = None
):
    """A running studio: tools `unix` (told the public host) and `port` (told its own; `front` stands before it)."""
    portal_port, unix_port, tcp_port, inner = free_ports(4)
    settings = settings_room.load({"workspace": str(root), "port": portal_port, **(flags or {})}, {})
    tools, sessions, tokens = Tools(), Sessions(), Tokens()
    unix_tool, port_tool = Tool(), Tool()
    runners = [await serve(unix_tool, unix=root / "tool.sock"), await serve(port_tool, port=inner)]
    tools.add("unix", unix_port, Upstream(("unix", "p2"), unix=root / "tool.sock"), instances="per-artist")
    tools.add("port", tcp_port, Upstream(("port", ""), port=inner, forward_host=False))
    if front is not None:
        tools.manifests["port"].gateway.front = "fronted"
    origins = Origins(settings, tools.listeners())
    problems: dict[str, StudioError | None] = {}
    hits: list[web.Request] = []

    async def portal(request: web.Request) -> web.StreamResponse:
        hits.append(request)
        return await _portal(request)

    gateway = Gateway(
        settings,
        origins,
        sessions=sessions,
        tokens=tokens,
        tools=tools,
        portal=portal,
        on_problem=problems.__setitem__,
        fronts={} if front is None else {"fronted": front},
        timing=timing,
    )
    client = free_client()
    scheme = "https" if settings.tls_certificate else "http"
    try:
        await gateway.start()
        yield Studio(
            gateway,
            origins,
            sessions,
            tokens,
            tools,
            unix_tool,
            port_tool,
            portal_port,
            problems,
            hits,
            client,
            runners,
            scheme,
        )
    finally:
        await client.close()
        await gateway.stop()
        for runner in runners:
            await runner.cleanup()


__all__ = ["ADA", "BO", "WINDOW", "Studio", "free_client", "serve", "studio_of"]
