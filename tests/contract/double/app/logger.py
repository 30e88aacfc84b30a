"""Log lines go to stderr at once, and the last ones are kept for /internal/logs."""

import logging
import sys
from collections import deque
from datetime import datetime
from typing import Any

from double_knobs import NEWER

__all__ = ["get_logs", "log", "setup_logger"]

_kept: deque[dict[str, Any]] = deque(maxlen=300)


_GREEN = "\033[32m"
_COLOURS = {"WARNING": "\033[1m\033[33m", "ERROR": "\033[1m\033[31m", "CRITICAL": "\033[1m\033[31m"}


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        log(self.format(record), record.levelname)


def log(line: str, level: str = "INFO") -> None:
    """Write one line (or several); a newer one says before it, in colour, how grave it is."""
    if NEWER:
        line = _COLOURS.get(level, _GREEN) + f"[{level}]\033[0m {line}"
    _kept.append({"t": datetime.now().astimezone().replace(tzinfo=None).isoformat(), "m": line + "\n"})
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - the line is the protocol


def setup_logger(level: str = "INFO") -> None:
    """Let node packs log as they do upstream: the message alone."""
    root = logging.getLogger()
    root.setLevel(level)
    root.addHandler(_Lines())


def get_logs() -> list[dict[str, Any]]:
    """The last lines: `t` is when (ISO 8601), `m` what."""
    return list(_kept)
