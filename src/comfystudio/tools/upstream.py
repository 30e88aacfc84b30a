"""Where the gateway forwards to, and what it adds on the way."""

from dataclasses import dataclass
from pathlib import Path

from comfystudio.tools.instance import Instance
from comfystudio.tools.states import Key

__all__ = ["Upstream", "upstream_of"]


@dataclass(frozen=True)
class Upstream:
    """A Unix socket, or `host` and `port`. `cookies` are name patterns that may pass both ways.

    `headers` are added to each request (the tool's own secret); what lies below `static_prefixes` never changes.
    """

    key: Key
    unix: Path | None
    host: str
    port: int
    headers: tuple[tuple[str, str], ...]
    forward_host: bool
    cookies: tuple[str, ...]
    static_prefixes: tuple[str, ...]


def upstream_of(instance: Instance) -> Upstream:
    """The way to an instance that answers."""
    assert instance.listen
    gateway = instance.manifest.gateway
    header = gateway.secret_header
    return Upstream(
        key=instance.key,
        unix=instance.listen.unix,
        host="127.0.0.1",
        port=instance.listen.port,
        headers=((header, instance.secret),) if header and instance.secret else (),
        forward_host=gateway.forward_host,
        cookies=gateway.cookies,
        static_prefixes=gateway.static_prefixes,
    )
