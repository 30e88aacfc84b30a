"""What the gateway itself says: a problem document to programs, a page to people, and the way on."""

import html
import json
import secrets
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Template

from aiohttp import web

from comfystudio import words
from comfystudio.errors import NotSignedIn, StudioError, TooMany, Unavailable

__all__ = ["COMMON", "answer", "moved", "page", "problem", "rendered", "script", "wants_page"]

_STYLE_FREE = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
COMMON = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def wants_page(headers: Mapping[str, str], method: str) -> bool:
    """Whether a person looks at the answer, in a window."""
    mode = headers.get("Sec-Fetch-Mode")
    if mode is not None and mode != "navigate":
        return False
    return method in {"GET", "HEAD", "POST"} and "text/html" in headers.get("Accept", "")


def answer(error: StudioError, headers: Mapping[str, str], method: str, *, back: str = "") -> web.Response:
    """`error` as a page or as a problem document, whichever is asked for; `back` is the studio's address."""
    if wants_page(headers, method):
        return page(error, back=back)
    return problem(error)


def problem(error: StudioError) -> web.Response:
    """`error` as a problem document (RFC 9457)."""
    title = web.Response(status=error.status).reason
    body = {
        "type": "about:blank",
        "title": title,
        "status": error.status,
        "key": error.key,
        "sentence": error.sentence,
        "fields": {name: value for name, value in error.fields.items() if isinstance(value, str | int | float)},
    }
    response = web.Response(status=error.status, body=json.dumps(body).encode(), headers=COMMON)
    response.content_type = "application/problem+json"
    if isinstance(error, NotSignedIn):
        # Bearer, not Basic: browsers do not ask for a password in a window of their own.
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.fields.get("retry_after", 2))
    return response


def page(error: StudioError, *, back: str = "", again: str = "") -> web.Response:
    """`error` as a page: what happened, and a way on. `back` and `again` are addresses of ours."""
    ways = []
    if again:
        ways.append(_way(again, "gateway.try_again", main=True))
    if back:
        ways.append(_way(back + "/", "gateway.back_to_studio", main=not again))
    fields = {
        "title": html.escape(words.say("gateway.not_open" if error.status == 403 else "gateway.not_that_way")),
        "sentence": html.escape(error.sentence),
        "ways": "".join(ways),
    }
    return rendered("message.html", fields, status=error.status)


def rendered(name: str, fields: Mapping[str, str], *, status: int) -> web.Response:
    """A page from a template; `fields` are HTML. Its policy lets in its own style and script and nothing else."""
    nonce = secrets.token_urlsafe(16)
    text = _template(name).substitute(
        fields, language=words.language(), nonce=nonce, style=_file("pages.css"), mark=_file("mark.svg")
    )
    policy = (
        f"{_STYLE_FREE}; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; img-src data:"
    )
    headers = {**COMMON, "Content-Security-Policy": policy}
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)


def script(name: str) -> str:
    """A script that belongs to a page, to stand in it."""
    return _file(name)


def moved(address: str, status: int = 302) -> web.Response:
    """Send the browser to `address`, which is never taken from a request, and tell nobody where it came from."""
    return web.Response(status=status, headers={**COMMON, "Location": address})


def _way(address: str, key: str, *, main: bool) -> str:
    kind = "main" if main else "quiet"
    return f'<a class="{kind}" href="{html.escape(address)}">{html.escape(words.say(key))}</a>'


@cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath("pages", name).read_text(encoding="utf-8").strip()


@cache
def _template(name: str) -> Template:
    return Template(_file(name))
