"""What the gateway keeps for each running instance of a tool: connections, header rules, files. Gone when it ends."""

import time

from comfystudio.gateway.headers import Policy
from comfystudio.gateway.seams import Upstream
from comfystudio.gateway.static import Shelf, Static
from comfystudio.gateway.upstream import Pool

__all__ = ["Way", "Ways"]

TIDY_SECONDS = 1.0


class Way:
    """The way to one instance."""

    __slots__ = ("policy", "pool", "static", "tidied", "upstream")

    def __init__(self, upstream: Upstream, shelf: Shelf) -> None:
        self.upstream = upstream
        self.pool = Pool(upstream)
        self.policy = Policy(upstream)
        self.static = Static(shelf, upstream.static_prefixes)
        self.tidied = float("-inf")

    def close(self) -> None:
        """The instance has ended."""
        self.pool.close()
        self.static.close()


class Ways:
    """All ways, by the upstream they lead to."""

    def __init__(self) -> None:
        self._shelf = Shelf()
        self._ways: dict[tuple[str, str], Way] = {}

    def to(self, upstream: Upstream) -> Way:
        """The way to `upstream`; a new object under the same key means that the instance started anew."""
        way = self._ways.get(upstream.key)
        if way is None or way.upstream is not upstream:
            if way is not None:
                way.close()
            way = self._ways[upstream.key] = Way(upstream, self._shelf)
        now = time.monotonic()
        if now - way.tidied > TIDY_SECONDS:
            way.tidied = now
            way.pool.tidy()
        return way

    def close(self) -> None:
        """The gateway stops."""
        for way in self._ways.values():
            way.close()
        self._ways.clear()
