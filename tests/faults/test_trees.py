"""Processes that try to get away: after a stop, and after the end of the command, none is left."""

import asyncio
import os
import signal
import time

import pytest

from comfystudio.keeper import Keepers
from comfystudio.keeper._tree import everything
from tests.keeper.trees import BOMB, DETACHED, STUBBORN
from tests.keeper.units import alive, children_of, python, shell, texts
from tests.waiting import until


async def test_detached_grandchildren_end_with_a_stop(keepers: Keepers) -> None:
    """Four generations that double-forked, left the session and ignore TERM are gone within the deadline."""
    unit = await keepers.start(python("a", DETACHED, stop_within=0.5))
    await until(lambda: len(children_of(unit.log)) == 5)
    pids = children_of(unit.log)
    assert all(map(alive, pids))
    began = time.monotonic()
    ended = await unit.stop()
    assert time.monotonic() - began < 3
    assert not any(map(alive, [*pids, unit.pid, unit.keeper_pid]))
    assert ended.asked is True


async def test_what_is_left_behind_ends_with_the_command(keepers: Keepers) -> None:
    """When the command ends by itself, what it detached is ended too, and the exit is the command's."""
    unit = await keepers.start(python("a", DETACHED, "leave", stop_within=0.3))
    ended = await asyncio.wait_for(unit.wait(), 10)
    pids = children_of(unit.log)
    assert len(pids) == 5
    assert not any(map(alive, pids))
    assert (ended.code, ended.asked) == (0, False)


async def test_a_polite_tree_ends_at_once(keepers: Keepers) -> None:
    """A tree that listens to TERM is not made to wait for the deadline."""
    unit = await keepers.start(shell("a", "sleep 60 & sleep 60 & sleep 60", stop_within=30.0))
    began = time.monotonic()
    ended = await unit.stop()
    assert time.monotonic() - began < 1
    assert (ended.signal, ended.asked) == (signal.SIGTERM, True)


async def test_children_born_of_the_signal_end(keepers: Keepers) -> None:
    """A tool that answers TERM with new processes is ended with all of them."""
    unit = await keepers.start(python("a", STUBBORN, stop_within=0.5))
    await until(lambda: len(children_of(unit.log)) == 4)
    ended = await unit.stop()
    pids = children_of(unit.log)
    assert len(pids) >= 7
    assert not any(map(alive, pids))
    assert ended.signal == signal.SIGKILL


async def test_forking_without_end_is_caught_up_with(keepers: Keepers) -> None:
    """A program that forks faster than one looks leaves nobody behind."""
    unit = await keepers.start(python("a", BOMB, stop_within=0.2))
    await until(lambda: len(children_of(unit.log)) == 1)
    await asyncio.sleep(0.3)  # let it spread
    await unit.stop()
    assert not [process for process in everything() if process.alive and is_of(process.pid, unit.run)]


def is_of(pid: int, run: str) -> bool:
    """Whether a process carries the mark of this run."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123
            return run.encode() in file.read()
    except OSError:
        return False


async def test_the_signal_of_the_spec_is_sent(keepers: Keepers) -> None:
    """A tool that ends well on SIGINT gets that one."""
    script = "import signal, time\ntry: print('ready'); time.sleep(60)\nexcept KeyboardInterrupt: print('saved')"
    unit = await keepers.start(python("a", script, stop_signal="SIGINT"))
    await until(lambda: texts(unit.log) == ["ready"])
    ended = await unit.stop()
    assert (texts(unit.log), ended.code, ended.asked) == (["ready", "saved"], 0, True)


async def test_an_impatient_stop_overtakes_a_patient_one(keepers: Keepers) -> None:
    """A second stop with a shorter deadline counts."""
    unit = await keepers.start(python("a", STUBBORN, stop_within=60.0))
    await until(lambda: len(children_of(unit.log)) == 4)
    patient = asyncio.create_task(unit.stop())
    ended = await unit.stop(0.1)
    assert (await patient) == ended
    assert ended.signal == signal.SIGKILL


async def test_a_stopped_process_ends_too(keepers: Keepers) -> None:
    """A process frozen by SIGSTOP, which no TERM reaches, is killed at the deadline."""
    unit = await keepers.start(shell("a", "sleep 600", stop_within=0.3))
    os.kill(unit.pid, signal.SIGSTOP)
    ended = await unit.stop()
    assert ended.signal == signal.SIGKILL


async def test_a_zombie_counts_as_dead(keepers: Keepers) -> None:
    """A child that its parent never collects does not hold up the end."""
    script = "import os, time\npid = os.fork()\nif not pid: os._exit(0)\nprint('pid', pid); time.sleep(600)"
    unit = await keepers.start(python("a", script, stop_within=30.0))
    await until(lambda: children_of(unit.log))
    zombie = children_of(unit.log)[0]
    os.kill(zombie, 0)  # it still answers
    await until(lambda: not alive(zombie))
    assert zombie not in (await unit.ask({"op": "status"}))["left"]
    began = time.monotonic()
    await unit.stop()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("terminal", [False, True])
async def test_a_held_pipe_does_not_hold_the_end(keepers: Keepers, *, terminal: bool) -> None:
    """An orphan that keeps the output open and prints on is ended; the end of the command is not missed."""
    script = "(trap '' TERM HUP; while true; do echo still here; sleep 0.1; done) & echo pid $!; sleep 0.3; exit 7"
    unit = await keepers.start(shell("a", script, stop_within=0.3, terminal=terminal))
    ended = await asyncio.wait_for(unit.wait(), 5)
    assert ended.code == 7
    assert not alive(children_of(unit.log)[0])


async def test_closed_output_is_not_the_end(keepers: Keepers) -> None:
    """A tool that closes its output runs on, and its end is seen."""
    unit = await keepers.start(shell("a", "echo bye; exec >&- 2>&- <&-; sleep 0.5; exit 5"))
    await until(lambda: texts(unit.log) == ["bye"])
    assert unit.running
    assert (await unit.wait()).code == 5
