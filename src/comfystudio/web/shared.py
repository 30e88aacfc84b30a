"""What the requests of one portal share."""

from dataclasses import dataclass, field

from comfystudio.gateway.opens import Opens
from comfystudio.keeper.search import LogSearch
from comfystudio.web.archives import Archives
from comfystudio.web.live import LiveLogs

__all__ = ["Shared"]


@dataclass
class Shared:
    """`opens`: sockets and their right to stay. `live`: logs that pages follow. `search`: in logs.

    `archives`: those that were asked for. `going`: the studio ends.
    """

    opens: Opens = field(default_factory=Opens)
    live: LiveLogs = field(default_factory=LiveLogs)
    search: LogSearch = field(default_factory=LogSearch)
    archives: Archives = field(default_factory=Archives)
    going: bool = False
