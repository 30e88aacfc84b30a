"""What of a request's headers reaches a tool, and what of a tool's answer reaches the browser.

A `Policy` is made once for each running instance. It works on the raw (name, value) bytes of the parser and
remembers what it decided for each spelling of a name, so that a request costs a few dictionary look-ups.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from comfystudio.gateway import cookies
from comfystudio.gateway.origins import Place
from comfystudio.gateway.seams import Upstream

__all__ = ["Policy", "Raw"]

Raw = Iterable[tuple[bytes, bytes]]

HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "http2-settings",
        "alt-svc",
    ]
)
# Who somebody is, where they come from and what they asked for is said by the gateway or by nobody.
SPOOFED = frozenset(
    [
        "authorization",
        "forwarded",
        "comfy-user",
        "remote-user",
        "true-client-ip",
        "cf-connecting-ip",
        "cf-connecting-ipv6",
        "fastly-client-ip",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-url",
        "x-rewrite-url",
        "x-original-host",
        "x-user",
        "x-webauth-user",
        "x-authenticated-user",
        "x-host",
        "x-swarm-user-id",
    ]
)
SPOOFED_FAMILIES = ("x-forwarded-", "x-remote-", "x-auth-request-", "x-comfystudio-", "sec-websocket-")
OURS = frozenset({"host", "content-length", "expect"})
# The tool speaks for itself, not for the studio's host: these would outlive it or reach beyond it.
ANSWER_DROPPED = HOP_BY_HOP | {
    "server",
    "content-length",
    "strict-transport-security",
    "clear-site-data",
    "x-powered-by",
}

_PASS, _DROP, _COOKIE, _ORIGIN, _CONNECTION, _LOCATION = range(6)
_REMEMBERED = 4096


class Policy:
    """The header rules of one running instance."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._own_host = upstream.host if upstream.unix else f"{upstream.host}:{upstream.port}"
        self._own_origin = b"http://" + self._own_host.encode()
        self._secrets = {name.lower() for name, _ in upstream.headers}
        self._requests: dict[bytes, int] = {}
        self._answers: dict[bytes, int] = {}
        self._cookies: dict[str, bool] = {}
        self._fixed: dict[Place, bytes] = {}

    def request(self, raw: Raw, place: Place, address: str) -> list[bytes]:
        """Header lines for the tool, ready to be joined; without Content-Length and Transfer-Encoding."""
        lines = [self._fixed.get(place) or self._fix(place), b"X-Forwarded-For: ", address.encode(), b"\r\n"]
        decided = self._requests
        named: set[bytes] | None = None
        for name, value in raw:
            verdict = decided.get(name)
            if verdict is None:
                verdict = self._decide(name)
            if verdict == _PASS:
                lines += (name, b": ", value, b"\r\n")
            elif verdict == _COOKIE:
                kept = self._kept(value)
                if kept:
                    lines += (b"Cookie", b": ", kept, b"\r\n")
            elif verdict == _ORIGIN:
                lines += (name, b": ", self._own_origin, b"\r\n")
            elif verdict == _CONNECTION and value.lower() not in {b"keep-alive", b"close", b"upgrade"}:
                named = (named or set()) | {part.strip().lower() for part in value.split(b",")}
        return lines if named is None else self._without(lines, named)

    def answer(self, raw: Raw, place: Place) -> list[bytes]:
        """Header lines for the browser, ready to be joined; without Content-Length and Transfer-Encoding."""
        lines: list[bytes] = []
        decided = self._answers
        for name, value in raw:
            verdict = decided.get(name)
            if verdict is None:
                verdict = self._decide_answer(name)
            if verdict == _PASS:
                lines += (name, b": ", value, b"\r\n")
            elif verdict == _COOKIE:
                if self._may_set(value):
                    lines += (name, b": ", value, b"\r\n")
            elif verdict == _LOCATION:
                lines += (name, b": ", self._moved(value, place), b"\r\n")
        return lines

    def _fix(self, place: Place) -> bytes:
        """What is the same in every request that comes in at `place`."""
        host = place.host if self._upstream.forward_host else self._own_host
        pairs = [("Host", host), ("X-Forwarded-Proto", place.scheme), ("X-Forwarded-Host", place.host)]
        lines = "".join(f"{name}: {value}\r\n" for name, value in [*pairs, *self._upstream.headers])
        if len(self._fixed) > _REMEMBERED:
            self._fixed.clear()
        self._fixed[place] = lines.encode()
        return self._fixed[place]

    def _decide(self, name: bytes) -> int:
        lower = name.decode("latin-1").lower()
        if lower == "cookie":
            verdict = _COOKIE
        elif lower == "connection":
            verdict = _CONNECTION
        # Tools that turn names into variables read X_Remote_User as X-Remote-User: no underscores at all.
        elif (
            "_" in lower
            or lower in HOP_BY_HOP
            or lower in SPOOFED
            or lower in OURS
            or lower in self._secrets
            or lower.startswith(SPOOFED_FAMILIES)
        ):
            verdict = _DROP
        elif self._upstream.forward_host:
            verdict = _PASS
        elif lower == "origin":
            verdict = _ORIGIN
        else:
            verdict = _DROP if lower == "referer" or lower.startswith("sec-fetch-") else _PASS
        return _remember(self._requests, name, verdict)

    def _decide_answer(self, name: bytes) -> int:
        lower = name.decode("latin-1").lower()
        if lower == "set-cookie":
            verdict = _COOKIE
        elif lower == "location" and not self._upstream.forward_host:
            verdict = _LOCATION
        else:
            verdict = _DROP if lower in ANSWER_DROPPED or lower.startswith("sec-websocket-") else _PASS
        return _remember(self._answers, name, verdict)

    def _without(self, lines: list[bytes], named: set[bytes]) -> list[bytes]:
        """Drop what the client's Connection header names, but never a line of ours (the first four parts)."""
        kept = lines[:4]
        for start in range(4, len(lines), 4):
            if lines[start].lower() not in named:
                kept += lines[start : start + 4]
        return kept

    def _passes(self, name: str) -> bool:
        known = self._cookies.get(name)
        if known is None:
            known = not cookies.is_ours(name) and any(fnmatchcase(name, each) for each in self._upstream.cookies)
            if len(self._cookies) > _REMEMBERED:
                self._cookies.clear()
            self._cookies[name] = known
        return known

    def _kept(self, value: bytes) -> bytes:
        if not self._upstream.cookies:
            return b""
        parts = [part.strip(b" \t") for part in value.split(b";")]
        return b"; ".join(part for part in parts if self._passes(part.partition(b"=")[0].decode("latin-1")))

    def _may_set(self, value: bytes) -> bool:
        name, *attributes = value.decode("latin-1").split(";")
        if any(attribute.partition("=")[0].strip().lower() == "domain" for attribute in attributes):
            return False
        return self._passes(name.partition("=")[0].strip())

    def _moved(self, value: bytes, place: Place) -> bytes:
        """A tool that does not know its public address redirects to its own: send the browser to ours."""
        if value.startswith(self._own_origin) and value[len(self._own_origin) :][:1] in {b"", b"/", b"?", b"#"}:
            return place.origin.encode() + value[len(self._own_origin) :]
        return value


def _remember(decided: dict[bytes, int], name: bytes, verdict: int) -> int:
    if len(decided) > _REMEMBERED:
        decided.clear()
    decided[name] = verdict
    return verdict
