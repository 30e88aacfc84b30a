"""Reading logs: by offset, from the end, while they grow, rotate or are damaged."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from comfystudio.keeper import Keepers, Log, reading
from comfystudio.keeper._records import encode
from comfystudio.keeper._writer import LogWriter
from tests.keeper.units import python, shell, texts
from tests.waiting import until

SEGMENT = 64 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an empty log."""
    found = tmp_path / "log"
    found.mkdir()
    return found


def write(folder: Path, *texts: str, stream: str = "o", cap: int = 1024 * 1024) -> None:
    """Append these lines as a keeper does."""
    writer = LogWriter(str(folder), cap)
    writer.put([encode(1.0, stream, text) for text in texts])
    writer.close(5)


def test_a_log_that_is_not_there_is_empty(folder: Path) -> None:
    """Before the first run there is nothing to read, and that is no error."""
    log = Log(folder / "none")
    assert (log.size, log.read(0).lines, log.tail(5).lines, log.first_error()) == (0, (), (), None)


def test_reading_on_from_where_it_ended(folder: Path) -> None:
    """Chunk by chunk every line comes once, in order, over segments and with global offsets."""
    lines = [f"{number:06d} " + "x" * 100 for number in range(5000)]
    write(folder, *lines)
    assert len(list(folder.glob("*.log"))) > 3
    log, start = Log(folder), 0
    found: list[str] = []
    while (chunk := log.read(start, 333)).lines:
        assert len(chunk.lines) <= 333
        assert chunk.lines[0].offset == chunk.start == start
        found += [line.text for line in chunk.lines]
        start = chunk.next
    assert found == lines
    assert start == log.size
    assert log.read(start).next == start


def test_an_offset_within_a_record_goes_on_at_the_next(folder: Path) -> None:
    """Whoever asks for a made-up offset gets whole records, and one beyond the end gets none."""
    write(folder, "first", "second")
    log = Log(folder)
    second = log.read(0).lines[1].offset
    for offset in range(1, second + 1):
        assert [line.text for line in log.read(offset).lines] == ["second"]
    assert log.read(log.size + 1000) == log.read(log.size)
    assert log.read(-5).lines[0].text == "first"


@pytest.mark.parametrize("count", [0, 1, 7, 1000, 10_000])
def test_the_tail_is_the_end(folder: Path, count: int) -> None:
    """The last lines are those that a full reading ends with, however many are wanted."""
    lines = [f"{number} " + "y" * 200 for number in range(3000)]
    write(folder, *lines)
    chunk = Log(folder).tail(count)
    assert [line.text for line in chunk.lines] == (lines[-count:] if count else [])
    assert chunk.next == Log(folder).size


def test_reading_the_tail_of_a_large_log_is_quick(folder: Path) -> None:
    """The last lines of 32 MiB come without reading the 32 MiB."""
    write(folder, *["z" * 1000] * 32_000, cap=64 * 1024 * 1024)
    began = time.perf_counter()
    assert len(Log(folder).tail(100).lines) == 100
    assert time.perf_counter() - began < 0.2


def test_the_cap_drops_the_oldest_and_offsets_go_on(folder: Path) -> None:
    """Beyond the cap the oldest segments go; a reader from before goes on at the oldest that is kept."""
    for batch in range(10):
        write(folder, *[f"{batch}-{number} " + "x" * 100 for number in range(1000)], cap=4 * SEGMENT)
    kept = sum(path.stat().st_size for path in folder.glob("*.log"))
    assert kept <= 4 * SEGMENT
    log = Log(folder)
    assert log.size > 1_000_000
    chunk = log.read(0, 5)
    assert chunk.start == chunk.lines[0].offset == log.size - kept
    assert log.tail(1).lines[0].text.startswith("9-999 ")


def test_rotation_while_reading_loses_only_what_is_gone(folder: Path) -> None:
    """A reader that is overtaken by rotation goes on with what is there, in order, without an error."""
    write(folder, *[f"a{number} " + "x" * 100 for number in range(2000)], cap=4 * SEGMENT)
    log = Log(folder)
    found = reading.records(folder, 0)
    next(found)
    write(folder, *[f"b{number} " + "x" * 100 for number in range(4000)], cap=4 * SEGMENT)
    offsets = [offset for offset, _ in found]
    assert offsets == sorted(offsets)
    assert log.read(log.size - 200).lines[-1].text.startswith("b3999 ")


