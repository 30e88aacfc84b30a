"""What is asked of a keeper and what it reports."""

import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Account", "Exit", "Record", "Spec"]


@dataclass(frozen=True)
class Account:
    """The account a command runs as; `groups` are its supplementary groups."""

    uid: int
    gid: int
    name: str
    home: Path
    groups: tuple[int, ...] = ()


@dataclass(frozen=True)
class Spec:
    """A command to keep running.

    `unit` names it for good and is safe as a folder (`jupyter-lab.12`, `job-34`). `env` is the whole
    environment and the only place for secrets: it is never written down. `labels` are written down and come
    back with adoption. `terminal` gives it a pseudo-terminal instead of pipes; with `interactive` people can attach
    to that and type. `stop_within` is in seconds.
    """

    unit: str
    argv: tuple[str, ...]
    cwd: Path
    env: dict[str, str] = field(repr=False)
    account: Account | None = None
    umask: int = 0o077
    terminal: bool = False
    interactive: bool = False
    stop_signal: str = "SIGTERM"
    stop_within: float = 10.0
    log_megabytes: int = 64
    labels: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.argv or self.stop_signal not in signal.Signals.__members__:
            raise ValueError(f"not to be run: {self.argv!r} with {self.stop_signal}")
        if self.interactive and not self.terminal:
            raise ValueError("only a terminal is interactive")


@dataclass(frozen=True)
class Exit:
    """How a run ended: `code` or `signal`, or neither when it was `lost` (its keeper died or the machine did).

    `at` is in seconds since the epoch, `lasted` in seconds. `asked` says that a stop was asked for. `error_offset` is
    where `first_error` stands in the log, `log_end` where this run's part of the log ends; None where nobody knows.
    """

    code: int | None
    signal: int | None
    at: float
    lasted: float
    first_error: str | None
    last_lines: tuple[str, ...]
    asked: bool
    lost: bool = False
    error_offset: int | None = None
    log_end: int | None = None

    @classmethod
    def read(cls, record: dict[str, Any]) -> "Exit":
        """The exit record as the keeper wrote it; KeyError for one that is damaged."""
        return cls(
            code=record["code"],
            signal=record["signal"],
            at=record["at"],
            lasted=record["lasted"],
            first_error=record["first_error"],
            last_lines=tuple(record["last_lines"]),
            asked=record["asked"],
            lost=record["lost"],
            error_offset=record.get("error_offset"),
            log_end=record.get("log_end"),
        )


@dataclass(frozen=True)
class Record:
    """A unit that has ended. `run` names this one of its runs, `log_start` is where its part of the log begins."""

    unit: str
    labels: dict[str, str]
    started_at: float
    exit: Exit
    run: str
    log_start: int
