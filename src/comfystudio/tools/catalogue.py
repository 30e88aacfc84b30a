"""Every folder of manifests, read at start: good ones, and broken ones with their sentence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from comfystudio.errors import Invalid
from comfystudio.settings import HIGHEST_PORT
from comfystudio.tools import manifest as manifests
from comfystudio.tools.manifest import Manifest

__all__ = ["Entry", "load"]


@dataclass(frozen=True)
class Entry:
    """One folder under `setup`. Exactly one of `manifest` and `problem` is there."""

    id: str
    folder: Path
    manifest: Manifest | None
    problem: str | None


def _likely_id(file: Path) -> str:
    """The id that a broken manifest seems to mean, so that its card keeps its place; else its folder's name."""
    try:
        found = re.search(r'^id\s*=\s*"([a-z][a-z0-9-]{0,39})"', file.read_text(encoding="utf-8"), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        found = None
    return found.group(1) if found else file.parent.name


def _entry(folder: Path) -> Entry:
    file = folder / manifests.FILE_NAME
    try:
        manifest = manifests.read(file)
    except Invalid as error:
        return Entry(_likely_id(file), folder, None, error.sentence)
    return Entry(manifest.id, folder, manifest, None)


def _broken(entry: Entry, key: str, value: object, other: Entry) -> Entry:
    file = entry.folder / manifests.FILE_NAME
    error = Invalid("tools.manifest_duplicate", file=file, entry=key, value=value, other=other.folder.name)
    return Entry(entry.folder.name, entry.folder, None, error.sentence)


def _with_ids_of_their_own(entries: list[Entry]) -> list[Entry]:
    """A broken folder never answers to the id of a good one."""
    taken = {entry.id for entry in entries if entry.manifest}
    found = []
    for entry in entries:
        own = entry
        while own.manifest is None and own.id in taken:
            own = replace(own, id=f"broken-{own.id}")
        taken.add(own.id)
        found.append(own)
    return found


def _without_duplicates(entries: Iterable[Entry], portal_port: int) -> Iterable[Entry]:
    by_id: dict[str, Entry] = {}
    by_port: dict[int, Entry] = {}
    for entry in entries:
        manifest = entry.manifest
        if manifest is None:
            yield entry
        elif manifest.id in by_id:
            yield _broken(entry, "id", manifest.id, by_id[manifest.id])
        elif manifest.port in by_port:
            yield _broken(entry, "port", manifest.port, by_port[manifest.port])
        elif manifest.port == portal_port:
            error = Invalid("tools.manifest_portal_port", file=entry.folder / manifests.FILE_NAME, port=manifest.port)
            yield Entry(entry.folder.name, entry.folder, None, error.sentence)
        else:
            by_id[manifest.id] = by_port[manifest.port] = entry
            yield entry


def _reachable(entry: Entry, offset: int) -> Entry:
    """A tool whose public port does not exist is broken."""
    manifest = entry.manifest
    if manifest is None or manifest.port + offset <= HIGHEST_PORT:
        return entry
    file = entry.folder / manifests.FILE_NAME
    error = Invalid("tools.manifest_port_high", file=file, port=manifest.port, offset=offset, highest=HIGHEST_PORT)
    return replace(entry, manifest=None, problem=error.sentence)


def load(setup: Path, portal_port: int, offset: int = 0) -> tuple[Entry, ...]:
    """The entries of all folders in `setup` that hold a manifest, in the order of the cards, broken ones last.

    `offset` is what is added to each public port.
    """
    folders = sorted(path.parent for path in setup.glob(f"*/{manifests.FILE_NAME}"))
    found = [_reachable(_entry(folder), offset) for folder in folders]
    entries = _with_ids_of_their_own(list(_without_duplicates(found, portal_port)))
    return tuple(
        sorted(
            entries,
            key=lambda entry: (entry.manifest is None, entry.manifest.order if entry.manifest else 0, entry.id),
        )
    )
