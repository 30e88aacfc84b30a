"""Finding units again, and never mistaking anybody else for one."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from comfystudio.keeper import Keepers
from comfystudio.keeper._files import EXIT, UNIT
from comfystudio.keeper._tree import Process, boot_id, look, send
from comfystudio.keeper.identity import fingerprint, keeper_alive
from comfystudio.workspace import Workspace
from tests.keeper.trees import DETACHED
from tests.keeper.units import alive, children_of, keepers_of, python, shell, texts
from tests.waiting import until


@contextmanager
def stranger() -> Iterator[Process]:
    """A process that has nothing to do with the studio and must outlive every test."""
    with subprocess.Popen(["/bin/sleep", "600"]) as process:
        found = look(process.pid)
        assert found
        yield found
        assert process.poll() is None, "a stranger was signalled"
        process.kill()


def record_of(unit: str, keeper: dict[str, Any], child: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """A unit record as a keeper writes it."""
    fixed = {"version": 1, "run": "0" * 32, "boot": boot_id(), "labels": {}, "started_at": time.time()}
    return {**fixed, "unit": unit, "keeper": keeper, "child": child, "stop_within": 1.0, "log_start": 0, **rest}


def put(workspace: Workspace, record: dict[str, Any]) -> Path:
    """Lay the record down as if a keeper had died after writing it."""
    folder: Path = workspace.units / record["unit"]
    folder.mkdir()
    (folder / UNIT).write_text(json.dumps(record))
    return folder


async def test_another_portal_finds_them_quickly(keepers: Keepers, workspace: Workspace) -> None:
    """Ten units are adopted with labels and pids in well under a second; all work for the new portal."""
    started = await asyncio.gather(
        *(keepers.start(shell(f"u{n}", "sleep 60", labels={"n": str(n)})) for n in range(10))
    )
    other = Keepers(workspace.units, workspace.runtime)
    began = time.monotonic()
    adopted = await other.adopt()
    assert time.monotonic() - began < 1
    assert {(one.unit, one.pid, one.labels["n"]) for one in adopted} == {
        (s.unit, s.pid, s.labels["n"]) for s in started
    }
    ended = await asyncio.gather(*(one.stop() for one in adopted))
    assert all(one.asked for one in ended)
    assert list(await asyncio.gather(*(one.wait() for one in started))) == list(ended)
    await other.close()


async def test_adopting_twice_changes_nothing(keepers: Keepers) -> None:
    """Those who are held already come back as the same objects."""
    unit = await keepers.start(shell("a", "sleep 60"))
    assert await keepers.adopt() == [unit]
    assert list(await asyncio.gather(keepers.adopt(), keepers.adopt())) == [[unit], [unit]]


async def test_a_reused_pid_is_never_signalled(keepers: Keepers, workspace: Workspace) -> None:
    """Pids that went to somebody else since (another start time) are left alone; the unit counts as lost."""
    with stranger() as found:
        other = {"pid": found.pid, "start": found.start - 1, "argv": fingerprint(["/bin/sleep", "600"])}
        put(workspace, record_of("a", other, other))
        assert await keepers.adopt() == []
        assert send(Process(found.pid, "S", 1, 1, found.start - 1), signal.SIGKILL) is False
        record = keepers.record("a")
        assert record is not None
        assert record.exit.lost is True


async def test_a_stranger_with_our_start_time_is_no_keeper(keepers: Keepers, workspace: Workspace) -> None:
    """Pid and start time alone make no keeper: its argument list must be ours too."""
    with stranger() as found:
        keeper = {"pid": found.pid, "start": found.start, "argv": fingerprint(["keeper"])}
        put(workspace, record_of("a", keeper, {"pid": 1, "start": 0, "argv": ""}))
        assert await keepers.adopt() == []


async def test_records_of_another_boot_mean_nothing(keepers: Keepers, workspace: Workspace) -> None:
    """After a restart of the machine the same numbers name strangers."""
    with stranger() as found:
        same = {"pid": found.pid, "start": found.start, "argv": fingerprint(["/bin/sleep", "600"])}
        put(workspace, record_of("a", same, same, boot="00000000-0000-0000-0000-000000000000"))
        assert await keepers.adopt() == []


def test_a_zombie_is_no_keeper() -> None:
    """A keeper that has ended and was not collected yet is dead, though signals reach its pid."""
    with subprocess.Popen(["/bin/true"]) as process:
        while (found := look(process.pid)) and found.alive:
            time.sleep(0.005)
        assert found
        os.kill(process.pid, 0)
        keeper = {"pid": process.pid, "start": found.start, "argv": fingerprint(())}
        assert keeper_alive(record_of("a", keeper, keeper)) is False


@pytest.mark.parametrize("watched", [True, False])
async def test_a_killed_keeper_loses_its_run_and_leaves_nothing(workspace: Workspace, *, watched: bool) -> None:
    """After kill -9 of a keeper its whole tree is ended, seen at once or at the next adoption, and noted as lost."""
    async with keepers_of(workspace) as keepers:
        unit = await keepers.start(python("a", DETACHED))
        await until(lambda: len(children_of(unit.log)) == 5)
        pids = [*children_of(unit.log), unit.pid]
        if not watched:
            await keepers.close()
        os.kill(unit.keeper_pid, signal.SIGKILL)
        await until(lambda: not alive(unit.keeper_pid))
        if watched:
            assert (await unit.wait()).lost is True
        else:
            assert all(map(alive, pids))
            assert await keepers.adopt() == []
        assert not any(map(alive, pids))
        record = keepers.record("a")
        assert record is not None
        assert (record.exit.lost, record.exit.code, record.exit.signal) == (True, None, None)
        assert len(record.exit.last_lines) == 5


async def test_leftovers_without_a_mark_are_found_by_their_session(workspace: Workspace) -> None:
    """A tool that cleans its environment is still proven by its session while the command itself lives."""
    async with keepers_of(workspace) as keepers:
        unit = await keepers.start(shell("a", "exec env -i /bin/sh -c 'sleep 600 & echo pid $!; wait'"))
        await until(lambda: children_of(unit.log))
        pids = [unit.pid, *children_of(unit.log)]
        os.kill(unit.keeper_pid, signal.SIGKILL)
        await unit.wait()
        assert not any(map(alive, pids))


async def test_stale_sockets_go(keepers: Keepers, workspace: Workspace) -> None:
    """A socket whose keeper was killed is removed, and the unit can be started again."""
    unit = await keepers.start(shell("a", "sleep 60"))
    os.kill(unit.keeper_pid, signal.SIGKILL)
    await unit.wait()
    assert (workspace.runtime / "a.sock").exists()
    await keepers.adopt()
    assert not (workspace.runtime / "a.sock").exists()
    again = await keepers.start(shell("a", "sleep 60"))
    assert (await again.ask({"op": "status"}))["pid"] == again.pid


async def test_a_keeper_without_its_socket_still_obeys(keepers: Keepers, workspace: Workspace) -> None:
    """Where someone cleaned the runtime folder, the unit is adopted, stopped and its end seen all the same."""
    await keepers.start(shell("a", "sleep 60"))
    (workspace.runtime / "a.sock").unlink()
    other = Keepers(workspace.units, workspace.runtime)
    (unit,) = await other.adopt()
    ended = await unit.stop()
    assert (ended.asked, ended.signal) == (True, signal.SIGTERM)
    await other.close()


async def test_a_keeper_that_is_told_to_end_takes_its_tool_along(keepers: Keepers) -> None:
    """SIGTERM to everything, as at the end of a container, is a stop like any other."""
    unit = await keepers.start(shell("a", "sleep 60"))
    os.kill(unit.keeper_pid, signal.SIGTERM)
    ended = await unit.wait()
    assert (ended.asked, ended.signal) == (True, signal.SIGTERM)


async def test_damaged_records_are_passed_over(keepers: Keepers, workspace: Workspace) -> None:
    """Half a record, a foreign folder and a file where a folder should be do not stop the others."""
    unit = await keepers.start(shell("a", "sleep 60"))
    for name, content in (("b", "{"), ("c", "[]"), ("d", '{"unit": "x"}'), ("e", '{"unit": "e"}')):
        (workspace.units / name).mkdir()
        (workspace.units / name / UNIT).write_text(content)
    (workspace.units / "f").write_text("")
    other = Keepers(workspace.units, workspace.runtime)
    assert [one.pid for one in await other.adopt()] == [unit.pid]
    assert other.records() == []
    await other.close()


async def test_an_exit_of_an_earlier_run_is_not_mistaken_for_this_one(keepers: Keepers, workspace: Workspace) -> None:
    """While a unit runs again, the exit record of its last run does not count."""
    first = await keepers.start(shell("a", "exit 9"))
    await first.wait()
    second = await keepers.start(shell("a", "echo on; sleep 60"))
    assert (workspace.units / "a" / EXIT).exists()
    await until(lambda: texts(second.log) == ["on"])
    assert keepers.records() == []
    assert second.running


def test_the_keeper_loads_little() -> None:
    """Nothing but a short list of the standard library is loaded: that is what keeps it small."""
    script = "import sys; import comfystudio.keeper.__main__; print(*sorted(sys.modules))"
    path = str(Path(__file__).parents[2] / "src")
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {path!r}); {script}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    heavy = {
        "asyncio",
        "contextlib",
        "dataclasses",
        "hashlib",
        "inspect",
        "logging",
        "pathlib",
        "subprocess",
        "typing",
    }
    assert heavy.isdisjoint(found)
    assert len(found) < 95
