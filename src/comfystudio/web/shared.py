"""What the requests of one portal share."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from comfystudio.gateway.opens import Opens
from comfystudio.keeper import Log
from comfystudio.web.archives import Archives

__all__ = ["Shared", "Shelf"]

MOST = 64


@dataclass(frozen=True)
class Kept:
    """A log that remembers how far it was searched for errors. One search at a time: `turn`."""

    log: Log
    turn: asyncio.Lock


class Shelf:
    """The logs that were read last, so that each is searched for errors once and not with every look."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def kept(self, name: str, log: Log) -> Kept:
        """What is kept under `name`; `log`, which the caller may read, where that is nothing."""
        found = self._kept.setdefault(name, Kept(log, asyncio.Lock()))
        self._kept.move_to_end(name)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return found


@dataclass
class Shared:
    """`opens`: sockets and their right to stay. `shelf`: logs that were read. `archives`: those that were asked for.

    `going`: the studio ends.
    """

    opens: Opens = field(default_factory=Opens)
    shelf: Shelf = field(default_factory=Shelf)
    archives: Archives = field(default_factory=Archives)
    going: bool = False
