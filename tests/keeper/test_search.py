"""Looking for words in logs: what is found, in which order, what never is, and an end to every search."""

import asyncio
import os
import time
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comfystudio.errors import TooMany, Unavailable
from comfystudio.keeper import Log
from comfystudio.keeper._records import encode, words
from comfystudio.keeper._search.blocks import Backwards
from comfystudio.keeper._search.matching import Needle
from comfystudio.keeper._search.walk import Walk
from comfystudio.keeper._writer import LogWriter
from comfystudio.keeper.masking import plain
from comfystudio.keeper.search import LogSearch, Question, Results
from comfystudio.words import say
from tests.waiting import until

BIG = 64 * 1024 * 1024


def write(log: Log, *lines: tuple[float, str], stream: str = "o", cap: int = BIG) -> Log:
    """Append lines with their times."""
    log.folder.mkdir(parents=True, exist_ok=True)
    writer = LogWriter(str(log.folder), cap)
    writer.put([encode(at, stream, text) for at, text in lines])
    writer.close(5)
    return log


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """An empty log."""
    return Log(tmp_path / "one" / "log")


async def texts(log: Log, text: str, **more: object) -> list[str]:
    """The lines that say `text`, without colours."""
    found = await LogSearch().find(Question(text, **more), {"job:1": log})  # type: ignore[arg-type]
    return [plain(hit.text) for hit in found.hits]


async def test_lines_are_found_the_newest_first(log: Log) -> None:
    """Whatever the capitals; with `case` only as it was written; each hit says where it stands."""
    write(log, (1.0, "Loading model"), (2.0, "loading MODEL"), (3.0, "something else"))
    assert await texts(log, "model") == ["loading MODEL", "Loading model"]
    assert await texts(log, "MODEL", case=True) == ["loading MODEL"]
    found = await LogSearch().find(Question("else"), {"tool:a": log})
    (hit,) = found.hits
    assert (hit.log, hit.at, hit.stream, found.next) == ("tool:a", 3.0, "o", None)
    assert log.read(hit.offset, 1).lines[0].text == "something else"
    assert found.searched_bytes == log.size


async def test_logs_are_told_in_one_order(tmp_path: Path) -> None:
    """Hits of several logs come by time, and page by page each one once."""
    logs = {
        f"job:{number}": write(
            Log(tmp_path / str(number) / "log"), *[(at + number / 10, f"hit {at} of {number}") for at in range(1, 40)]
        )
        for number in range(1, 5)
    }
    whole = await LogSearch().find(Question("hit", limit=1000), logs)
    assert [hit.at for hit in whole.hits] == sorted((hit.at for hit in whole.hits), reverse=True)
    assert (len(whole.hits), whole.next) == (4 * 39, None)
    paged: list[object] = []
    page: Results | None = None
    while page is None or page.next is not None:
        page = await LogSearch().find(Question("hit", limit=7, before=page.next if page else None), logs)
        assert len(page.hits) <= 7
        paged += page.hits
    assert paged == list(whole.hits)


async def test_hits_of_one_moment_are_told_once_each(tmp_path: Path) -> None:
    """A flood within one millisecond, in two logs, is paged without a gap or a repetition."""
    lines = [(5.0, f"hit {number}") for number in range(50)]
    logs = {name: write(Log(tmp_path / name / "log"), *lines) for name in ("a", "b")}
    seen: list[tuple[str, int]] = []
    before = None
    for _ in range(100):
        page = await LogSearch().find(Question("hit", limit=3, before=before), logs)
        seen += [(hit.log, hit.offset) for hit in page.hits]
        before = page.next
        if before is None:
            break
    assert (len(seen), len(set(seen))) == (100, 100)


async def test_only_what_is_shown_is_found(log: Log) -> None:
    """Masked secrets, escapes, times and redrawn lines are not found; what stands around them is."""
    write(
        log,
        (1763.0, "login with hf_canarycanarycanary done"),
        (1763.0, "\x1b[31mred\x1b[0m \x1b[1mbold word\x1b[0m"),
        (1763.0, "GET /lab?token=canary HTTP/1.1"),
    )
    write(log, (1764.0, "bar 50%"), stream="~")
    for never in ("canary", "hf_can", "31m", "1763", "\to\t", "bar 50", "\x1b"):
        assert await texts(log, never) == [], never
    assert await texts(log, "with hf_… done") == ["login with hf_… done"]
    assert await texts(log, "…") == ["GET /lab?token=… HTTP/1.1", "login with hf_… done"]
    assert await texts(log, "bold word") == ["red bold word"]


async def test_letters_of_other_scripts(log: Log) -> None:
    """Capitals do not matter beyond ASCII either."""
    write(log, (1.0, "ОШИБКА модели"), (2.0, "Größe: 5 GB"), (3.0, "日本語のログ"))
    assert await texts(log, "ошибка") == ["ОШИБКА модели"]
    assert await texts(log, "GRÖSSE") == []
    assert await texts(log, "GRÖẞE") == ["Größe: 5 GB"]
    assert await texts(log, "本語") == ["日本語のログ"]
    assert await texts(log, "Ö") == ["Größe: 5 GB"]


async def test_the_keepers_own_words_are_found(log: Log) -> None:
    """They lie in the log as keys; what is found is the sentence."""
    log.folder.mkdir(parents=True)
    writer = LogWriter(str(log.folder), BIG)
    writer.put([words(1.0, "keeper.log_started"), words(2.0, "keeper.log_exited", code=7), words(3.0, "no.such_key")])
    writer.close(5)
    assert await texts(log, "exit code 7") == ["Ended with exit code 7."]
    assert await texts(log, "log_exited") == []


