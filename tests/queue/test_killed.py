"""kill -9 at any moment: what an artist was promised is on record."""

import asyncio
import json
import random
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from comfystudio.storage import Database
from tests.queue.house import OWNERS, add_owners, graph, record

ROUNDS = 4


async def _killed(path: Path, after: float) -> tuple[set[str], set[str]]:
    """Ids that a portal accepted, and those it said are done, until it was killed so many seconds after its first."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.queue.poster", str(path)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert program.stdout
    async with asyncio.timeout(30):
        first = await program.stdout.readline()
    reading = asyncio.create_task(program.stdout.read())
    await asyncio.sleep(after)
    program.kill()
    await program.wait()
    said = [line.split() for line in (first + await reading).decode().splitlines()]
    return tuple({name for word, name in said if word == wanted} for wanted in ("accepted", "done"))  # type: ignore[return-value]


async def test_every_promise_is_kept(root: Path) -> None:
    """Killed at random moments while fifteen artists post: each accepted id is there, whole, and so is each end."""
    database = Database(root / "studio.db")
    await database.open()
    await add_owners(database)
    await database.close()
    accepted: set[str] = set()
    done: set[str] = set()
    for _ in range(ROUNDS):
        more, ended = await _killed(database.path, random.uniform(0.0, 0.4))
        assert more
        accepted |= more
        done |= ended
        with closing(sqlite3.connect(database.path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    after = Database(database.path)
    await after.open()
    async with record(after) as prompts:
        live = {each.prompt.id: each for each in prompts.all_live()}
        over = {each.prompt.id: each for owner in OWNERS for each in await prompts.history(owner, limit=10_000)}
        assert accepted <= live.keys() | over.keys()
        assert done <= over.keys()
        whole = graph("word " * 2000)
        assert all(json.loads(each.body.graph) == whole for each in (live | over).values())
        assert all(each.body.outputs == '{"5": {"text": ["said"]}}' for each in over.values())
    await after.close()
