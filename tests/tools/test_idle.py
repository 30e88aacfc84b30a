"""What nobody uses is stopped and nothing else: real processes that answer as JupyterLab does; a played clock."""

import dataclasses
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from comfystudio.keeper import Keepers
from comfystudio.tools import Tools
from comfystudio.tools.idle import Idle
from comfystudio.tools.states import Key
from comfystudio.tools.usage import measure, rates
from comfystudio.workspace import Workspace
from tests.keeper.units import keepers_of, python
from tests.tools.conftest import ADA, ALICE, BOB, Steady, Studio, caller
from tests.waiting import until

IDLE = """
idle = { path = "/api/status", activity = "last", busy = { path = "/api/kernels", key = "state", value = "busy" } }
"""
HOUR = 3600.0


@dataclasses.dataclass
class Watch:
    """Tools with somebody's instance, what it answers, and whoever looks whether it is used. Idle after an hour."""

    tools: Tools
    idle: Idle
    clock: Steady
    answers: Path
    used: set[Key]

    def answer(self, name: str, content: Any) -> None:
        """What the tool says from now on."""
        (self.answers / name).write_text(content if isinstance(content, str) else json.dumps(content))

    async def look(self, hours: float) -> str:
        """Look, after so many hours; the state of Alice's instance."""
        self.clock.at += hours * HOUR
        await self.idle.look()
        return self.state()

    def state(self) -> str:
        """The state of Alice's instance."""
        return self.tools.view("lab", caller(ALICE)).state


@pytest.fixture
async def watch(studio: Studio, root: Path) -> AsyncIterator[Watch]:
    """A ready instance of Alice, in which nothing happens."""
    answers = root / "answers"
    answers.mkdir()
    studio.tool("lab", top='instances = "per-artist"', run=IDLE, argv=f'"--answers", "{answers}"')
    tools = await studio.open()
    await tools.start("lab", caller(ALICE))
    clock, used = Steady(), set[Key]()
    instances = tools._instances
    idle = Idle(1, instances.values, used=used.__contains__, end=tools._end_unused, now=clock)
    found = Watch(tools, idle, clock, answers, used)
    found.answer("api-status", {"last": "2026-01-01T00:00:00Z", "kernels": 1})
    found.answer("api-kernels", [{"state": "idle"}])
    await until(lambda: found.state() == "ready", 10)
    yield found


async def test_what_nobody_uses_is_stopped(watch: Watch) -> None:
    """After an hour in which nothing changed it ends; the card says why, and a start takes that away."""
    assert await watch.look(0) == "ready"
    assert await watch.look(0.6) == "ready"
    assert await watch.look(0.5) == "stopped"
    view = watch.tools.view("lab", caller(ALICE))
    assert "nobody used it" in (view.error or "")
    assert view.can["start"]
    await watch.tools.start("lab", caller(ALICE))
    await until(lambda: watch.state() == "ready", 10)
    assert watch.tools.view("lab", caller(ALICE)).error is None
    assert await watch.look(0.9) == "ready", "the new process has its own hour"


async def test_use_begins_the_hour_anew(watch: Watch) -> None:
    """A new value under the key, or somebody who comes through the studio, is use."""
    await watch.look(0)
    watch.answer("api-status", {"last": "2026-01-01T00:59:00Z"})
    assert await watch.look(0.99) == "ready"
    assert await watch.look(0.5) == "ready"
    watch.used.add(("lab", "p1"))
    assert await watch.look(0.6) == "ready"
    watch.used.clear()
    assert await watch.look(0.9) == "ready"
    assert await watch.look(0.2) == "stopped"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("api-kernels", [{"state": "idle"}, {"state": "busy"}]),
        ("api-kernels", {"state": "busy"}),
        ("api-kernels", "no JSON"),
        ("api-kernels", ["busy"]),
        ("api-status", "no JSON"),
        ("api-status", {}),
        ("api-status", []),
        ("api-status", '{"last": ' + "[" * 50_000),
        ("api-status", '{"last": "' + "x" * 2_000_000 + '"}'),
    ],
)
async def test_work_and_what_cannot_be_told_keep_it(watch: Watch, name: str, content: Any) -> None:
    """A busy kernel keeps it for as long as it computes; so does an answer that says nothing."""
    watch.answer(name, content)
    await watch.look(0)
    for _ in range(4):
        assert await watch.look(1.5) == "ready"
    watch.answer(name, [] if name == "api-kernels" else {"last": 1})
    await watch.look(0)
    await watch.look(0.5)
    assert await watch.look(1.5) == "stopped"


async def test_only_ready_ones_of_single_artists_are_looked_at(studio: Studio, root: Path) -> None:
    """A shared tool and one without run.idle stay, whatever they answer."""
    studio.tool("shared", port=9001, run=IDLE, argv=f'"--answers", "{root}"')
    studio.tool("plain", port=9002, top='instances = "per-artist"')
    (root / "api-status").write_text('{"last": 1}')
    tools, clock = await studio.open(), Steady()
    await tools.start("shared", caller(ADA))
    await tools.start("plain", caller(BOB))
    await until(lambda: tools.view("shared", caller(ADA)).state == "ready", 10)
    await until(lambda: tools.view("plain", caller(BOB)).state == "ready", 10)
    idle = Idle(1, tools._instances.values, used=lambda _: False, end=tools._end_unused, now=clock)
    for _ in range(3):
        clock.at += 2 * HOUR
        await idle.look()
    assert tools.runs("shared")
    assert tools.runs("plain")


async def test_never_where_the_setting_says_so() -> None:
    """0 hours: nobody looks at all."""
    idle = Idle(0, tuple, used=lambda _: False, end=lambda _: pytest.fail("ended"))
    await idle.run()


IN_A_TERMINAL = """
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv("/bin/sh", ["sh", "-c", sys.argv[1]])
print("up", flush=True)
os.read(terminal, 100)
time.sleep(600)
"""


@pytest.fixture
async def keepers(workspace: Workspace) -> AsyncIterator[Keepers]:
    """Keepers in an empty workspace; whatever they run is ended afterwards."""
    async with keepers_of(workspace) as found:
        yield found


@pytest.mark.parametrize(
    ("script", "busy"), [("read waits", False), ("sleep 600; true", True), ("sleep 600 & read w", True)]
)
async def test_a_terminal_that_runs_something_is_seen(keepers: Keepers, script: str, busy: bool) -> None:
    """A shell that waits for somebody is no work; a program in it is, in front or behind."""
    unit = await keepers.start(python("t", IN_A_TERMINAL, script, stop_within=0.1))
    await until(lambda: unit.log.tail(1).lines)
    if busy:
        await until(lambda: measure([unit.keeper_pid])[unit.keeper_pid].terminal)
    else:
        assert not measure([unit.keeper_pid])[unit.keeper_pid].terminal


async def test_processor_time_counts_of_the_whole_tree(keepers: Keepers) -> None:
    """A grandchild that computes shows in the tree's use; the keeper of another run does not."""
    burn = f"import subprocess; subprocess.run([{sys.executable!r}, '-c', 'while True: pass'])"
    working = await keepers.start(python("w", burn, stop_within=0.1))
    resting = await keepers.start(python("r", "import time; time.sleep(600)", stop_within=0.1))
    keeps = [working.keeper_pid, resting.keeper_pid]
    await until(lambda: rates(keeps)[working.keeper_pid][0] > 10, 10)
    found = rates(keeps)
    assert found[resting.keeper_pid][0] < 5
    assert found[resting.keeper_pid][1] > 1_000_000
    assert measure([2**22])[2**22].memory_bytes == 0
