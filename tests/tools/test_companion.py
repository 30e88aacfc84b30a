"""Who works beside a tool: asked before anybody enters, told when it is over, and always on the safe side."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from comfystudio.errors import Refused, Unavailable
from comfystudio.tools import Tools
from comfystudio.tools.upstream import Upstream
from tests.tools.conftest import ADA, ALICE, Studio, caller
from tests.tools.test_life import ask, nap, ready, state
from tests.waiting import until

FRONT = """
[gateway]
front = "comfyui"
secret_header = "X-Secret"
"""
SECRET = 'secret_env = "SECRET"'


class Beside:
    """Notes what it is told, and answers as a test wants."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, bool]] = []
        self.over: list[str] = []
        self.sentence: str | None = None
        self.problem: Exception | None = None
        self.go = asyncio.Event()
        self.go.set()

    async def arrived(self, upstream: Upstream, process: str, *, adopted: bool) -> str | None:
        self.told.append((process, dict(upstream.headers)["X-Secret"], adopted))
        await self.go.wait()
        if self.problem:
            raise self.problem
        return self.sentence

    async def left(self, upstream: Upstream, why: str) -> None:
        self.over.append(why)


@pytest.fixture
def beside() -> Beside:
    """The companion."""
    return Beside()


async def opened(studio: Studio, beside: Beside) -> Tools:
    """A portal with the fake tool and its companion."""
    studio.tool(rest=FRONT, run=SECRET)
    return await studio.open(sleep=nap, companions={"comfyui": beside})


async def test_nobody_enters_before_the_companion_has_answered(studio: Studio, beside: Beside) -> None:
    """The tool counts as starting, with a phase that says what is done, until the companion lets it be ready."""
    beside.go.clear()
    tools = await opened(studio, beside)
    await tools.start("fake", caller(ALICE))
    await until(lambda: bool(beside.told), 10, "never asked")
    view = tools.view("fake", caller(ALICE))
    assert (view.state, view.phase) == ("starting", "Checking that artists are kept apart")
    assert tools.upstream("fake", ALICE) is None
    beside.go.set()
    await until(lambda: state(tools) == "ready", 10, "never ready")
    assert tools.may(ALICE, "fake") is None


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("Something leaks.", None),
        (None, Unavailable("tools.silent")),
        (None, LookupError("surprise")),
    ],
)
async def test_whatever_goes_wrong_keeps_artists_out_and_lets_admins_in(
    studio: Studio, beside: Beside, sentence: str | None, problem: Exception | None
) -> None:
    """A finding, an error of ours and a surprise all close the tool for artists, with a sentence on every card."""
    beside.sentence, beside.problem = sentence, problem
    tools = await opened(studio, beside)
    await ready(tools)
    assert (tools.may(ALICE, "fake"), tools.may(ADA, "fake")) == ("tools.closed", None)
    artist, admin = tools.view("fake", caller(ALICE)), tools.view("fake", caller(ADA))
    assert artist.refusal
    assert artist.refusal == admin.access_reason
    assert (artist.can["open"], admin.can["open"], admin.refusal) == (False, True, None)
    if sentence:
        assert artist.refusal == sentence
    tools.close("fake", None)
    assert tools.may(ALICE, "fake") is None
    tools.close("fake", "Not again.")
    assert tools.view("fake", caller(ALICE)).refusal == "Not again."


async def test_a_fresh_process_begins_with_a_clean_sheet(studio: Studio, beside: Beside) -> None:
    """What was found about one process is not held against the next, and each has a name of its own."""
    beside.sentence = "Something leaks."
    tools = await opened(studio, beside)
    await ready(tools)
    await tools.stop("fake", caller(ADA))
    beside.sentence = None
    await ready(tools)
    assert tools.may(ALICE, "fake") is None
    assert len({process for process, _, _ in beside.told}) == 2
    assert [adopted for _, _, adopted in beside.told] == [False, False]


async def test_the_end_of_a_process_is_told_with_its_reason(studio: Studio, beside: Beside) -> None:
    """Stopped, killed: the companion hears which, before the tool is tried again."""
    tools = await opened(studio, beside)
    found = await ready(tools)
    os.kill(ask(found.port)["pid"], signal.SIGKILL)
    await until(lambda: len(beside.told) == 2 and state(tools) == "ready", 10, "not tried again")
    assert beside.over == ["Fake was ended by SIGKILL."]
    await tools.stop("fake", caller(ADA))
    assert beside.over[1:] == ["Fake was stopped."]


async def test_an_adopted_process_is_known_by_the_same_name(studio: Studio, beside: Beside) -> None:
    """The next portal's companion hears of the process as adopted, under its name and with its secret."""
    await ready(await opened(studio, beside))
    await studio.leave()
    tools = await studio.open(companions={"comfyui": beside})
    await until(lambda: state(tools) == "ready", 10, "not adopted")
    assert beside.over == []
    first, second = beside.told
    assert (first[:2], first[2], second[2]) == (second[:2], False, True)


async def test_files_of_a_placeholder_belong_to_the_studio(studio: Studio) -> None:
    """What a placer makes for a start lies in a fresh folder that the tool can read and its account cannot change."""
    made: list[Path] = []

    def place(folder: Path) -> Path:
        assert list(folder.iterdir()) == []
        made.append(folder / "paths.yaml")
        made[-1].write_text("here")
        return made[-1]

    studio.tool(argv='"--extra", "{comfyui_paths}"')
    tools = await studio.open(placers={"comfyui_paths": place})
    found = await ready(tools)
    assert str(made[0]) in ask(found.port)["argv"]
    folder = made[0].parent.stat()
    assert (folder.st_uid, folder.st_mode & 0o777) == (os.geteuid(), 0o755)


async def test_what_all_make_in_one_process_is_in_its_log_and_for_admins(studio: Studio, beside: Beside) -> None:
    """An artist reads neither its log nor the lines of it on the card after a crash; an admin reads both."""
    tools = await opened(studio, beside)
    await tools.start("fake", caller(ALICE))
    await until(lambda: state(tools) == "ready", 10, "never ready")
    with pytest.raises(Refused):
        tools.log("fake", caller(ALICE))
    assert tools.log("fake", caller(ADA)).tail(10).lines
    assert [tools.view("fake", caller(who)).can["log"] for who in (ALICE, ADA)] == [False, True]
    await tools.stop("fake", caller(ADA))
    told = [tools.view("fake", caller(who)) for who in (ALICE, ADA)]
    assert (told[0].first_error, told[0].last_lines) == (None, ())
    assert told[1].exit_code is not None or told[1].exit_signal is not None
