"""Reading what keepers wrote down; anything damaged counts as not there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from comfystudio.keeper._files import EXIT, UNIT, read_json
from comfystudio.keeper.spec import Exit

__all__ = ["exit_of", "unit_record", "unit_records"]

_SHAPE: dict[str, type | tuple[type, ...]] = {
    "unit": str,
    "run": str,
    "boot": str,
    "keeper": dict,
    "child": dict,
    "labels": dict,
    "started_at": (int, float),
    "stop_within": (int, float),
    "log_start": int,
}


def unit_record(folder: Path) -> dict[str, Any] | None:
    """The record of the unit in `folder`, None where there is none that can be trusted."""
    record = read_json(str(folder / UNIT))
    if record is None or record.get("unit") != folder.name:
        return None
    if not all(isinstance(record.get(name), kind) for name, kind in _SHAPE.items()):
        return None
    both = (record["keeper"], record["child"])
    whole = all(
        isinstance(one.get("pid"), int) and isinstance(one.get("start"), int) and "argv" in one for one in both
    )
    return record if whole else None


def unit_records(units: Path) -> Iterator[dict[str, Any]]:
    """The record of every unit in `units`, running or not."""
    for path in sorted(units.glob(f"*/{UNIT}")):
        record = unit_record(path.parent)
        if record is not None:
            yield record


def exit_of(record: dict[str, Any], folder: Path) -> Exit | None:
    """How the run of this unit record ended; None while no exit record is there."""
    found = read_json(str(folder / EXIT))
    if found is None or found.get("run") != record["run"]:
        return None
    try:
        return Exit.read(found)
    except (KeyError, TypeError):
        return None
