"""Under which addresses the studio answers, and which of them belong together.

A *family* is one way to reach the machine: localhost, a LAN name, the pod's addresses, the public address. Within it
every listener has one origin, and a tool's origin knows its portal. A Host header that is in no family is not ours.
"""

import ipaddress
import itertools
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import psutil

from comfystudio.errors import Invalid, Misdirected
from comfystudio.settings import Settings
from comfystudio.workspace import in_container

__all__ = ["PORTAL", "Origins", "Place", "interface_addresses", "listen_hosts"]

PORTAL = ""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_STANDARD = {"http": 80, "https": 443}
_REFRESH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """One listener under one of its addresses. `listener` is a tool's id or PORTAL.

    `secure`: browsers keep Secure cookies here, and with them the `__Host-` prefix. The names of the cookies carry
    the port, because cookies ignore ports.
    """

    listener: str
    family: str
    origin: str
    portal: str
    scheme: str
    host: str
    secure: bool
    session_cookie: str
    state_cookie: str


def _place(listener: str, family: str, origin: str, portal: str) -> Place:
    parts = urlsplit(origin)
    secure = parts.scheme == "https" or _is_loopback(parts.hostname or "")
    tail = f"{listener or 'portal'}-{parts.port or _STANDARD[parts.scheme]}"
    names = [f"{'__Host-' if secure else ''}{name}-{tail}" for name in ("comfystudio", "comfystudio-state")]
    return Place(listener, family, origin, portal, parts.scheme, parts.netloc, secure, *names)


def listen_hosts(settings: Settings) -> tuple[str, ...]:
    """The addresses to bind: every one on a pod or in a container, loopback elsewhere, or what `host` says.

    Where no password is asked for it is loopback anywhere.
    """
    if not settings.host:
        everywhere = settings.auth != "open" and (bool(settings.pod_id) or in_container())
        return ("0.0.0.0", "::") if everywhere else ("127.0.0.1", "::1")  # noqa: S104 the public address of a pod
    if settings.host in {"0.0.0.0", "*", "::"}:  # noqa: S104 asked for by name
        return ("0.0.0.0", "::")  # noqa: S104 asked for by name
    if settings.host == "localhost":
        return ("127.0.0.1", "::1")
    return (settings.host.strip("[]"),)


def interface_addresses() -> tuple[str, ...]:
    """The machine's own addresses, as they stand in a Host header."""
    addresses = itertools.chain.from_iterable(psutil.net_if_addrs().values())
    return tuple(
        _in_host(each.address.partition("%")[0])
        for each in addresses
        if each.family in {socket.AF_INET, socket.AF_INET6}
    )


