"""Where the double writes its lines: stderr, at once, as upstream."""

import sys

__all__ = ["log"]


def log(line: str) -> None:
    """Write one line (or several)."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - the line is the protocol
