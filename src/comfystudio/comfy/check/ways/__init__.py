"""Every way from one artist to another that the check tries, one file each."""

from typing import Protocol

from comfystudio.comfy.check.stage import Stage
from comfystudio.comfy.check.ways import (
    cached,
    double_post,
    events,
    forged_owner,
    interrupt,
    listening,
    listings,
    loading,
    own_folders,
    queue,
    saving,
    secret,
    uploads,
    userdata,
    view,
)

__all__ = ["QUIET", "WHILE_BUSY", "Way"]


class Way(Protocol):
    """`CLOSED` and `OPEN` are the keys of what is said when it is closed or open; OPEN has the field `how`."""

    __name__: str
    CLOSED: str
    OPEN: str

    async def crossed(self, stage: Stage) -> str | None:
        """How the other got at something of the owner's; None where it did not."""


# Tried while a prompt of the owner runs and another waits.
WHILE_BUSY: tuple[Way, ...] = (queue, double_post, interrupt)
# Uploads come after what reads: they leave files of the other's own under names like the owner's.
QUIET: tuple[Way, ...] = (
    own_folders,
    secret,
    forged_owner,
    view,
    listings,
    loading,
    uploads,
    saving,
    cached,
    userdata,
    listening,
    events,
)
