"""What nginx asks for each request: an aiohttp server that checks a signed cookie. Usage: … PORT"""

import asyncio
import hashlib
import hmac
import sys

import uvloop
from aiohttp import web

SECRET = b"k" * 32
VALUE = "ada.1"


def cookie():
    """The Cookie header that it accepts."""
    return f"session={VALUE}.{hmac.new(SECRET, VALUE.encode(), hashlib.sha256).hexdigest()}"


async def verify(request):
    value, _, signature = request.cookies.get("session", "").rpartition(".")
    expected = hmac.new(SECRET, value.encode(), hashlib.sha256).hexdigest()
    return web.Response(status=204 if hmac.compare_digest(signature, expected) else 401)


async def main():
    app = web.Application()
    app.router.add_get("/verify", verify)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(sys.argv[1])).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
