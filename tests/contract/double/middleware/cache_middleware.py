"""Rules that hold for every answer: who may ask, how long it may be kept, what a page may load."""

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from double_knobs import NEWER

__all__ = ["cache_control", "external_blocked", "same_host"]

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_NEVER = "no-store" if NEWER else "no-cache"
_DAY = {200, 201, 202, 203, 204, 205, 206, 301, 308}
_PICTURES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


@web.middleware
async def cache_control(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Scripts and styles must be asked for anew, pictures keep a day; hashed names get no better treatment."""
    response = await handler(request)
    last = request.path.rsplit("/", 1)[-1]
    if request.path.endswith((".js", ".css")) or (last.startswith("index") and last.endswith(".json")):
        response.headers.setdefault("Cache-Control", _NEVER)
    elif request.path.lower().endswith(_PICTURES):
        if response.status == 404:
            response.headers.setdefault("Cache-Control", "public, max-age=3600")
        elif response.status in _DAY:
            response.headers.setdefault("Cache-Control", "public, max-age=86400")
    return response


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


@web.middleware
async def same_host(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Refuse a page of another origin while this server is addressed by a loopback name."""
    if NEWER and request.headers.get("Sec-Fetch-Site") == "cross-site":
        return web.Response(status=403)
    host, origin = request.headers.get("Host"), request.headers.get("Origin")
    if host and origin:
        ours, theirs = urlsplit("//" + host.lower()), urlsplit(origin.lower())
        both = ours.port is not None and theirs.port is not None
        same = ours.netloc == theirs.netloc if both else ours.hostname == theirs.hostname
        if _is_loopback(ours.hostname) and theirs.hostname and not same:
            return web.Response(status=403)
    if request.method == "OPTIONS":
        return web.Response()
    return await handler(request)


@web.middleware
async def external_blocked(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """A newer one without nodes of paid services tells its page to load nothing from elsewhere."""
    response = web.Response() if request.method == "OPTIONS" else await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
            "connect-src 'self' data:; frame-src 'self'; object-src 'self';"
        )
    return response