class Origins:
    """Answers where a request came in. `listeners` are (tool id, public port); the portal's port is in `settings`."""

    def __init__(
        self,
        settings: Settings,
        listeners: Iterable[tuple[str, int]],
        *,
        interfaces: Callable[[], tuple[str, ...]] = interface_addresses,
    ) -> None:
        if settings.tool_origin and not settings.public_url:
            raise Invalid("gateway.tool_origin_alone")
        self._settings = settings
        self._interfaces = interfaces
        self._everywhere = "0.0.0.0" in listen_hosts(settings)  # noqa: S104 a comparison
        self._scheme: Literal["http", "https"] = "https" if settings.tls_certificate else "http"
        self._ports: dict[str, int] = {}
        self._places: dict[tuple[str, bool], dict[str, Place]] = {}
        self._refreshed = float("-inf")
        self.update(listeners)

    def update(self, listeners: Iterable[tuple[str, int]]) -> None:
        """Tools have come or gone."""
        self._ports = {PORTAL: self._settings.portal_port, **dict(listeners)}
        self._build()

    def place(self, listener: str, host: str | None, *, secure: bool = False) -> Place:
        """The place that `host`, a Host header, names on `listener`. Raises Misdirected for a name that is not ours.

        `secure`: a trusted proxy speaks HTTPS to the client.
        """
        if host is not None:
            places = self._places[listener, secure or self._scheme == "https"]
            found = places.get(host) or places.get(host.lower())
            if found is None and self._is_address(host) and self._refresh():
                found = self._places[listener, secure or self._scheme == "https"].get(host.lower())
            if found is not None:
                return found
        raise Misdirected("gateway.misdirected", host=(host or "")[:200])

    def tool_origin(self, tool: str, portal: Place) -> str | None:
        """The origin of `tool` for a browser that sees the portal as `portal`."""
        return self._origin(portal.family, tool) if tool in self._ports else None

    def portal_origin(self) -> str:
        """The portal's address to print at start: the public one, the pod's, or the first that works here."""
        if self._settings.public_url:
            return self._settings.public_url
        if self._settings.pod_id:
            return self._origin("pod", PORTAL)
        host = listen_hosts(self._settings)[0]
        name = "localhost" if host in {"0.0.0.0", "127.0.0.1"} else _in_host(host)  # noqa: S104 a comparison
        return self._origin(f"{self._scheme}://{name}", PORTAL)

    def _is_address(self, host: str) -> bool:
        return self._everywhere and (host[:1].isdigit() or host.startswith("["))

    def _refresh(self) -> bool:
        """Interfaces come and go (a VPN, a new lease): look again, but not for every stray request."""
        now = time.monotonic()
        if now - self._refreshed < _REFRESH_SECONDS:
            return False
        self._build()
        return True

    def _build(self) -> None:
        self._refreshed = time.monotonic()
        self._places = {(listener, secure): {} for listener in self._ports for secure in (False, True)}
        for secure in (False, True):
            scheme = "https" if secure else "http"
            for name in self._names():
                self._add(f"{scheme}://{name}", secure)
            # A proxy in front speaks plain HTTP to us whatever it speaks to the browser: the address says which.
            if self._settings.pod_id:
                self._add("pod", secure)
            if self._settings.public_url:
                self._add("public", secure)

    def _names(self) -> list[str]:
        names = list(LOOPBACK)
        hosts = listen_hosts(self._settings)
        if self._everywhere:
            names += self._interfaces()
        else:
            names += [_in_host(host) for host in hosts]
        return list(dict.fromkeys([*names, *self._settings.allowed_hosts]))

    def _add(self, family: str, secure: bool) -> None:
        portal = self._origin(family, PORTAL)
        for listener in self._ports:
            origin = self._origin(family, listener)
            place = _place(listener, family, origin, portal)
            places = self._places[listener, secure]
            places.setdefault(place.host, place)
            if ":" not in place.host[place.host.rfind("]") + 1 :]:
                places.setdefault(f"{place.host}:{_STANDARD[place.scheme]}", place)

    def _origin(self, family: str, listener: str) -> str:
        port = self._ports[listener]
        if family == "pod":
            return f"https://{self._settings.pod_id.lower()}-{port}.proxy.runpod.net"
        if family != "public":
            scheme, _, name = family.partition("://")
            name, own = _split(name)
            return _joined(scheme, name, own if own and listener == PORTAL else port)
        if listener == PORTAL:
            return _normal(self._settings.public_url)
        if self._settings.tool_origin:
            return _normal(self._settings.tool_origin.format(tool=listener, port=port))
        public = urlsplit(self._settings.public_url)
        return _joined(public.scheme, _in_host(public.hostname or ""), port)


def _joined(scheme: str, name: str, port: int) -> str:
    """An origin as browsers write it: without the scheme's own port."""
    return f"{scheme}://{name}" if _STANDARD[scheme] == port else f"{scheme}://{name}:{port}"


def _split(name: str) -> tuple[str, int | None]:
    """A name from `allowed_hosts` may bring the port under which the portal is reached."""
    bare, colon, port = name.rpartition(":")
    return (bare, int(port)) if colon and port.isdigit() and not bare.endswith(":") else (name, None)


def _normal(origin: str) -> str:
    parts = urlsplit(origin.lower())
    return _joined(parts.scheme, _in_host(parts.hostname or ""), parts.port or _STANDARD[parts.scheme])


def _in_host(name: str) -> str:
    return f"[{name}]" if ":" in name and not name.startswith("[") else name


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
