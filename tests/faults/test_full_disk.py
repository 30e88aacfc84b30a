"""A full disk: the tool runs on, the log says what is missing, and the exit record is written all the same."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from comfystudio.errors import Unavailable
from comfystudio.keeper import Keepers
from comfystudio.keeper._records import encode
from comfystudio.keeper._writer import LogWriter
from comfystudio.workspace import Workspace
from tests.keeper.units import python, shell, texts
from tests.small_disk import fill, small_disk_at
from tests.waiting import until

pytestmark = pytest.mark.root


@pytest.fixture
def small_disk(root: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    with small_disk_at(root / "disk", "1m") as folder:
        yield folder


@pytest.fixture
async def cramped(small_disk: Path, workspace: Workspace) -> AsyncIterator[Keepers]:
    """Keepers whose records and logs lie on the small disk."""
    keepers = Keepers(small_disk, workspace.runtime)
    yield keepers
    for unit in await keepers.adopt():
        await unit.stop(0)
    await keepers.close()


TICKING = """
import sys, time
for number in range(100000):
    print(f"{number} " + "x" * 200)
    time.sleep(0.002)
"""


async def test_a_tool_runs_on_and_its_log_recovers(cramped: Keepers, small_disk: Path) -> None:
    """While the disk is full the tool goes on; with room again lines follow, after a word on those left out."""
    unit = await cramped.start(python("a", TICKING))
    await until(lambda: len(texts(unit.log)) > 20)
    filler = fill(small_disk)
    stuck = unit.log.size
    await asyncio.sleep(1.5)
    assert unit.log.size - stuck < 8192
    assert unit.running
    filler.unlink()
    await until(lambda: unit.log.size > stuck + 50_000)
    numbers = [int(text.split()[0]) for text in texts(unit.log)]
    assert numbers == sorted(numbers)
    assert len(numbers) == len(set(numbers))
    assert (await unit.stop()).asked is True


async def test_the_end_is_recorded_on_a_full_disk(cramped: Keepers, small_disk: Path) -> None:
    """The exit record had its room taken at the start: the end of the run is known although nothing fits."""
    unit = await cramped.start(shell("a", "echo 'Error: broken'; read x; exit 3", terminal=True))
    await until(lambda: texts(unit.log))
    fill(small_disk)
    await unit.stop()
    record = cramped.record("a")
    assert record is not None
    assert record.exit.asked is True
    assert record.exit.first_error == "Error: broken"


async def test_a_start_on_a_full_disk_says_so(cramped: Keepers, small_disk: Path) -> None:
    """Nothing is started that could not be found again; the sentence names the disk."""
    fill(small_disk)
    with pytest.raises(Unavailable) as caught:
        await cramped.start(shell("a", "sleep 60"))
    assert caught.value.key == "keeper.disk_full"
    assert cramped.records() == []
    assert await cramped.adopt() == []


async def test_what_does_not_fit_is_counted(small_disk: Path) -> None:
    """Beyond what is held in memory lines are left out, counted, and the count is written when there is room."""
    folder = small_disk / "log"
    folder.mkdir()
    filler = fill(small_disk)
    writer = LogWriter(str(folder), 512 * 1024)
    records = [encode(1.0, "o", f"{number} " + "x" * 1000) for number in range(2000)]
    for record in records:
        writer.put([record])
    await asyncio.sleep(0.7)
    for record in records:
        writer.put([record])
    filler.unlink()
    await asyncio.to_thread(writer.close, 5)
    marks = [path.read_bytes() for path in sorted(folder.glob("*.log"))][-1]
    assert b'["keeper.log_dropped_disk", {"lines": ' in marks
    assert sum(path.stat().st_size for path in folder.glob("*.log")) <= 512 * 1024
