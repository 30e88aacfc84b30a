"""The control socket: the portal's API for the command line of the same account."""

import os
from pathlib import Path

from aiohttp import web

from comfystudio.people import LOCAL
from comfystudio.web import Handler

__all__ = ["Control"]


class Control:
    """Serves `handler` on the unix socket `path` (0600) in the name of the command line."""

    def __init__(self, handler: Handler, path: Path, address: str) -> None:
        self._handler = handler
        self._path = path
        self._address = address
        self._server = web.Server(self._answer, access_log=None)
        self._runner = web.ServerRunner(self._server)

    async def start(self) -> None:
        """Listen. Whoever calls holds the studio's lock, so a socket that lies there is a leftover."""
        self._path.unlink(missing_ok=True)
        await self._runner.setup()
        before = os.umask(0o177)
        try:
            await web.UnixSite(self._runner, str(self._path)).start()
        finally:
            os.umask(before)

    async def stop(self) -> None:
        """Answer what is under way and end."""
        await self._runner.cleanup()
        self._path.unlink(missing_ok=True)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        request["caller"] = LOCAL
        request["address"] = "local"
        request["origin"] = self._address
        return await self._handler(request)
