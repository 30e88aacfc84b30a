"""How commands print: JSON for programs, tables and sentences for people."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["as_json", "as_json_line", "clock", "line", "size", "table"]

console = Console(highlight=False, soft_wrap=True)


def as_json(value: Any) -> None:
    """Print `value` as JSON on standard output."""
    console.print_json(json.dumps(value, ensure_ascii=False)) if console.is_terminal else print(  # noqa: T201
        json.dumps(value, ensure_ascii=False, indent=2)
    )


def as_json_line(value: Any) -> None:
    """Print `value` as JSON on one line, at once: one of many."""
    print(json.dumps(value, ensure_ascii=False), flush=True)  # noqa: T201 this is the command line's voice


def line(text: str) -> None:
    """Print one line exactly as it is: markup in a name stays text."""
    console.print(Text(text))


def drawing(text: Text) -> None:
    """Print lines with their colours, as they are."""
    console.print(text, crop=False, overflow="ignore")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their columns, without a frame."""
    made = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    console.print(made)


def clock(at: float | None) -> str:
    """A moment as a person reads it, in local time; a dash for never."""
    if not at:
        return "-"
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def size(count: int) -> str:
    """Bytes as a person reads them."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if amount >= 10 or unit == "B" else f"{amount:.1f} {unit}"
