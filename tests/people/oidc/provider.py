"""A small OpenID provider on loopback: real HTTP, RSA keys, and a knob for whatever a bad one could do."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

__all__ = ["CLIENT", "SECRET", "ProviderDouble", "served", "served_in_thread"]

CLIENT = "studio"
SECRET = "s3cret-of-the-studio"


@cache
def key(kid: str) -> RSAKey:
    """A key of that name; made once, they are slow to make."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@dataclass
class ProviderDouble:
    """What it does; a test turns the knobs while it runs."""

    issuer: str = ""
    # Who is signed in there.
    account: dict[str, Any] = field(default_factory=lambda: {"sub": "0001", "preferred_username": "Rosa Macak"})
    # Claims put over the right ones in the ID token; None takes one out.
    claims: dict[str, Any] = field(default_factory=dict)
    # The same for the document under .well-known.
    metadata: dict[str, Any] = field(default_factory=dict)
    # What only the userinfo endpoint tells.
    told: dict[str, Any] | None = None
    algorithm: str = "RS256"
    kid: str = "first"
    published: tuple[str, ...] = ("first",)
    secret: str | None = SECRET
    # By the last part of a path: an answer's status, its seconds of silence, its size, its redirect.
    status: dict[str, int] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    huge: dict[str, int] = field(default_factory=dict)
    packed: set[str] = field(default_factory=set)
    text: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    # What was asked for with each code, and for whom.
    codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = field(default_factory=dict)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Every request."""
        name = request.path.rpartition("/")[2]
        self.asked.append(name)
        await asyncio.sleep(self.slow.get(name, 0))
        if name in self.status:
            return web.Response(status=self.status[name], headers={"Location": f"{self.issuer}/elsewhere"})
        if name in self.huge:
            return web.Response(body=b" " * self.huge[name], content_type="application/json")
        if name in self.text:
            return web.Response(text=self.text[name], content_type="application/json")
        found = getattr(self, f"_{name.replace('-', '_')}", None)
        if found is None:
            return web.Response(status=404)
        answer: web.StreamResponse = await found(request)
        if name in self.packed:
            answer.enable_compression(web.ContentCoding.gzip)
        return answer

    async def _openid_configuration(self, _request: web.BaseRequest) -> web.Response:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"],
        } | self.metadata
        return web.json_response({name: value for name, value in document.items() if value is not None})

    async def _jwks(self, _request: web.BaseRequest) -> web.Response:
        odd = [{"kty": "AKP", "kid": "of tomorrow"}, {"kty": "RSA", "kid": "broken", "n": 7}, "no key"]
        return web.json_response({"keys": [*odd, *(key(kid).as_dict(private=False) for kid in self.published)]})

    async def _authorize(self, request: web.BaseRequest) -> web.Response:
        return web.Response(status=302, headers={"Location": self.visit(str(request.url))})

    def visit(self, url: str) -> str:
        """What a browser does there: somebody is signed in already and is sent back to this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}
        assert asked["response_type"] == "code", asked
        assert asked["client_id"] == CLIENT, asked
        assert asked["code_challenge_method"] == "S256", asked
        assert "openid" in asked["scope"].split(), asked
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked, dict(self.account)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def visited(self, url: str) -> tuple[str, str]:
        """Code and state that `visit` brings."""
        back = parse_qs(urlsplit(self.visit(url)).query)
        return back["code"][0], back["state"][0]

    async def _token(self, request: web.BaseRequest) -> web.Response:
        given = await request.post()
        asked, account = self.codes.pop(str(given.get("code")), (None, {}))
        if not self._is_client(request, given):
            return web.json_response({"error": "invalid_client"}, status=401)
        verifier = hashlib.sha256(str(given.get("code_verifier")).encode()).digest()
        if (
            asked is None
            or given.get("grant_type") != "authorization_code"
            or given.get("redirect_uri") != asked["redirect_uri"]
            or _text(verifier) != asked["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant", "error_description": "<b>no</b>"}, status=400)
        access = "an access token"
        return web.json_response(
            {
                "access_token": access,
                "token_type": "Bearer",
                "id_token": self.id_token(asked["nonce"], access, account),
            }
        )

    def _is_client(self, request: web.BaseRequest, given: Any) -> bool:
        if self.secret is None:
            return bool(given.get("client_id") == CLIENT) and "client_secret" not in given
        if "client_secret_post" in self.metadata.get("token_endpoint_auth_methods_supported", ()):
            return (given.get("client_id"), given.get("client_secret")) == (CLIENT, self.secret)
        basic = base64.b64encode(f"{CLIENT}:{self.secret}".encode()).decode()
        return request.headers.get("Authorization") == f"Basic {basic}"

    def id_token(self, nonce: str, access: str, account: dict[str, Any]) -> str:
        """The ID token as the knobs say."""
        now = int(time.time())
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "at_hash": _text(half),
            **account,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return ".".join([_part({"alg": "none"}), _part(claims), ""])
        header = {"alg": self.algorithm, "kid": self.kid}
        if self.algorithm.startswith("HS"):
            # The classic: the public key taken for a shared secret.
            signed = f"{_part(header)}.{_part(claims)}"
            mark = hmac.new(key(self.kid).as_pem(private=False), signed.encode(), self.algorithm.replace("HS", "sha"))
            return f"{signed}.{_text(mark.digest())}"
        return jwt.encode(header, claims, key(self.kid), algorithms=[self.algorithm])

    async def _userinfo(self, request: web.BaseRequest) -> web.Response:
        assert request.headers["Authorization"] == "Bearer an access token"
        return web.json_response(self.told)


def _text(of: bytes) -> str:
    return base64.urlsafe_b64encode(of).decode().rstrip("=")


def _part(of: dict[str, Any]) -> str:
    return _text(json.dumps(of).encode())


@contextlib.asynccontextmanager
async def served(encrypted: ssl.SSLContext | None = None) -> AsyncIterator[ProviderDouble]:
    """A provider on a free port of loopback, which speaks HTTPS as `encrypted` says."""
    double = ProviderDouble()
    runner = web.ServerRunner(web.Server(double.answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=encrypted).start()
    host = "https://localhost" if encrypted else "http://127.0.0.1"
    double.issuer = f"{host}:{runner.addresses[0][1]}/realms/studio"
    try:
        yield double
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def served_in_thread() -> Iterator[ProviderDouble]:
    """The same for tests without a loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="provider")
    thread.start()
    opened = served()
    try:
        yield asyncio.run_coroutine_threadsafe(opened.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(opened.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
