"""Opening the listeners: addresses, TLS, and who has a port that should be ours."""

import asyncio
import errno
import resource
import socket
import ssl
from contextlib import suppress

import psutil

from comfystudio import words
from comfystudio.errors import Conflict, Invalid, Unavailable
from comfystudio.gateway.origins import listen_hosts
from comfystudio.gateway.server import Server
from comfystudio.settings import Settings

__all__ = ["Listener", "owner_of", "raise_file_limit", "tls"]

BACKLOG = 1024
HANDSHAKE_SECONDS = 10.0
STOP_SECONDS = 3.0
MOST_FILES = 65_536
NO_IPV6 = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT})


class Listener:
    """One port, on every address that the studio listens on."""

    def __init__(self, server: Server, port: int) -> None:
        self._server = server
        self.port = port
        self._sockets: list[asyncio.Server] = []

    async def open(self, settings: Settings, context: ssl.SSLContext | None) -> None:
        """Bind and listen. Raises Conflict where somebody else has the port, Unavailable where it cannot be bound."""
        loop = asyncio.get_running_loop()
        handshake = HANDSHAKE_SECONDS if context else None
        for host in listen_hosts(settings):
            try:
                bound = _bind(host, self.port)
            except OSError as error:
                if ":" in host and self._sockets and error.errno in NO_IPV6:
                    continue
                await self.close()
                raise _refused(host, self.port, error) from None
            opened = await loop.create_server(
                self._server, sock=bound, ssl=context, backlog=BACKLOG, ssl_handshake_timeout=handshake
            )
            self._sockets.append(opened)

    async def close(self) -> None:
        """Stop listening and end what is open, politely at first."""
        for each in self._sockets:
            each.close()
        self._sockets.clear()
        self._server.pre_shutdown()
        await self._server.shutdown(STOP_SECONDS)


def tls(settings: Settings) -> ssl.SSLContext | None:
    """TLS 1.2 and newer with the certificate from the settings; None where there is none."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise Invalid("gateway.bad_certificate", path=settings.tls_certificate, problem=error) from None
    return context


def owner_of(port: int) -> str:
    """Who listens on `port`, as far as this account can see."""
    with suppress(psutil.Error, OSError):
        for each in psutil.net_connections(kind="tcp"):
            if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port and each.pid:
                return f"{psutil.Process(each.pid).name()} (pid {each.pid})"
    return words.say("gateway.unknown_owner")


def raise_file_limit() -> None:
    """Every connection is a file: take as many as the system lets this account have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.setblocking(False)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _refused(host: str, port: int, error: OSError) -> Conflict | Unavailable:
    if error.errno == errno.EADDRINUSE:
        return Conflict("gateway.port_taken", port=port, owner=owner_of(port))
    return Unavailable("gateway.port_refused", port=port, host=host, problem=error.strerror)
