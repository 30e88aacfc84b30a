"""The authorization matrix: for each route of the API what each kind of caller is answered."""

from tests.web.matrix.row import CALLERS, Row

__all__ = ["CALLERS", "ROWS", "Row"]

from tests.web.matrix import files, people, studio, tools

ROWS: dict[str, list[Row]] = people.ROWS | tools.ROWS | files.ROWS | studio.ROWS
assert len(ROWS) == sum(len(part.ROWS) for part in (people, tools, files, studio)), "a route stands in two parts"
