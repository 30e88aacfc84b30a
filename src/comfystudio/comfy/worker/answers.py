"""What the extension inside ComfyUI answers, as records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Cancelled", "Health", "Standing", "health_of", "owners_of", "standing_of"]


@dataclass(frozen=True)
class Health:
    """How the extension found ComfyUI. `missing` names hooks that this version lacks; with any, `ok` is False.

    `node_set` changes when a node pack does; `routes` are like `GET /prompt`; `features` are ComfyUI's own.
    """

    comfyui: str
    commit: str | None
    ok: bool
    missing: tuple[str, ...]
    tested: tuple[str, ...]
    nodes: tuple[str, ...]
    node_set: str
    routes: tuple[str, ...]
    features: Mapping[str, Any]
    running: int
    pending: int

    @property
    def fingerprint(self) -> tuple[str, str | None, str]:
        """What a passed check is good for: version, commit and node packs."""
        return self.comfyui, self.commit, self.node_set


@dataclass(frozen=True)
class Standing:
    """What ComfyUI knows: owners by id of all that run and wait, and the end of those that were asked for."""

    running: Mapping[str, int]
    pending: Mapping[str, int]
    done: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Cancelled:
    """What became of the ids: taken from the queue, told to stop, or not known there."""

    removed: frozenset[str]
    interrupted: frozenset[str]
    unknown: frozenset[str]


def health_of(answer: Mapping[str, Any]) -> Health:
    """Read GET /comfystudio/health; KeyError, TypeError or ValueError where it is something else."""
    busy = answer.get("busy") or {}
    return Health(
        comfyui=str(answer["comfyui"]),
        commit=answer.get("commit"),
        ok=answer["ok"] is True,
        missing=tuple(answer.get("missing", ())),
        tested=tuple(answer.get("tested", ())),
        nodes=tuple(answer.get("nodes", ())),
        node_set=str(answer.get("node_set", "")),
        routes=tuple(answer.get("routes", ())),
        features=dict(answer.get("features") or {}),
        running=int(busy.get("running", 0)),
        pending=int(busy.get("pending", 0)),
    )


def owners_of(entries: Any) -> dict[str, int]:
    """Owners by prompt id, in the order given; what has no owner gets 0, which is nobody's number."""
    return {str(each["id"]): int(each.get("owner") or 0) for each in entries}


def standing_of(answer: Mapping[str, Any]) -> Standing:
    """Read POST /comfystudio/prompts."""
    return Standing(owners_of(answer["running"]), owners_of(answer["pending"]), dict(answer.get("done") or {}))
