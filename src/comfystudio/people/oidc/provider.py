"""One provider: where its endpoints are, its keys, and codes exchanged for tokens."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.jwk import KeySet

from comfystudio.people.oidc.faults import Declined, ProviderFault
from comfystudio.people.oidc.id_token import read_keys
from comfystudio.people.oidc.kept import Kept
from comfystudio.people.oidc.transport import Transport, may_ask

__all__ = ["Provider", "ProviderSettings"]

SCOPE = "openid profile email"
WELL_KNOWN = ".well-known/openid-configuration"
LONGEST_SECRET = 4096


@dataclass(frozen=True)
class ProviderSettings:
    """What settings say of the provider. Without `secret_file` the studio is a public client; PKCE is always used.

    `name` stands on the button; `claim` is what must equal a name on the roster.
    """

    issuer: str
    client_id: str
    name: str
    claim: str
    secret_file: Path | None = None


@dataclass(frozen=True)
class Metadata:
    """What the provider says of itself; every address was checked."""

    authorization: str
    token: str
    keys: str
    person: str | None
    ways: tuple[str, ...]


class Provider:
    """Asks the provider, and keeps what changes seldom. Everything raises `ProviderFault`."""

    def __init__(self, settings: ProviderSettings, *, steady: Callable[[], float], transport: Transport) -> None:
        self.settings = settings
        self._transport = transport
        self._metadata = Kept(self._discover, steady)
        self._keys = Kept(self._fetch_keys, steady)

    async def address(self, *, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in."""
        metadata = await self._metadata.get()
        async with self._client(metadata, None, redirect) as client:
            found, _ = client.create_authorization_url(
                metadata.authorization, state=state, code_verifier=verifier, nonce=nonce
            )
        return str(found)

    async def exchange(self, code: str, *, redirect: str, verifier: str) -> Mapping[str, Any]:
        """The tokens for a code; `Declined` where the provider does not take it."""
        metadata = await self._metadata.get()
        secret = await asyncio.to_thread(self._secret)
        async with self._client(metadata, secret, redirect) as client:
            try:
                found = await client.fetch_token(
                    metadata.token, grant_type="authorization_code", code=code, code_verifier=verifier
                )
            except OAuthError as error:
                if error.error == "invalid_grant":
                    raise Declined from None
                raise ProviderFault(f"the token endpoint said {str(error.error)[:100]!r}") from None
            except (httpx2.HTTPError, ValueError, TypeError, RecursionError) as error:
                raise ProviderFault(f"the token endpoint: {type(error).__name__}") from None
        return dict(found)

    async def keys(self, *, other_than: KeySet | None = None) -> KeySet:
        """The keys that ID tokens are signed with; asked for anew where `other_than` did not do."""
        return await self._keys.get(other_than=other_than)

    async def person(self, access: str) -> Mapping[str, Any]:
        """What the provider tells the holder of an access token about themselves; empty where it tells nothing."""
        metadata = await self._metadata.get()
        if metadata.person is None:
            return {}
        return await self._json(metadata.person, {"Authorization": f"Bearer {access}"})

    def _client(self, metadata: Metadata, secret: str | None, redirect: str) -> AsyncOAuth2Client:
        ways = metadata.ways or ("client_secret_basic",)
        way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        return AsyncOAuth2Client(
            self.settings.client_id,
            secret,
            token_endpoint_auth_method=way if secret else "none",
            code_challenge_method="S256",
            scope=SCOPE,
            redirect_uri=redirect,
            transport=self._transport,
            trust_env=False,
        )

    def _secret(self) -> str | None:
        """Read anew each time, so that a changed secret needs no restart."""
        if self.settings.secret_file is None:
            return None
        try:
            with self.settings.secret_file.open(encoding="utf-8") as file:
                found = file.read(LONGEST_SECRET + 1).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ProviderFault(f"the client secret cannot be read: {type(error).__name__}") from None
        if not found or len(found) > LONGEST_SECRET:
            raise ProviderFault("the file of the client secret is empty or too long")
        return found

    async def _discover(self) -> Metadata:
        issuer = self.settings.issuer
        found = await self._json(f"{issuer.rstrip('/')}/{WELL_KNOWN}")
        if found.get("issuer") != issuer:
            raise ProviderFault(f"the provider calls itself {str(found.get('issuer'))[:200]!r}, not {issuer!r}")
        ways = found.get("token_endpoint_auth_methods_supported")
        return Metadata(
            authorization=self._endpoint(found, "authorization_endpoint"),
            token=self._endpoint(found, "token_endpoint"),
            keys=self._endpoint(found, "jwks_uri"),
            person=self._endpoint(found, "userinfo_endpoint") if found.get("userinfo_endpoint") else None,
            ways=tuple(map(str, ways)) if isinstance(ways, list) else (),
        )

    def _endpoint(self, metadata: Mapping[str, Any], name: str) -> str:
        found = metadata.get(name)
        if not isinstance(found, str) or not may_ask(found, self.settings.issuer):
            raise ProviderFault(f"the provider names no {name} that may be used")
        return found

    async def _fetch_keys(self) -> KeySet:
        metadata = await self._metadata.get()
        return read_keys(await self._json(metadata.keys))

    async def _json(self, address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        async with httpx2.AsyncClient(transport=self._transport, trust_env=False) as client:
            answer = await client.get(address, headers={"Accept": "application/json", **(headers or {})})
        if answer.status_code != 200:
            raise ProviderFault(f"{answer.url.host}{answer.url.path} answered {answer.status_code}")
        try:
            found = answer.json()
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ProviderFault(f"{answer.url.host}{answer.url.path} answered with no JSON object")
        return found
