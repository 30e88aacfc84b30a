"""The table of routes."""

from pathlib import Path

import pytest

from comfystudio.comfy.routes.paths import read
from comfystudio.comfy.routes.table import Table, groups, parse
from comfystudio.errors import Invalid
from tests.comfy.routes.recorded import unnamed

RECORDED = sorted(Path(__file__).parent.glob("routes-*.txt"))


def way(method: str, path: str, *more: str) -> str | None:
    """What becomes of a request."""
    found = Table(parse(more)).find(method, read(path))
    return None if found is None else found.row.way


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.stem)
def test_every_route_has_a_row(recorded: Path):
    """Each route that a real server was seen to have is named by a row."""
    routes = recorded.read_text().split("\n")[:-1]
    assert len(routes) > 80
    assert unnamed(routes) == []


WAYS = [
    ("GET", "/", "shared"),
    ("GET", "/api/", "shared"),
    ("GET", "/api", None),
    ("HEAD", "/api/history", "mine"),
    ("GET", "/history/", None),
    ("GET", "/history/x", "mine"),
    ("GET", "/history/x/y", None),
    ("GET", "/history/x%2Fy", None),
    ("GET", "/internal/logs", "admin"),
    ("GET", "/internal%2Flogs", None),
    ("GET", "/api/internal/logs", None),
    ("GET", "/assets/index.js", "shared"),
    ("GET", "/api/assets/0", "refused"),
    ("GET", "/api/assets", "refused"),
    ("DELETE", "/api/assets/0/tags", "refused"),
    ("GET", "/assets", None),
    ("GET", "/assets/", None),
    ("GET", "/assets/a%2Fb.js", None),
    ("GET", "/user.css", "shared"),
    ("GET", "/user.py", None),
    ("GET", "/api/user.css", None),
    ("POST", "/api/userdata/workflows%2Fa.json", "own"),
    ("POST", "/api/userdata/workflows/a.json", None),
    ("POST", "/userdata/a%2Fb/move/c%2Fd", "own"),
    ("POST", "/users", "refused"),
    ("GET", "/users", "own"),
    ("POST", "/customnode/install", "admin"),
    ("GET", "/v2/manager/queue/status", "admin"),
    ("OPTIONS", "/prompt", None),
    ("PUT", "/prompt", None),
    ("GET", "/comfystudio/health", "refused"),
    ("POST", "/comfystudio/cancel", "refused"),
    ("GET", "/api/comfystudio/events", "refused"),
    ("GET", "/nothing", None),
]


@pytest.mark.parametrize(("method", "path", "expected"), WAYS)
def test_ways(method: str, path: str, expected: str | None):
    """A request meets its row, and nothing else meets any."""
    assert way(method, path) == expected


def test_added_rows():
    """A row of the setting opens what it names, with /api and without, and nothing else."""
    rows = ("GET /rgthree/*", "POST /api/pysssss/save")
    assert way("GET", "/rgthree/api/config", *rows) == "own"
    assert way("HEAD", "/api/rgthree/x", *rows) == "own"
    assert way("POST", "/rgthree/x", *rows) is None
    assert way("GET", "/rgthree", *rows) is None
    assert way("POST", "/pysssss/save", *rows) == "own"


def test_added_rows_change_nothing():
    """A row of the setting never takes the place of one in the table."""
    assert way("POST", "/free", "POST /free") == "admin"
    assert way("POST", "/users", "POST /users") == "refused"
    assert way("GET", "/internal/logs", "GET /internal/*") == "admin"


@pytest.mark.parametrize(
    "row",
    [
        "GET",
        "GET rgthree",
        "GET /",
        "GET /*",
        "GET /a/../b",
        "GET /a/*/b",
        "GET /a*",
        "GET /{x}",
        "GET /a?b",
        "get /a",
        "ANY /a/*",
        "GET //a",
        "GET /comfystudio/*",
        "POST /api/comfystudio/cancel",
        "GET /api/*",
    ],
)
def test_bad_rows(row: str):
    """A row that is no route, that would open everything, or the studio's own way in, is refused with its text."""
    with pytest.raises(Invalid) as refused:
        parse([row])
    assert row in refused.value.sentence


def test_groups():
    """Each route stands in the table once, and each group says what becomes of its routes."""
    routes = [(row.route, row.api) for group in groups() for row in group.rows]
    assert len(routes) == len(set(routes))
    assert all(group.what.endswith(".") and group.rows for group in groups())
