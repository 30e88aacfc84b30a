"""The way to a provider: encrypted, within a deadline, and never more than a megabyte of it."""

import asyncio
import ipaddress
import ssl
from urllib.parse import urlsplit

import httpx2

from comfystudio.people.oidc.faults import ProviderFault

__all__ = ["LARGEST", "Transport", "is_loopback", "may_ask"]

SECONDS = 10.0
LARGEST = 1_000_000


def is_loopback(address: str) -> bool:
    """Whether the URL `address` stays on this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def may_ask(address: str, issuer: str) -> bool:
    """Whether a provider called `issuer` may send the studio to `address`.

    A provider elsewhere must not reach what listens on this machine alone, nor be asked in the clear.
    """
    try:
        parts = urlsplit(address)
        if not parts.hostname or parts.username is not None or parts.fragment:
            return False
        if is_loopback(address):
            return is_loopback(issuer) and parts.scheme in {"http", "https"}
    except ValueError:
        return False
    return parts.scheme == "https"


class Transport(httpx2.AsyncBaseTransport):
    """Carries every request of this room. Redirects are answers like others: nobody follows them."""

    def __init__(self, issuer: str, *, seconds: float = SECONDS) -> None:
        self._issuer = issuer
        self._seconds = seconds
        self._nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._machine: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The whole answer; raises `ProviderFault`."""
        where = f"{request.url.host}{request.url.path}"
        if not may_ask(str(request.url), self._issuer):
            raise ProviderFault(f"{where} is not where this provider may send the studio")
        # What is not packed cannot grow when it is unpacked.
        request.headers["Accept-Encoding"] = "identity"
        try:
            async with asyncio.timeout(self._seconds), await self._carrier(request) as carrier:
                response = await carrier.handle_async_request(request)
                try:
                    body = await _whole(response, where)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise ProviderFault(f"{where} did not answer within {self._seconds:g} s") from None
        except (httpx2.HTTPError, OSError) as error:
            raise ProviderFault(f"{where}: {type(error).__name__} {error}") from error
        kind = response.headers.get("Content-Type", "")
        return httpx2.Response(response.status_code, headers={"Content-Type": kind}, content=body, request=request)

    async def _carrier(self, request: httpx2.Request) -> httpx2.AsyncHTTPTransport:
        """A connection that trusts whom the machine trusts; reading that takes a third of a second, so only once."""
        if request.url.scheme != "https":
            return httpx2.AsyncHTTPTransport(verify=self._nobody)
        if self._machine is None:
            self._machine = await asyncio.to_thread(httpx2.create_ssl_context)
        return httpx2.AsyncHTTPTransport(verify=self._machine)


async def _whole(response: httpx2.Response, where: str) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ProviderFault(f"{where} packed its answer unasked")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > LARGEST:
            raise ProviderFault(f"{where} answered with more than {LARGEST} bytes")
    return bytes(body)
