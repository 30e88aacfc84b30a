"""Whose request it is by address: forwarded addresses are believed from trusted proxies only."""

import ipaddress
from collections.abc import Iterable, Mapping

__all__ = ["Addresses"]


class Addresses:
    """Reads a client's address and scheme. `trusted` holds networks in CIDR notation."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks = tuple(ipaddress.ip_network(network) for network in trusted)
        self._known: dict[str, bool] = {}

    def of(self, peer: str, headers: Mapping[str, str]) -> tuple[str, bool]:
        """The client's address, and whether a trusted proxy says that the client speaks HTTPS."""
        if not self._networks or not self._trusts(peer):
            return peer, False
        secure = headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
        # Proxies append: the last address that is not one of ours is the client; what stands before it is its word.
        for hop in reversed(headers.get("X-Forwarded-For", "").split(",")):
            address = _bare(hop)
            if address is None:
                break
            peer = address
            if not self._trusts(address):
                break
        return peer, secure

    def _trusts(self, peer: str) -> bool:
        known = self._known.get(peer)
        if known is None:
            if len(self._known) > 1024:
                self._known.clear()
            known = self._known[peer] = self._look(peer)
        return known

    def _look(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def _bare(hop: str) -> str | None:
    """The address in `hop` without port and brackets; None where it is not one."""
    hop = hop.strip()
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return str(ipaddress.ip_address(hop))
    except ValueError:
        return None
