"""Who works beside a tool while it runs: somebody who knows what is special about it, from a room above this one.

A tool gets its companion by the name that its manifest gives in `gateway.front`; `app` hands the companions in.
"""

from pathlib import Path
from typing import Protocol

from comfystudio.tools.upstream import Upstream

__all__ = ["Companion", "Placer"]


class Companion(Protocol):
    """Told when the process comes and goes. Both methods run on the loop."""

    async def arrived(self, upstream: Upstream, process: str, *, adopted: bool) -> str | None:
        """The tool answers; it counts as starting until this returns.

        `process` names this one process and no other; `adopted`: an earlier portal had it. Returns the sentence that
        says why only admins may enter, or None where everybody may. Whatever it raises keeps artists out as well.
        """

    async def left(self, upstream: Upstream, why: str) -> None:
        """The process has ended; `why` is a sentence."""


class Placer(Protocol):
    """Puts what a placeholder stands for into a folder that the tool may read and not write."""

    def __call__(self, folder: Path, /) -> Path:
        """The path that the placeholder becomes. Blocks."""
