"""How often somebody may try: counted by place, so that wrong passwords elsewhere lock nobody out."""

import hashlib
import ipaddress
import math
from collections import OrderedDict, deque
from collections.abc import Callable

from comfystudio.errors import TooMany

__all__ = ["Throttle", "Try", "place"]

WINDOW = 15 * 60.0
PER_NAME = 10
PER_ADDRESS = 60
BUCKETS = 20_000


def place(address: str) -> str:
    """The address as limits count it: one household has a whole IPv6 network of 64 bits."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class Try:
    """One attempt, counted before it is made: thirty at once are thirty."""

    def __init__(self, taken: list[tuple[bytes, float]], buckets: "OrderedDict[bytes, deque[float]]") -> None:
        self._taken = taken
        self._buckets = buckets

    def succeeded(self) -> None:
        """Take this attempt back and forget the earlier ones of the same name; the address keeps its others."""
        for number, (key, at) in enumerate(self._taken):
            bucket = self._buckets.get(key)
            if bucket is None:
                continue
            if number == 0:
                del self._buckets[key]
            elif at in bucket:
                bucket.remove(at)


class Throttle:
    """Ten failures for a name from a place, sixty from an address, within a quarter of an hour.

    `steady` is a clock that only grows. Memory is bounded: keys are hashes, and the place that was quiet for
    longest is forgotten first.
    """

    def __init__(self, steady: Callable[[], float], *, buckets: int = BUCKETS) -> None:
        self._steady = steady
        self._most = buckets
        self._buckets: OrderedDict[bytes, deque[float]] = OrderedDict()

    def attempt(self, name: str, address: str, device: str | None = None) -> Try:
        """Count one attempt, or raise `TooMany` with the seconds to wait in `retry_after`.

        A browser that this person signed in with before (`device`) has a count of its own.
        """
        if device is not None:
            limits = [(self._key("device", device, name), PER_NAME)]
        else:
            limits = [
                (self._key("name", place(address), name), PER_NAME),
                (self._key("address", place(address)), PER_ADDRESS),
            ]
        now = self._steady()
        wait = max(self._wait(key, limit, now) for key, limit in limits)
        if wait > 0:
            raise TooMany("people.too_many_tries", retry_after=math.ceil(wait))
        for key, limit in limits:
            self._buckets.setdefault(key, deque(maxlen=limit)).append(now)
            self._buckets.move_to_end(key)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return Try([(key, now) for key, _ in limits], self._buckets)

    def _wait(self, key: bytes, limit: int, now: float) -> float:
        bucket = self._buckets.get(key)
        if bucket is None:
            return 0.0
        while bucket and bucket[0] <= now - WINDOW:
            bucket.popleft()
        return bucket[0] + WINDOW - now if len(bucket) >= limit else 0.0

    @staticmethod
    def _key(*parts: str) -> bytes:
        return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