def test_half_a_record_is_waited_for_and_then_passed_over(folder: Path) -> None:
    """What a killed keeper left unfinished is not shown, does not count as growth, and the next run heals it."""
    write(folder, "whole")
    (segment,) = folder.glob("*.log")
    with segment.open("ab") as file:
        file.write(b"1000\to\thal")
    log = Log(folder)
    assert [line.text for line in log.read(0).lines] == ["whole"]
    assert log.read(0).next == log.size
    write(folder, "next")
    assert [line.text for line in log.read(0).lines] == ["whole", "next"]
    assert log.read(log.read(0, 1).next).lines[0].text == "next"


def test_of_what_was_drawn_over_only_the_last_is_read(folder: Path) -> None:
    """States of a bar collapse into the newest, and into nothing once a line follows."""
    write(folder, "10%", "20%", "30%", stream="~")
    assert texts(Log(folder), "~") == ["30%"]
    assert [line.text for line in Log(folder).tail(10).lines] == ["30%"]
    write(folder, "done")
    assert texts(Log(folder), "~o") == ["done"]


def test_clearing_hides_the_past_and_keeps_offsets(folder: Path) -> None:
    """After a clear nothing old is read by any way, and a reader's offset stays good."""
    write(folder, *["Error: old " + "x" * 100] * 2000)
    log = Log(folder)
    before = log.size
    log.clear()
    assert (log.size, log.read(0).lines, log.tail(9).lines, log.first_error()) == (before, (), (), None)
    assert len(list(folder.glob("*.log"))) == 1
    write(folder, "new")
    assert [line.text for line in log.read(before).lines] == texts(log) == ["new"]
    assert log.read(0).start == before


async def lateness(keepers: Keepers) -> float:
    """The median time in seconds from a tool's print to the reader's hand, over 20 lines."""
    script = "import time\nfor n in range(20):\n print(time.time()); time.sleep(0.02)"
    unit = await keepers.start(python("a", script))
    start = unit.log_start
    late: list[float] = []
    while len(late) < 20:
        await unit.log.changed(start)
        chunk = unit.log.read(start)
        now = time.time()
        late += [now - float(line.text) for line in chunk.lines if line.stream == "o"]
        start = chunk.next
    await unit.wait()
    return sorted(late)[10]


async def test_a_change_is_told_in_twenty_milliseconds(keepers: Keepers) -> None:
    """A line reaches its reader within 20 ms; a machine that is busy with other things gets five tries."""
    for _ in range(5):
        median = await lateness(keepers)
        if median < 0.02:
            return
    raise AssertionError(f"{median * 1000:.0f} ms")


async def test_following_a_log_that_does_not_exist_yet(keepers: Keepers) -> None:
    """A page may follow before the first start; it then gets every line from the first on."""
    found: list[str] = []

    async def follow() -> None:
        async for chunk in keepers.log("a").follow(0):
            found.extend(line.text for line in chunk.lines)

    task = asyncio.create_task(follow())
    await asyncio.sleep(0)
    unit = await keepers.start(shell("a", "echo one; sleep 0.2; echo two"))
    await unit.wait()
    await until(lambda: found == ["Started.", "one", "two", "Ended with exit code 0."])
    task.cancel()


def watches() -> int:
    """How many inotify handles this process holds."""
    found = 0
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found += "inotify" in str(handle.readlink())
    return found


async def test_many_followers_share_one_watch(keepers: Keepers) -> None:
    """Fifty pages on one log take one handle, all hear of a change, and the handle is given back."""
    unit = await keepers.start(shell("a", "echo on; sleep 60"))
    await until(lambda: texts(unit.log))
    waiting = [asyncio.create_task(unit.log.changed(unit.log.size)) for _ in range(50)]
    await until(lambda: watches() == 1)
    await unit.stop()
    await asyncio.wait_for(asyncio.gather(*waiting), 2)
    assert watches() == 0


