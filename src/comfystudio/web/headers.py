"""The response headers of the portal, closed by default: one place, applied to every answer."""

from aiohttp import web

__all__ = ["API_POLICY", "PAGE_POLICY", "api", "page"]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self'; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"

_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def _apply(response: web.StreamResponse, policy: str) -> None:
    if response.prepared:
        return
    for name, value in _EVERYWHERE.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy)


def api(response: web.StreamResponse) -> None:
    """Headers of data: nothing in it may run, and nobody keeps a copy."""
    _apply(response, API_POLICY)
    if not response.prepared:
        response.headers.setdefault("Cache-Control", "no-store")


def page(response: web.StreamResponse) -> None:
    """Headers of a page and of what it loads."""
    _apply(response, PAGE_POLICY)
