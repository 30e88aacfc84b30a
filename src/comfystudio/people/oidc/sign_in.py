"""The journey: off to the provider, back with a code, and in where the roster has that name."""

import asyncio
import time as machine
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from comfystudio.errors import Gone, NotSignedIn, Refused, TooMany, Unavailable
from comfystudio.people import names, secrets
from comfystudio.people.audit import Audit
from comfystudio.people.clock import StudioTime
from comfystudio.people.model import Person
from comfystudio.people.oidc import id_token
from comfystudio.people.oidc.faults import Declined, ProviderFault, WrongToken
from comfystudio.people.oidc.identities import Identities
from comfystudio.people.oidc.pending import Pending, PendingSignIns
from comfystudio.people.oidc.provider import Provider, ProviderSettings
from comfystudio.people.oidc.transport import SECONDS, Transport
from comfystudio.people.service import People
from comfystudio.people.throttle import Throttle, Try
from comfystudio.storage import Database

__all__ = ["Begun", "OidcSignIn"]

log = structlog.get_logger("people")
LONGEST_CODE = 4096
REFUSALS = {"other": "people.oidc_other", "taken": "people.oidc_taken"}


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and the secret that it keeps in a cookie until it is back."""

    url: str = field(repr=False)
    browser: str = field(repr=False)


class OidcSignIn:
    """Sign-in over one provider. `wall` is what ID tokens are dated by: seconds since the epoch."""

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        database: Database,
        people: People,
        audit: Audit,
        time: StudioTime,
        wall: Callable[[], float] = machine.time,
        seconds: float = SECONDS,
    ) -> None:
        self._settings = settings
        transport = Transport(settings.issuer, seconds=seconds)
        self._provider = Provider(settings, steady=time.steady, transport=transport)
        self._identities = Identities(database, time, settings.issuer)
        self._pending = PendingSignIns(time.steady)
        self._throttle = Throttle(time.steady)
        self._people = people
        self._audit = audit
        self._wall = wall
        self._seconds = seconds

    @property
    def name(self) -> str:
        """What the provider is called on the button."""
        return self._settings.name

    async def begin(self, *, redirect: str, next_: str, address: str, browser: str | None) -> Begun:
        """Start a sign-in that comes back to the page `redirect`; `Unavailable` where the provider does not answer.

        `browser` is the secret the browser brought: a sign-in in another tab goes on with the same one.
        """
        keep = browser if browser is not None and self._pending.knows(browser) else secrets.make()
        state, pending = self._pending.add(browser=keep, redirect=redirect, next_=next_, address=address)
        try:
            url = await self._provider.address(
                redirect=redirect, state=state, nonce=pending.nonce, verifier=pending.verifier
            )
        except ProviderFault as fault:
            raise self._unreachable(fault) from None
        return Begun(url, keep)

    async def finish(self, code: str, state: str, *, browser: str | None, address: str) -> tuple[Person, str]:
        """Who came back, and the page they wanted. Each state counts once, in the browser that began it.

        `Gone` for a state that is over, `NotSignedIn` where the provider vouches for nobody, `Refused` where the
        roster does not let them in, `TooMany` from the sixty-first failure from one place.
        """
        pending = self._pending.take(state, browser)
        if pending is None:
            raise Gone("people.oidc_over")
        counted = self._counted(state, address)
        try:
            async with asyncio.timeout(2 * self._seconds):
                claims = await self._claims(code[:LONGEST_CODE], pending)
        except (ProviderFault, TimeoutError) as fault:
            counted.succeeded()  # not theirs
            raise self._unreachable(fault) from None
        except (Declined, WrongToken) as problem:
            key = "people.oidc_declined" if isinstance(problem, Declined) else "people.oidc_wrong"
            log.warning("a sign-in over the provider proved nothing", reason=str(problem))
            await self._audit.record("sign_in.failed", None, self.name, address=address, why=key)
            raise NotSignedIn(key, name=self.name) from None
        person = await self._enters(claims, address)
        counted.succeeded()
        return person, pending.next

    def _counted(self, state: str, address: str) -> Try:
        try:
            return self._throttle.attempt(state, address)
        except TooMany as error:
            raise TooMany("people.oidc_often", **error.fields) from None

    async def _claims(self, code: str, pending: Pending) -> Mapping[str, Any]:
        """What the provider says of whoever holds the code, `sub` and the claim for the roster among it."""
        tokens = await self._provider.exchange(code, redirect=pending.redirect, verifier=pending.verifier)
        claims = await self._checked(tokens, pending.nonce)
        access = tokens.get("access_token")
        if self._settings.claim in claims or not isinstance(access, str):
            return claims
        more = await self._provider.person(access)
        # An access token may be another's; only what is said of the very same subject counts.
        return {**more, "sub": claims["sub"]} if more.get("sub") == claims["sub"] else claims

    async def _checked(self, tokens: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        keys = await self._provider.keys()
        for last in (False, True):
            try:
                return id_token.check(
                    tokens.get("id_token"),
                    keys,
                    issuer=self._settings.issuer,
                    client_id=self._settings.client_id,
                    nonce=nonce,
                    access=tokens.get("access_token"),
                    now=self._wall(),
                )
            except id_token.UnknownKey:
                if last:
                    raise
                keys = await self._provider.keys(other_than=keys)
        raise AssertionError

    async def _enters(self, claims: Mapping[str, Any], address: str) -> Person:
        """The listed person whose name the claim is and whose account this is, or the refusal."""
        claim = claims.get(self._settings.claim)
        if not isinstance(claim, str) or not claim.strip():
            raise await self._refused("people.oidc_no_claim", "", address, claim=self._settings.claim)
        if self._settings.claim == "email" and claims.get("email_verified") is not True:
            raise await self._refused("people.oidc_email", claim, address)
        person = self._people.by_name(claim)
        if person is None:
            raise await self._refused("people.oidc_not_listed", claim, address)
        if person.disabled:
            await self._audit.record("sign_in.disabled", None, person.name, address=address)
            raise Refused("people.disabled")
        verdict = await self._identities.settle(person.id, claims["sub"])
        if verdict in REFUSALS:
            raise await self._refused(REFUSALS[verdict], claim, address)
        if verdict == "bound":
            await self._audit.record("identity.bound", person.name, person.name, issuer=self._settings.issuer)
        return person

    async def _refused(self, key: str, said: str, address: str, **fields: str) -> Refused:
        log.info("sign-in over the provider refused", why=key, person=names.shown(said))
        await self._audit.record("sign_in.failed", None, said or self.name, address=address, why=key)
        return Refused(key, name=self.name, person=names.shown(said), **fields)

    def _unreachable(self, fault: Exception) -> Unavailable:
        log.warning("the sign-in provider does not do its part", problem=str(fault) or type(fault).__name__)
        return Unavailable("people.oidc_unreachable", name=self.name)
