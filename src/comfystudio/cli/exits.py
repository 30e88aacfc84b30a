"""Exit codes and the one place that turns an error into words on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import typer

from comfystudio.errors import Invalid, StudioError

__all__ = ["ExitCode", "Stop", "told"]


class ExitCode(IntEnum):
    """What a command's exit code means."""

    DONE = 0  # it is done
    FAILED = 1  # the studio refused or could not; the sentence says why
    USAGE = 2  # a flag, a setting or the workspace is wrong; nothing was started
    NOT_RUNNING = 3  # no studio runs in this workspace
    TIMED_OUT = 4  # it was asked for, and was not ready in time


class Stop(StudioError):
    """Ends a command with `code` and the sentence of `key`."""

    def __init__(self, code: ExitCode, key: str, **fields: Any) -> None:
        super().__init__(key, **fields)
        self.code = code


@contextmanager
def told(otherwise: ExitCode = ExitCode.FAILED) -> Iterator[None]:
    """Inside, a `StudioError` becomes its sentence on standard error and an exit code.

    Settings that do not fit show late at times: a certificate that is none, an address that another one needs.
    """
    try:
        yield
    except StudioError as error:
        print(error.sentence, file=sys.stderr)  # noqa: T201 this is the command line's voice
        if isinstance(error, Stop):
            raise typer.Exit(error.code) from None
        raise typer.Exit(ExitCode.USAGE if isinstance(error, Invalid) else otherwise) from None
