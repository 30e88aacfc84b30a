"""`comfystudio config`: every setting, its value and what it does."""

from dataclasses import asdict
from typing import Any

from comfystudio.cli import show, talk
from comfystudio.cli.options import AsJson, WorkspaceFlag
from comfystudio.settings import SETTINGS

__all__ = ["config"]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    return list(value) if isinstance(value, tuple) else str(value)


def config(workspace: WorkspaceFlag = None, json: AsJson = False) -> None:
    """Print every setting as it holds in this workspace."""
    settings, _ = talk.opened(workspace)
    values = {name: _plain(value) for name, value in asdict(settings).items()}
    if json:
        show.as_json(values)
        return
    rows = [
        (row.name, "" if values[row.name] in (None, []) else str(values[row.name]), row.about) for row in SETTINGS
    ]
    show.table(("Setting", "Value", "What it does"), rows)
