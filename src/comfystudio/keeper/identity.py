"""Being sure that a pid is still the keeper it was: pid, start time, boot and argument list all agree."""

import hashlib
from collections.abc import Sequence
from typing import Any

from comfystudio.keeper import _tree

__all__ = ["fingerprint", "keeper_alive", "keeper_there"]


def fingerprint(argv: Sequence[str]) -> str:
    """An argument list as a hash: enough to compare, nothing to read."""
    return hashlib.sha256("\0".join(argv).encode("utf-8", "surrogateescape")).hexdigest()


def keeper_there(record: dict[str, Any]) -> bool:
    """Whether the process that was this keeper is still there; while it dies it has lost its arguments already."""
    process = _tree.look(record["keeper"]["pid"])
    return (
        process is not None
        and process.alive
        and process.start == record["keeper"]["start"]
        and record["boot"] == _tree.boot_id()
    )


def keeper_alive(record: dict[str, Any]) -> bool:
    """Whether the keeper of this unit record lives. A zombie does not, nor does another with its pid."""
    keeper = record["keeper"]
    return keeper_there(record) and fingerprint(_tree.command_line(keeper["pid"])) == keeper["argv"]