async def test_the_first_error_is_of_the_latest_run(keepers: Keepers) -> None:
    """While it runs and after, the error line is this run's, not the one's before, with the place where it stands."""
    await (await keepers.start(shell("a", "echo 'Error: old'; exit 1"))).wait()
    unit = await keepers.start(shell("a", "echo fine; sleep 0.3; echo 'fatal: new' >&2; sleep 60"))
    await until(lambda: "fine" in texts(unit.log))
    assert unit.log.first_error() is None
    error = await until(unit.log.first_error)
    (line,) = unit.log.read(error.offset, 1).lines
    assert (error.text, line.text, line.offset) == ("fatal: new", "fatal: new", error.offset)
    assert abs(error.at - line.at) < 0.01
    ended = await unit.stop()
    assert unit.log.first_error() == error
    assert (ended.first_error, ended.error_offset, ended.log_end) == ("fatal: new", error.offset, unit.log.size)


async def test_after_a_clear_the_first_error_is_a_later_one(keepers: Keepers) -> None:
    """An error that was cleared is not shown again; one that comes later is."""
    unit = await keepers.start(python("a", "import time; print('Error: one'); time.sleep(60)"))
    await until(unit.log.first_error)
    unit.log.clear()
    assert unit.log.first_error() is None
    await unit.stop()
    again = await keepers.start(shell("a", "echo 'Error: two'; sleep 60"))
    error = await until(again.log.first_error)
    assert error.text == "Error: two"


async def test_errors_without_end_are_noted_at_a_pace(keepers: Keepers) -> None:
    """A tool that prints nothing but errors has its first one noted within a second, and a small note."""
    unit = await keepers.start(python("a", "while True: print('Error: ' + 'x' * 1000)"))
    await until(unit.log.first_error, within=2)
    assert (unit.log.folder.parent / "errors.json").stat().st_size < 4096
    await unit.stop()


async def test_a_keeper_that_was_killed_had_noted_the_error(keepers: Keepers) -> None:
    """The line that says what went wrong survives the keeper, and so does the end of its part of the log."""
    unit = await keepers.start(shell("a", "echo 'fatal: gone'; sleep 60"))
    await until(unit.log.first_error)
    os.kill(unit.keeper_pid, signal.SIGKILL)
    ended = await unit.wait()
    assert (ended.lost, ended.first_error, ended.log_end) == (True, "fatal: gone", unit.log.size)
    assert unit.log.first_error() is not None


def test_reading_backwards_gives_every_line_once(folder: Path) -> None:
    """Page by page from the end to the beginning, over segments, whatever the size of the pages."""
    lines = [f"{number:06d} " + "x" * 100 for number in range(5000)]
    write(folder, *lines)
    log = Log(folder)
    found: list[str] = []
    offset = log.size
    while offset > log.oldest:
        chunk = log.before(offset, 333)
        assert chunk.next == offset
        found[:0] = [line.text for line in chunk.lines]
        offset = chunk.start
    assert found == lines
    assert log.before(0, 10).lines == ()


def test_reading_backwards_gets_past_what_was_drawn_over(folder: Path) -> None:
    """Megabytes of a bar between two lines hide neither of them."""
    write(folder, "first", cap=64 * 1024 * 1024)
    for _ in range(6):
        write(folder, *["#" * 15_000] * 60, stream="~", cap=64 * 1024 * 1024)
    write(folder, "last", cap=64 * 1024 * 1024)
    log = Log(folder)
    found: list[str] = []
    offset = log.size
    for _ in range(20):
        chunk = log.before(offset, 10)
        found[:0] = [line.text for line in chunk.lines]
        offset = chunk.start
        if offset <= log.oldest:
            break
    assert found == ["first", "last"]


def test_reading_around_a_line(folder: Path) -> None:
    """The line is in the middle of what is read, also near either end, and both ways go on from there."""
    write(folder, *[f"{number}" for number in range(100)])
    log = Log(folder)
    offsets = {line.text: line.offset for line in log.read(0).lines}
    for wanted, first, last in (("50", "45", "54"), ("2", "0", "9"), ("99", "94", "99")):
        chunk = log.around(offsets[wanted], 10)
        assert [chunk.lines[0].text, chunk.lines[-1].text] == [first, last]
        assert chunk.start == chunk.lines[0].offset
    assert log.read(chunk.next).lines == ()
    assert [line.text for line in log.around(10**9, 10).lines] == ["95", "96", "97", "98", "99"]
