"""The audit trail over the API: what is asked for and nothing else, and a table that no spreadsheet runs."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comfystudio.web.audit import _harmless
from tests.web.house import ADMIN, ALICE, House, Visitor


@pytest.fixture
async def admin(house: House) -> Visitor:
    """An admin who looks at a trail with a few entries of a known kind."""
    caller, raw = await house.caller(ADMIN)
    alice, _ = await house.caller(ALICE)
    await house.room.audit.record("tests.first", caller, "Ölaf 100%", note="größe")
    await house.room.audit.record("tests.second", alice, "=1+1", note="@SUM(A1)")
    await house.room.audit.record("testsuite", caller, "100 things", note="a_b")
    return house.holder(raw)


async def _found(admin: Visitor, **params: Any) -> list[str]:
    answer = await admin.json("GET", "/api/v1/audit", params=params)
    return [entry["action"] for entry in answer["entries"] if entry["action"].startswith("tests")]


async def test_the_trail_is_filtered(admin: Visitor, house: House) -> None:
    """Text in any column, one person, an action or a family of them, a span of time, and all of it at once."""
    assert await _found(admin) == ["testsuite", "tests.second", "tests.first"]
    assert await _found(admin, action="tests") == ["tests.second", "tests.first"]
    assert await _found(admin, action="tests.second") == ["tests.second"]
    assert await _found(admin, by=ALICE) == ["tests.second"]
    assert await _found(admin, text="Ölaf") == ["tests.first"]
    assert await _found(admin, text="größe") == ["tests.first"]
    assert await _found(admin, text="100%") == ["tests.first"]
    assert await _found(admin, text="a_b") == ["testsuite"]
    assert await _found(admin, text="THINGS") == ["testsuite"]
    assert await _found(admin, text="'; DROP TABLE audit --") == []
    entries = (await admin.json("GET", "/api/v1/audit", params={"action": "tests"}))["entries"]
    middle = entries[0]["at"]
    assert await _found(admin, **{"from": middle}) == ["testsuite", "tests.second"]
    assert await _found(admin, to=middle) == ["tests.first"]
    assert await _found(admin, to=middle, text="Ölaf", by=ADMIN, action="tests.first") == ["tests.first"]


async def test_pages_follow_each_other_and_the_first_tells_what_there_is(admin: Visitor) -> None:
    """Each page says where the next begins; every entry comes once; actions and people come with the first."""
    first = await admin.json("GET", "/api/v1/audit?limit=2")
    assert {"tests.first", "testsuite"} <= set(first["actions"])
    assert {ALICE, ADMIN} <= set(first["people"])
    seen, next_ = [entry["id"] for entry in first["entries"]], first["next"]
    while next_ is not None:
        page = await admin.json("GET", f"/api/v1/audit?limit=2&before={next_}")
        assert (page["actions"], page["people"]) == (None, None)
        seen += [entry["id"] for entry in page["entries"]]
        next_ = page["next"]
    everything = await admin.json("GET", "/api/v1/audit?limit=1000")
    assert seen == [entry["id"] for entry in everything["entries"]]
    for wrong in ("?limit=0", "?from=soon", "?from=nan", "?other=1", "?text=" + "x" * 201):
        assert await admin.status("GET", "/api/v1/audit" + wrong) == 422


async def test_the_table_has_every_row_and_no_formula(admin: Visitor, house: House) -> None:
    """More rows than one page come in order, filtered alike, and what a spreadsheet would run begins with a quote."""
    for number in range(2100):
        house.room.audit.note("tests.many", None, f"row {number}")
    await house.room.audit.flush()
    async with admin.ask("GET", "/api/v1/audit/csv", params={"action": "tests"}) as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        text = (await answer.read()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["subject"] for row in rows if row["action"] == "tests.many"] == [
        f"row {n}" for n in range(2099, -1, -1)
    ]
    assert rows[-1]["subject"] == "Ölaf 100%"
    assert rows[-2]["subject"] == "'=1+1"
    assert rows[-2]["by"] == ALICE


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    """Whatever a name holds, its cell begins with something no spreadsheet acts on, and nothing is lost."""
    cell = _harmless(text)
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == text
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
