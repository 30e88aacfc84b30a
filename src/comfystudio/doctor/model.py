"""What a check says."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from comfystudio import words

__all__ = ["Check", "Finding", "Report", "Result", "State", "document", "fail", "off", "ok", "warn"]

State = Literal["ok", "warn", "fail", "off"]


@dataclass(frozen=True)
class Finding:
    """How it is, and what to do about it. `off`: there is nothing to look at."""

    state: State
    sentence: str
    next_step: str | None = None


class Check(Protocol):
    """One thing to look at. `look` may block, and may raise whatever the machine says."""

    @property
    def id(self) -> str:
        """Its short name, which its title goes by."""

    def look(self) -> Finding:
        """Look at it now."""


@dataclass(frozen=True)
class Result:
    """What one check found, and how long it took."""

    id: str
    title: str
    finding: Finding
    seconds: float


@dataclass(frozen=True)
class Report:
    """All of them, in their order; `at` in seconds since the epoch."""

    results: tuple[Result, ...]
    at: float

    @property
    def failed(self) -> bool:
        """Whether anything has to be mended."""
        return any(result.finding.state == "fail" for result in self.results)


def document(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    checks = [
        {
            "id": result.id,
            "title": result.title,
            "state": result.finding.state,
            "sentence": result.finding.sentence,
            "next_step": result.finding.next_step,
            "seconds": result.seconds,
        }
        for result in report.results
    ]
    return {"checks": checks, "at": report.at}


def ok(key: str, **fields: Any) -> Finding:
    """It is well."""
    return Finding("ok", words.say(key, **fields))


def off(key: str, **fields: Any) -> Finding:
    """It is not there, and need not be."""
    return Finding("off", words.say(key, **fields))


def warn(key: str, step: str, **fields: Any) -> Finding:
    """It works, and should be looked after; `step` is the key of what to do."""
    return Finding("warn", words.say(key, **fields), words.say(step, **fields))


def fail(key: str, step: str, **fields: Any) -> Finding:
    """It does not work; `step` is the key of what to do."""
    return Finding("fail", words.say(key, **fields), words.say(step, **fields))
