"""One ComfyUI process, asked over loopback by the portal alone."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
from yarl import URL

from comfystudio.comfy.owners import Owner, header
from comfystudio.comfy.seams import Upstream
from comfystudio.comfy.worker.answers import Cancelled, Health, Standing, health_of, standing_of
from comfystudio.errors import Unavailable

__all__ = ["Worker"]

Read = TypeVar("Read")
CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 90.0
LARGEST_EVENT = 256 * 1024 * 1024
_JSON = ("Content-Type", "application/json")


class Worker:
    """The way to one process. `Unavailable` where it does not answer or answers nonsense; `close()` at the end."""

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self._base = "http://comfyui" if upstream.unix else f"http://{upstream.host}:{upstream.port}"
        self._session = aiohttp.ClientSession(
            connector=_connector(upstream),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=upstream.headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
        )

    async def close(self) -> None:
        """Let go of every connection."""
        await self._session.close()

    async def health(self) -> Health:
        """How the extension found ComfyUI."""
        return await self._read("GET", "/comfystudio/health", health_of)

    async def validate(self, owner: Owner, body: bytes) -> tuple[int, bytes]:
        """Status and JSON of ComfyUI's verdict on the workflow in `body`; nothing is queued."""
        return await self.ask("POST", "/comfystudio/validate", owner=owner, body=body)

    async def submit(self, owner: Owner, body: bytes) -> tuple[int, bytes]:
        """Queue the prompt in `body`: 200, 409 where its id is known already, 400 where ComfyUI refuses it."""
        return await self.ask("POST", "/prompt", owner=owner, body=body)

    async def cancel(self, ids: Iterable[str], *, running: bool) -> Cancelled:
        """Take those that wait from the queue; with `running` also stop the one that runs."""

        def read(answer: Mapping[str, Any]) -> Cancelled:
            return Cancelled(*(frozenset(answer[name]) for name in ("removed", "interrupted", "unknown")))

        return await self._read("POST", "/comfystudio/cancel", read, {"ids": list(ids), "running": running})

    async def prompts(self, ids: Iterable[str] = ()) -> Standing:
        """What runs and waits, and how those of `ids` ended that are over."""
        return await self._read("POST", "/comfystudio/prompts", standing_of, {"ids": list(ids)})

    async def owners(self, folders: Mapping[int, str]) -> None:
        """Tell which folder an owner has now; prompts that run find it."""
        named = {str(number): folder for number, folder in folders.items()}
        await self._read("POST", "/comfystudio/owners", lambda answer: answer, named)

    @asynccontextmanager
    async def events(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The channel on which everything that concerns artists arrives; connected once the block begins."""
        try:
            channel = await self._session.ws_connect(
                f"{self._base}/comfystudio/events", max_msg_size=LARGEST_EVENT, compress=0
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _silent(error) from None
        async with channel:
            yield channel

    async def ask(
        self,
        method: str,
        path: str,
        *,
        owner: Owner | None = None,
        body: bytes | aiohttp.FormData | None = None,
        headers: Iterable[tuple[str, str]] = (),
    ) -> tuple[int, bytes]:
        """Status and body of any request, in the folders of `owner`; without one it is the studio's own.

        `path` goes out as it is, so it is percent-encoded where it has to be.
        """
        given = [*headers, *([header(owner)] if owner else []), *([_JSON] if isinstance(body, bytes) else [])]
        try:
            async with self._session.request(method, self.url(path), data=body, headers=given) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _silent(error) from None

    def stranger(self) -> aiohttp.ClientSession:
        """A session that reaches the same process without adding anything to requests."""
        return aiohttp.ClientSession(connector=_connector(self.upstream), cookie_jar=aiohttp.DummyCookieJar())

    def url(self, path: str) -> URL:
        """Where `path` is, taken as it stands."""
        return URL(self._base + path, encoded=True)

    async def _read(self, method: str, path: str, read: Callable[[Any], Read], body: Any = None) -> Read:
        status, content = await self.ask(method, path, body=None if body is None else json.dumps(body).encode())
        if status != 200:
            raise Unavailable("comfy.odd_answer", path=path, problem=f"status {status}")
        try:
            return read(json.loads(content))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unavailable("comfy.odd_answer", path=path, problem=f"{type(error).__name__}: {error}") from None


def _connector(upstream: Upstream) -> aiohttp.BaseConnector:
    # Events, submissions, validations of many artists: none may wait for another's connection.
    return aiohttp.UnixConnector(str(upstream.unix), limit=0) if upstream.unix else aiohttp.TCPConnector(limit=0)


def _silent(error: BaseException) -> Unavailable:
    return Unavailable("comfy.silent", problem=str(error) or type(error).__name__)
