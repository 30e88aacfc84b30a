"""Logs while pages follow them: read once for all, each page at its own pace, nothing lost, nothing kept."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from comfystudio.keeper import Chunk, Log
from comfystudio.keeper._records import encode
from comfystudio.keeper._writer import LogWriter
from comfystudio.people import LOCAL
from comfystudio.web import live
from comfystudio.web.live import LiveLogs
from tests.waiting import until
from tests.web.house import ADMIN, House
from tests.web.test_events import message


class Counted(Log):
    """A log that counts how often it is read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reads = 0

    def read(self, start: int, limit: int = 1000, upto: int | None = None) -> Chunk:
        self.reads += 1
        return super().read(start, limit, upto)


@pytest.fixture
def log(tmp_path: Path) -> Counted:
    """An empty log whose folder is there."""
    folder = tmp_path / "log"
    folder.mkdir()
    return Counted(folder)


@contextmanager
def writing(log: Log) -> Iterator[LogWriter]:
    """A keeper's pen."""
    writer = LogWriter(str(log.folder), 64 * 1024 * 1024)
    yield writer
    writer.close(5)


def say(writer: LogWriter, first: int, last: int, size: int = 10) -> None:
    """Numbered lines."""
    writer.put([encode(1.0, "o", f"{number} " + "x" * size) for number in range(first, last)])


class Page:
    """Follows `log` from `offset` and keeps the numbers of the lines it got."""

    def __init__(self, logs: LiveLogs, log: Log, offset: int = 0) -> None:
        self.numbers: list[int] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self._task = asyncio.create_task(self._read(logs, log, offset))

    async def _read(self, logs: LiveLogs, log: Log, offset: int) -> None:
        async with logs.followed(log) as found:
            while True:
                piece = await found.next(offset)
                assert piece.begin == offset
                offset = piece.next
                if piece.body:
                    lines = json.loads("{" + piece.body + "}")["lines"]
                    self.numbers += [int(line["text"].split()[0]) for line in lines]
                await self.hold.wait()

    async def leave(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@asynccontextmanager
async def pages(logs: LiveLogs, log: Log, count: int) -> AsyncIterator[list[Page]]:
    """So many pages on one log."""
    found = [Page(logs, log) for _ in range(count)]
    try:
        yield found
    finally:
        await asyncio.gather(*(page.leave() for page in found))


async def test_fifty_pages_cost_about_one_reading(log: Counted) -> None:
    """What fifty pages follow is read about as often as for one; all get every line; nothing is kept afterwards."""
    logs = LiveLogs()
    async with pages(logs, log, 50) as found:
        await until(lambda: log.reads > 0)
        with writing(log) as writer:
            for batch in range(10):
                say(writer, batch * 100, batch * 100 + 100)
                await until(lambda batch=batch: all(len(page.numbers) == batch * 100 + 100 for page in found))
        assert all(page.numbers == list(range(1000)) for page in found)
        assert log.reads < 100
    assert len(logs) == 0


async def test_a_slow_page_holds_up_nobody_and_misses_nothing(log: Counted) -> None:
    """One that stands still for megabytes finds its own way to where the others are."""
    logs = LiveLogs()
    async with pages(logs, log, 3) as found:
        slow, *others = found
        with writing(log) as writer:
            say(writer, 0, 10)
            await until(lambda: all(len(page.numbers) == 10 for page in found))
            slow.hold.clear()
            for batch in range(1, 6):
                say(writer, batch * 400, batch * 400 + 400, 1000)
                wanted = 10 + batch * 400
                await until(lambda wanted=wanted: all(len(page.numbers) == wanted for page in others), 10)
            # One more piece was on its way when it stopped.
            assert len(slow.numbers) < 1000
            slow.hold.set()
            await until(lambda: slow.numbers == others[0].numbers, 10)


async def test_a_page_from_further_back_meets_the_others(log: Counted) -> None:
    """Whoever begins in the midst of what was sent gets every line from there on, once."""
    logs = LiveLogs()
    with writing(log) as writer:
        say(writer, 0, 3000)
    offsets = {line.text.split()[0]: line.offset for line in log.read(0, 3000).lines}
    late: list[Page] = []
    async with pages(logs, log, 2) as found:
        await until(lambda: all(len(page.numbers) == 3000 for page in found))
        with writing(log) as writer:
            say(writer, 3000, 3050)
            await until(lambda: len(found[0].numbers) == 3050)
            late = [Page(logs, log, offsets[number]) for number in ("17", "2999")]
            say(writer, 3050, 3100)
            await until(lambda: all(page.numbers[-1:] == [3099] for page in late))
        assert late[0].numbers == list(range(17, 3100))
        assert late[1].numbers == list(range(2999, 3100))
        await asyncio.gather(*(page.leave() for page in late))


async def test_what_is_kept_for_pages_is_bounded(log: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Megabytes that flow by leave no more than a few pieces in memory."""
    monkeypatch.setattr(live, "CATCH_UP_SECONDS", 0.0)
    monkeypatch.setattr(live, "PACE_SECONDS", 0.0)
    logs = LiveLogs()
    async with pages(logs, log, 1) as (page,):
        await until(lambda: len(logs) == 1)
        (found,) = logs._live.values()
        with writing(log) as writer:
            for batch in range(20):
                say(writer, batch * 400, batch * 400 + 400, 1000)
                await until(lambda batch=batch: len(page.numbers) == batch * 400 + 400, 10)
                assert sum(len(piece.body) for piece in found._pieces) <= live.MOST_BYTES + 600_000
                assert len(found._pieces) <= live.MOST_PIECES


async def test_a_log_that_is_not_there_yet(tmp_path: Path) -> None:
    """A page may follow before the first start, and gets the first line soon after it is written."""
    log, logs = Log(tmp_path / "unit" / "log"), LiveLogs()
    async with pages(logs, log, 1) as (page,):
        await until(lambda: len(logs) == 1)
        log.folder.mkdir(parents=True)
        with writing(log) as writer:
            say(writer, 0, 1)
        await until(lambda: page.numbers == [0], 2)


async def test_clearing_goes_on_behind_what_was_cleared(log: Counted) -> None:
    """After a clear pages get what is written from then on."""
    logs = LiveLogs()
    async with pages(logs, log, 2) as found:
        with writing(log) as writer:
            say(writer, 0, 10)
            await until(lambda: all(len(page.numbers) == 10 for page in found))
            log.clear()
            say(writer, 10, 20)
            await until(lambda: all(page.numbers == list(range(20)) for page in found))


async def test_pages_of_one_log_get_the_same_lines(house: House) -> None:
    """Over real sockets: every page gets every line of a job once, under the name by which it asked."""
    job = await house.job(LOCAL, "for n in $(seq 300); do echo line $n; done; sleep 60")
    admin = await house.visitor(ADMIN)
    name = f"job:{job.id}"
    async with admin.socket() as one, admin.socket() as other:
        for socket in (one, other):
            await message(socket, "hello")
            await socket.send_json({"op": "follow", "log": name, "start": 0})
        for socket in (one, other):
            texts: list[str] = []
            while "line 300" not in texts:
                found = (await message(socket, "log.lines"))["data"]
                assert found["log"] == name
                texts += [line["text"] for line in found["lines"] if line["stream"] == "o"]
            assert texts == [f"line {number}" for number in range(1, 301)]
        assert len(house.portal._shared.live) == 1
    await until(lambda: len(house.portal._shared.live) == 0)
