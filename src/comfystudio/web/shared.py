"""What the requests of one portal share."""

from dataclasses import dataclass, field

from comfystudio.gateway.opens import Opens
from comfystudio.web.archives import Archives
from comfystudio.web.live import LiveLogs

__all__ = ["Shared"]


@dataclass
class Shared:
    """`opens`: sockets and their right to stay. `live`: logs that pages follow. `going`: the studio ends.

    `archives`: those that were asked for.
    """

    opens: Opens = field(default_factory=Opens)
    live: LiveLogs = field(default_factory=LiveLogs)
    archives: Archives = field(default_factory=Archives)
    going: bool = False
