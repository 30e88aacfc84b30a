"""docs/how-to/clients.md says what is tested, and no more."""

import re
from pathlib import Path

from tests.clients.clients import CLIENTS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "clients.md").read_text(encoding="utf-8")
PROGRAMS = Path(__file__).with_name("programs")
BY = {"by itself": "token", "through connect": "connect"}


def _lines(pattern: str) -> list[str]:
    return re.findall(pattern, PAGE, re.MULTILINE)


def test_the_table_lists_the_clients_and_versions_that_are_tested() -> None:
    """Each row is a tested client with its version, licence, registry and way of signing in, and none is missing."""
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in _lines(r"^\| (.*) \|$")[1:]]
    assert {(*row[:4], BY[row[4]]) for row in rows} == {
        (each.name, each.version, each.licence, each.registry, each.by) for each in CLIENTS
    }


def test_the_lines_to_use_are_lines_of_the_tested_programs() -> None:
    """What the page shows of a library is what its program does, word for word."""
    used = {line.strip() for path in PROGRAMS.iterdir() for line in path.read_text().splitlines()}
    of_libraries = [line.strip() for line in _lines(r"^    (?:  )?((?:const |api = |credentials).*)$")]
    assert len(of_libraries) == 5
    assert set(of_libraries) <= used
