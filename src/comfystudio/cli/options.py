"""Flags that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsJson", "WorkspaceFlag"]

WorkspaceFlag = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace of the studio (default: /workspace, else ./workspace)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