async def test_times_bound_what_is_found(log: Log) -> None:
    """From and to, to the millisecond; an hour's jump of the clock hides nothing."""
    write(log, *[(1000.0 + number, f"hit {number}") for number in range(100)])
    assert await texts(log, "hit", earliest=1010.0, latest=1012.0) == ["hit 12", "hit 11", "hit 10"]
    write(log, *[(1100.0 - 3600 + number, f"hit back {number}") for number in range(3)])
    assert len(await texts(log, "hit", limit=1000)) == 103


async def test_what_was_cleared_is_not_found(log: Log) -> None:
    """Neither in the part of a segment that is still there nor elsewhere."""
    write(log, (1.0, "hit old"))
    log.clear()
    write(log, (2.0, "hit new"))
    assert await texts(log, "hit") == ["hit new"]


async def test_a_long_line_is_cut_around_the_place(log: Log) -> None:
    """What was looked for stands in what is shown."""
    write(log, (1.0, "x" * 9000 + " needle " + "y" * 5000))
    (text,) = await texts(log, "needle")
    assert "needle" in text
    assert len(text) < 2100


async def test_a_damaged_log_is_searched_all_the_same(log: Log) -> None:
    """Zeros after a power loss, half a record, a record of no known form: the rest is found."""
    write(log, (1.0, "hit one"))
    (segment,) = log.folder.glob("*.log")
    with segment.open("ab") as file:
        file.write(bytes(300_000) + b"\nnot a record hit\n" + b"1000\to\thal")
    write(log, (3.0, "hit two"))
    found = await texts(log, "hit")
    assert found[0] == "hit two"
    assert found[-1] == "hit one"


async def test_a_search_is_over_in_time(log: Log) -> None:
    """One that would take long answers with where to go on, and going on gets to the end."""
    write(log, *[(1.0 + number / 1000, f"17 {number} " + "x" * 60) for number in range(30_000)])
    question = Question("…", seconds=0.01)
    began = time.monotonic()
    page = await LogSearch().find(question, {"job:1": log})
    assert page.next is not None
    assert time.monotonic() - began < 2
    for _ in range(200):
        if page.next is None:
            return
        page = await LogSearch().find(Question("…", seconds=0.05, before=page.next), {"job:1": log})
    raise AssertionError("it never came to an end")


def searching() -> set[int]:
    """The processes that search for us now."""
    found = set()
    for child in psutil.Process().children():
        if any("_search" in part for part in child.cmdline()):
            found.add(child.pid)
    return found


@pytest.fixture
def endless(log: Log) -> Log:
    """A log in which a search takes many seconds."""
    write(log, *[(1.0 + number / 1000, f"17 {number} " + "x" * 30) for number in range(20_000)])
    (segment,) = log.folder.glob("*.log")
    content = segment.read_bytes()
    with segment.open("ab") as file:
        for _ in range(60):
            file.write(content)
    return log


async def test_whoever_leaves_takes_the_process_along(endless: Log) -> None:
    """A search that is called off is ended at once, and leaves no zombie."""
    task = asyncio.create_task(LogSearch().find(Question("…", seconds=60), {"job:1": endless}))
    await until(searching)
    task.cancel()
    await until(lambda: not searching(), 1)


async def test_a_search_that_dies_is_said_to_have_failed(endless: Log) -> None:
    """Killed from outside, the answer is an error that says what to do."""
    task = asyncio.create_task(LogSearch().find(Question("…", seconds=60), {"job:1": endless}))
    for pid in await until(searching):
        os.kill(pid, 9)
    with pytest.raises(Unavailable) as caught:
        await task
    assert caught.value.key == "keeper.search_failed"


async def test_few_searches_run_at_once(endless: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third waits for its turn; where too many wait, the next is told so."""
    monkeypatch.setattr("comfystudio.keeper.search.MOST_WAITING", 3)
    search = LogSearch()
    tasks = [asyncio.create_task(search.find(Question("…", seconds=60), {"job:1": endless})) for _ in range(3)]
    await until(lambda: len(searching()) == 2)
    with pytest.raises(TooMany):
        await search.find(Question("x"), {})
    tasks[0].cancel()
    tasks[1].cancel()
    await until(lambda: len(searching()) == 1)
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_one_person_leaves_turns_for_others(endless: Log) -> None:
    """Whoever looks for many things at once is told to wait; somebody else's search still gets its turn."""
    search = LogSearch()
    question = Question("…", seconds=60)
    tasks = [asyncio.create_task(search.find(question, {"job:1": endless}, of=1)) for _ in range(4)]
    await until(lambda: len(searching()) == 2)
    with pytest.raises(TooMany):
        await search.find(Question("x"), {}, of=1)
    other = asyncio.create_task(search.find(Question("x"), {"job:1": Log(endless.folder.parent / "none")}, of=2))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (await other).hits == ()
    assert (await search.find(Question("x"), {}, of=1)).hits == ()


LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]), max_size=12), max_size=30
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(LINES, st.text("abKßéÖж日 x17", min_size=1, max_size=3), st.booleans())
def test_it_finds_what_a_plain_look_finds(log: Log, lines: list[str], text: str, case: bool) -> None:
    """The quick way through blocks finds the same lines as looking at each."""
    for segment in log.folder.glob("*"):
        segment.unlink()
    write(log, *[(1.0 + number, line) for number, line in enumerate(lines)])
    walk = Walk({"a": Backwards(str(log.folder), 0)}, Needle(text, case=case, say=say), None, (0, 2**50))
    found = [hit["at"] - 1 for hit in walk if hit is not None]
    wanted = [
        number
        for number, line in enumerate(map(plain, lines))
        if (text in line if case else text.lower() in line.lower())
    ]
    assert found == wanted[::-1]
