"""Where the gateway forwards to, and what it adds on the way."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from comfystudio.keeper import Unit
from comfystudio.tools.manifest import Manifest
from comfystudio.tools.readiness import Listen
from comfystudio.tools.states import Key

__all__ = ["Upstream", "Upstreams"]


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


class Running(Protocol):
    """What is read of a running instance."""

    @property
    def key(self) -> Key: ...
    @property
    def manifest(self) -> Manifest: ...
    @property
    def listen(self) -> Listen | None: ...
    @property
    def secret(self) -> str | None: ...
    @property
    def unit(self) -> Unit | None: ...
    @property
    def reachable(self) -> bool: ...


class Upstreams:
    """Hands out the same object while the same process runs, so that the gateway can tell a new one."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[Unit, Upstream]] = {}

    def to(self, instance: Running | None) -> Upstream | None:
        """The way to an instance; None where nothing answers there."""
        return self.of(instance) if instance is not None and instance.reachable else None

    def of(self, instance: Running) -> Upstream | None:
        """The way to an instance whose process is there, ready or not."""
        if instance.unit is None:
            return None
        kept = self._kept.get(instance.key)
        if kept is None or kept[0] is not instance.unit:
            kept = self._kept[instance.key] = instance.unit, _upstream(instance)
        return kept[1]


def _upstream(instance: Running) -> Upstream:
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
