"""What the gateway keeps for each running instance of a tool: connections, header rules, files. Gone when it ends."""

import time

from comfystudio.gateway.headers import Policy
from comfystudio.gateway.seams import Tools, Upstream
from comfystudio.gateway.static import Shelf, Static
from comfystudio.gateway.upstream import Pool

__all__ = ["Way", "Ways"]

NOTE_SECONDS = 1.0


class Way:
    """The way to one instance."""

    __slots__ = ("noted", "policy", "pool", "static", "upstream")

    def __init__(self, upstream: Upstream, shelf: Shelf) -> None:
        self.upstream = upstream
        self.pool = Pool(upstream)
        self.policy = Policy(upstream)
        self.static = Static(shelf, upstream.static_prefixes)
        self.noted = float("-inf")

    def close(self) -> None:
        """The instance has ended."""
        self.pool.close()
        self.static.close()


class Ways:
    """All ways, by the upstream they lead to."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
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
        if now - way.noted > NOTE_SECONDS:
            way.noted = now
            way.pool.tidy()
            self._tools.note_activity(*upstream.key)
        return way

    def close(self) -> None:
        """The gateway stops."""
        for way in self._ways.values():
            way.close()
        self._ways.clear()
