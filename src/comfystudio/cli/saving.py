"""Saving what a studio sends: under a name that is free, with a bar, and never half."""

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from comfystudio.cli.exits import ExitCode, Stop

__all__ = ["save"]


def _plain(name: str) -> str:
    """The last part of `name` as this machine can have it, without what turns a line around."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join("_" if unicodedata.category(each)[0] == "C" else each for each in last)
    return kept if kept.strip(". ") else "output"


@contextmanager
def _new(folder: Path, name: str) -> Iterator[tuple[Path, BinaryIO]]:
    """A file that was not there before, called `name` or "name (2)"; gone again where the block fails."""
    stem, ending = Path(name).stem, Path(name).suffix
    number, path = 1, folder / name
    while True:
        try:
            file = path.open("xb")
            break
        except FileExistsError:
            number += 1
            path = folder / f"{stem} ({number}){ending}"
    try:
        with file:
            yield path, file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def save(folder: Path, name: str, length: int | None, pieces: Iterable[bytes]) -> Path:
    """Write `pieces` into `folder` under `name`, or beside what is there; where it is now."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(file=sys.stderr, highlight=False)
    # The name is somebody's text, not markup.
    shown = Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal, transient=True
    )
    try:
        with _new(folder, _plain(name)) as (path, file), shown:
            task = shown.add_task(path.name.replace("[", "\\["), total=length)
            for piece in pieces:
                _write(file, piece, path)
                shown.advance(task, len(piece))
            return path
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise Stop(ExitCode.FAILED, "cli.not_saved", path=folder, problem=error.strerror) from None


def _write(file: BinaryIO, piece: bytes, path: Path) -> None:
    try:
        file.write(piece)
    except OSError as error:
        raise Stop(ExitCode.FAILED, "cli.not_saved", path=path, problem=error.strerror) from None
