"""What the requests of one portal share."""

from dataclasses import dataclass, field

from comfystudio.gateway.opens import Opens

__all__ = ["Shared"]


@dataclass
class Shared:
    """`opens`: sockets and what gives them the right to stay."""

    opens: Opens = field(default_factory=Opens)
