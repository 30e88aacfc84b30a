"""What a server answers is what was written down of the real one of its version."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comfystudio.comfy.routes.paths import read
from comfystudio.comfy.routes.table import Table
from tests.contract.record import RECORDED, launch_with_packs, played, routes
from tests.contract.takes import TAKES


@pytest.fixture(scope="module")
def found(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Every take on a fresh server, its routes, and its version."""
    running = launch_with_packs(checkout, tmp_path_factory.mktemp("recorded"))
    try:
        named: dict[str, Any] = {"version": running.version, "routes": asyncio.run(routes(running))}
        yield named | asyncio.run(played(running, checkout))
    finally:
        running.close()


def _recorded(version: str, name: str) -> Any:
    return json.loads((RECORDED / version / f"{name}.json").read_text())


@pytest.mark.parametrize("name", TAKES)
def test_answers_and_events_are_the_recorded_ones(found: dict[str, Any], name: str) -> None:
    """Each answer (status, headers, body) and each event, in order, is what the real server of the version gave."""
    wanted = _recorded(found["version"], name)
    for number, (entry, expected) in enumerate(zip(found[name], wanted, strict=False)):
        assert entry == expected, f"{name} {number}"
    assert len(found[name]) == len(wanted)


def test_routes_are_the_recorded_ones(found: dict[str, Any]) -> None:
    """The server has the routes that the real one of its version has, and no other."""
    assert found["routes"] == _recorded(found["version"], "routes")


def test_the_table_names_every_route(found: dict[str, Any]) -> None:
    """No route is without a row that says what becomes of it."""
    table = Table()
    missing = [
        route for route in found["routes"] if table.find(route.split()[0], read(_sample(route.split()[1]))) is None
    ]
    assert missing == []


def _sample(path: str) -> str:
    """A path that meets a route."""
    for brace, filled in (("{static}", "index.html"), ("{path}", "x.webp"), ("{filename}", "a.png")):
        path = path.replace(brace, filled)
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = f"{path[:start]}x1{path[end + 1 :]}"
    return path
