"""The allow-list: what becomes of each route, read from `table.toml`, and the rows that an admin adds."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal, get_args

from comfystudio.comfy.routes.paths import Target
from comfystudio.errors import Invalid

__all__ = ["METHODS", "Found", "Group", "Row", "Table", "groups", "parse"]

Way = Literal["own", "mine", "shared", "scrubbed", "admin", "refused"]
Api = Literal["both", "only", "never"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OURS = "comfystudio"
_ANY = "ANY"
_PLAIN, _SLASHED, _ENDING = "{}", "{+}", "{?}"


@dataclass(frozen=True)
class Row:
    """One route: `route` as the table writes it, for people and as the name of what answers it."""

    route: str
    way: Way
    api: Api = "both"
    file: bool = False
    endings: tuple[str, ...] = ()

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods it stands for, without HEAD."""
        method = self.route.partition(" ")[0]
        return METHODS if method == _ANY else (method,)

    @property
    def path(self) -> str:
        """The pattern."""
        return self.route.partition(" ")[2]


@dataclass(frozen=True)
class Group:
    """Rows that belong together, and the sentence for all of them."""

    name: str
    what: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The row that a request meets, and what stood in the places of its braces, in order."""

    row: Row
    held: tuple[str, ...]


@dataclass
class _Node:
    """What can follow a beginning of a path. The more exact wins: a literal, a segment in braces, the rest."""

    literal: dict[str, "_Node"] = field(default_factory=dict)
    braces: dict[str, "_Node"] = field(default_factory=dict)
    rest: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


class Table:
    """Finds the row of a request. `more` are rows added by an admin: they never take the place of one of ours."""

    def __init__(self, more: Sequence[Row] = ()) -> None:
        self.rows = tuple(row for group in groups() for row in group.rows)
        self._methods = _tries(self.rows)
        self._more = _tries(more)

    def find(self, method: str, target: Target) -> Found | None:
        """The row that `method` and `target` meet; None where nothing names them."""
        if method == "HEAD":
            method = "GET"
        for tries in (self._methods, self._more):
            node = tries.get(method)
            found = _walk(node, target, 0, ()) if node else None
            if found is not None:
                return found
        return None


def _tries(rows: Iterable[Row]) -> dict[str, _Node]:
    tries: dict[str, _Node] = {}
    for row in rows:
        for method in row.methods:
            node = tries.setdefault(method, _Node())
            *before, last = row.path[1:].split("/")
            for part in before:
                node = _step(node, part)
            if last == "*":
                node.rest.append(row)
            else:
                _step(node, last).rows.append(row)
    return tries


def _step(node: _Node, part: str) -> _Node:
    if not part.startswith("{"):
        return node.literal.setdefault(part, _Node())
    kind = {"+": _SLASHED, "?": _ENDING}.get(part[-2], _PLAIN)
    return node.braces.setdefault(kind, _Node())


def _walk(node: _Node, target: Target, at: int, held: tuple[str, ...]) -> Found | None:
    if at == len(target.segments):
        return next((Found(row, held) for row in node.rows if _fits(row, target)), None)
    segment = target.segments[at]
    found = None
    if segment in node.literal:
        found = _walk(node.literal[segment], target, at + 1, held)
    for kind, following in node.braces.items():
        if found is None and segment and ("/" not in segment or kind == _SLASHED):
            found = _walk(following, target, at + 1, (*held, segment))
    left = target.segments[at:]
    if found is None and segment and not any("/" in each for each in left):
        found = next((Found(row, (*held, "/".join(left))) for row in node.rest if _fits(row, target)), None)
    return found


def _fits(row: Row, target: Target) -> bool:
    if row.api != "both" and (row.api == "only") != target.api:
        return False
    return not row.path.endswith("?}") or target.segments[-1].lower().endswith(row.endings)


@cache
def groups() -> tuple[Group, ...]:
    """The table as it stands in `table.toml`."""
    text = resources.files(__package__).joinpath("table.toml").read_text(encoding="utf-8")
    found = []
    for entry in tomllib.loads(text)["group"]:
        assert entry["way"] in get_args(Way), entry["name"]
        more = {"api": entry.get("api", "both"), "file": entry.get("file", False)}
        endings = tuple(entry.get("endings", ()))
        rows = tuple(Row(route, entry["way"], endings=endings, **more) for route in entry["routes"])
        found.append(Group(entry["name"], entry["what"], rows))
    return tuple(found)


def parse(routes: Iterable[str]) -> tuple[Row, ...]:
    """Rows from the setting comfyui_routes: `GET /rgthree/*`, sent on in the artist's name. Raises Invalid."""
    return tuple(_parsed(route) for route in routes)


def _parsed(route: str) -> Row:
    method, _, path = route.partition(" ")
    segments = path.removeprefix("/api/").removeprefix("/").split("/")
    *before, last = segments
    plain = all(segments) and not any(mark in path for mark in "{}?#%\\ ") and not {".", ".."} & set(segments)
    stars = "*" in "".join(before) or ("*" in last and (last != "*" or not before))
    if method not in METHODS or not path.startswith("/") or not plain or stars or segments[0] == OURS:
        raise Invalid("comfy.bad_route", route=route[:200])
    return Row(f"{method} /{'/'.join(segments)}", "own")
