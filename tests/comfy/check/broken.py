"""The extension with one of its protections taken out, to prove that the check notices."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from comfystudio.comfy.worker.place import EXTENSION, PACK

__all__ = ["BROKEN", "Broken", "without"]

Change = tuple[str, str]


@dataclass(frozen=True)
class Broken:
    """To each file of `changes` a line is added that takes something back; then each of `ways` is open."""

    name: str
    ways: frozenset[str]
    changes: tuple[Change, ...]


def _broken(name: str, ways: str, *changes: Change) -> Broken:
    return Broken(name, frozenset(ways.split()), changes)


BROKEN = (
    _broken(
        "the door",
        "secret queue interrupt",
        ("guard.py", "CLOSED = CLOSED_METHODS = frozenset()"),
        ("guard.py", "Guard._refused = lambda self, request: None"),
    ),
    _broken(
        "names and links",
        "view uploads loading saving userdata",
        ("policy.py", "why = why_linked = lambda *args, **more: None"),
        ("containment.py", "inside = lambda *args: True"),
        ("containment.py", "has_link = leads_out = lambda *args: False"),
        ("opening.py", "Opening.heard = lambda *args: None"),
    ),
    _broken(
        "input folders and ids",
        "own_folders listings double_post",
        ("folders.py", 'KINDS = ("output", "temp", "user")'),
        ("prompts.py", "_known = lambda *args: False"),
    ),
    _broken(
        "owners in the cache and on events",
        "cached events forged_owner",
        ("caching.py", "Sharing.shares = lambda self, node: True"),
        ("sockets.py", "client_id = lambda owner: 'comfystudio--1'"),
        ("events.py", "client_id = lambda owner: 'comfystudio--1'"),
    ),
)


def without(broken: Broken, folder: Path) -> Path:
    """A copy of the extension in `folder` that lacks the protection."""
    copy = folder / "extension"
    shutil.copytree(EXTENSION, copy)
    for name, line in broken.changes:
        path = copy / PACK / "inside" / name
        path.write_text(f"{path.read_text()}\n\n{line}\n")
    return copy
