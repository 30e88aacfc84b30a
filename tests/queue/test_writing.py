"""Writing prompts: shared commits, askers who go away, full disks, and a loop that is never blocked."""

import asyncio
import logging
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy.orm import Session

from comfystudio.errors import Conflict
from comfystudio.events import Bus
from comfystudio.queue import Prompts
from comfystudio.storage import Database, StorageFull
from tests.queue.house import ALICE, OWNERS, add_owners, graph, post, record
from tests.small_disk import fill, small_disk_at
from tests.waiting import until

T = TypeVar("T")


class Counting(Database):
    """A database that counts its transactions, and holds them up while `held` is not set."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.runs = 0
        self.held = asyncio.Event()
        self.held.set()

    async def run(self, work: Callable[[Session], T]) -> T:
        self.runs += 1
        await self.held.wait()
        return await super().run(work)


@pytest.fixture
async def counting(root: Path) -> AsyncIterator[Counting]:
    """A database of its own for the test, with fifteen owners."""
    found = Counting(root / "counting.db")
    await found.open()
    await add_owners(found)
    found.runs = 0
    yield found
    await found.close()


async def test_those_who_post_together_share_commits(counting: Counting) -> None:
    """Fifteen artists with ten prompts each: far fewer commits than prompts, in the order of submission."""

    async def artist(owner: int) -> None:
        for number in range(10):
            await post(prompts, owner, f"{owner}-{number}")

    async with record(counting) as prompts:
        await asyncio.gather(*(artist(owner) for owner in OWNERS))
        assert counting.runs < 75
        for owner in OWNERS:
            assert [each.prompt.id for each in prompts.live(owner)] == [f"{owner}-{n}" for n in range(10)]
        numbers = [each.prompt.number for each in prompts.all_live()]
        assert numbers == list(range(1, 151))


async def test_changes_share_commits(counting: Counting) -> None:
    """A hundred starts and ends in a row are written together, not two hundred times."""
    async with record(counting) as prompts:
        await asyncio.gather(*(post(prompts, ALICE, str(number)) for number in range(100)))
        counting.runs = 0
        for number in range(100):
            prompts.started(str(number), 1.0, "comfy-ui")
            prompts.finished(str(number), "done")
        await prompts.flush()
        assert counting.runs < 4
        assert len(await prompts.page(ALICE, state="done", limit=200)) == 100


async def test_changes_are_written_without_being_asked_for(prompts: Prompts, database: Database) -> None:
    """A moment after an end another reader of the file sees it."""
    await post(prompts, ALICE, "a")
    prompts.finished("a", "done")
    other = Prompts(database, Bus())

    async def seen() -> bool:
        return bool(await other.history(ALICE, limit=1))

    await until(seen)


async def test_an_id_that_is_taken_keeps_no_other_from_being_written(counting: Counting) -> None:
    """In one commit with twenty others, the second of two equal ids and an unknown owner fail alone."""
    async with record(counting) as prompts:
        counting.held.clear()
        first = asyncio.create_task(post(prompts, ALICE, "first"))
        await until(lambda: counting.runs == 1)
        asked = [("a", ALICE), ("a", ALICE), ("b", 999), *((str(n), ALICE) for n in range(20))]
        tasks = [asyncio.create_task(post(prompts, owner, name)) for name, owner in asked]
        await until(lambda: len(prompts._writer._asked) == len(asked))
        counting.held.set()
        await first
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert counting.runs == 2
        failed = [type(each).__name__ for each in answers if isinstance(each, BaseException)]
        assert sorted(failed) == ["Conflict", "IntegrityError"]
        assert isinstance(answers[0], Conflict) or isinstance(answers[1], Conflict)
        assert prompts.remaining(ALICE) == 22


async def test_one_whose_asker_is_gone_is_cancelled(counting: Counting) -> None:
    """Gone before it is written, nothing is on record; gone meanwhile, it is there and cancelled, and never runs."""
    async with record(counting) as prompts:
        counting.held.clear()
        meanwhile = asyncio.create_task(post(prompts, ALICE, "meanwhile"))
        await until(lambda: counting.runs == 1)
        before = asyncio.create_task(post(prompts, ALICE, "before"))
        await until(lambda: prompts._writer._asked)
        meanwhile.cancel()
        before.cancel()
        counting.held.set()
        await asyncio.wait({meanwhile, before})
        await prompts.flush()
        assert prompts.all_live() == []
        found = await prompts.page(ALICE, limit=10)
        assert [(each.id, each.state) for each in found] == [("meanwhile", "cancelled")]


async def test_a_large_workflow_holds_up_nobody(prompts: Prompts) -> None:
    """While tens of megabytes are put on record, the loop goes on."""
    workflow = {str(n): {"class_type": "Note", "inputs": {"text": f"{n} " * 100}} for n in range(40_000)}
    task = asyncio.create_task(post(prompts, ALICE, "large", graph=workflow))
    turns = 0
    while not task.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert (await task).prompt.nodes == 40_000
    assert len((await task).body.graph) > 20_000_000
    assert turns > 20


@pytest.fixture
async def tiny(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Database]:
    """A database on a file system of two megabytes."""
    with tempfile.TemporaryDirectory() as folder, small_disk_at(Path(folder) / "disk", "2m") as disk:
        database = Database(disk / "studio.db")
        await database.open()
        await add_owners(database)
        with caplog.at_level(logging.CRITICAL):
            yield database
        await database.close()


def _noise(size: int) -> dict[str, Any]:
    """A workflow that takes `size` bytes on disk, however it is kept."""
    found = graph()
    found["9"] = {"inputs": {"image": secrets.token_hex(size)}}
    return found


@pytest.mark.root
async def test_a_full_disk_promises_nothing_and_loses_nothing(tiny: Database) -> None:
    """Nothing is accepted that is not on disk; ends are shown from memory and written once there is room."""
    async with record(tiny) as prompts:
        for name in "abc":
            await post(prompts, ALICE, name)
        filler = fill(tiny.path.parent)
        with pytest.raises(StorageFull):
            await post(prompts, ALICE, "refused", graph=_noise(300_000))
        prompts.started("a", 1.0, "comfy-ui")
        outputs = {
            "5": {"images": [{"filename": f"{n}.png", "subfolder": "", "type": "output"} for n in range(9999)]}
        }
        prompts.finished("a", "done", outputs=outputs)
        with pytest.raises(StorageFull):
            await prompts.flush()
        assert [each.prompt.id for each in await prompts.history(ALICE, limit=9)] == ["a"]
        assert [each.prompt.id for each in prompts.live(ALICE)] == ["b", "c"]
        assert (await prompts.page(ALICE, state="done", limit=9))[0].files == 9999
        with pytest.raises(StorageFull):
            await prompts.hide(ALICE, None)
        filler.unlink()
        await prompts.flush()
        async with record(tiny) as other:
            assert [each.prompt.id for each in await other.history(ALICE, limit=9)] == ["a"]
            assert [each.prompt.id for each in other.live(ALICE)] == ["b", "c"]


@pytest.mark.root
async def test_on_a_disk_that_is_nearly_full_the_small_still_fits(tiny: Database) -> None:
    """Asked together, the prompt that does not fit fails alone."""
    async with record(tiny) as prompts:
        asked = [post(prompts, 1, "large", graph=_noise(3_000_000)), *(post(prompts, 2, str(n)) for n in range(5))]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(answers[0], StorageFull)
        assert [each.prompt.id for each in prompts.all_live()] == [str(n) for n in range(5)]
