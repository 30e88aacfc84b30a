"""Starting units: what they get, what they leave, what stands in the way."""

import asyncio
import json
import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
import uvloop

from comfystudio.errors import Unavailable
from comfystudio.keeper import Account, Keepers, Unit, UnitExists
from comfystudio.keeper._files import UNIT
from comfystudio.workspace import Workspace
from tests.keeper.units import alive, keepers_of, python, shell, spec_of, texts
from tests.waiting import until

STATUS = "import os; print(open('/proc/self/status').read())"


def status_lines(unit: Unit) -> dict[str, str]:
    """What `STATUS` printed, by name."""
    return {name: value.strip() for name, _, value in (line.partition(":") for line in texts(unit.log))}


async def test_output_and_exit_are_kept(keepers: Keepers) -> None:
    """Both outputs are in the log, the exit record has code, error line and last lines, and it is remembered."""
    unit = await keepers.start(shell("a", "echo one; echo 'Error: two' >&2; exit 3", labels={"tool": "x"}))
    ended = await unit.wait()
    assert (ended.code, ended.signal, ended.asked, ended.lost) == (3, None, False, False)
    assert ended.first_error == "Error: two"
    assert set(ended.last_lines) == {"one", "Error: two"}
    assert {(line.stream, line.text) for line in unit.log.read(0).lines} >= {("o", "one"), ("e", "Error: two")}
    record = keepers.record("a")
    assert record is not None
    assert (record.labels, record.exit) == ({"tool": "x"}, ended)
    assert unit.log.tail(1).lines[0].text == "Ended with exit code 3."


async def test_a_signal_is_named(keepers: Keepers) -> None:
    """A command that a signal ended has that signal and no code."""
    ended = await (await keepers.start(shell("a", "kill -9 $$"))).wait()
    assert (ended.code, ended.signal, ended.asked) == (None, 9, False)


@pytest.mark.parametrize(
    ("command", "folder", "key"),
    [
        ("/no/such/command", "/", "keeper.no_command"),
        ("/etc", "/", "keeper.no_command"),
        ("true", "/no/such/folder", "keeper.no_folder"),
    ],
)
async def test_what_cannot_start_says_why(keepers: Keepers, command: str, folder: str, key: str) -> None:
    """A command or folder that is not there is named at once, and the unit counts as ended."""
    spec = spec_of("a", command, cwd=Path(folder))
    with pytest.raises(Unavailable) as caught:
        await keepers.start(spec)
    assert caught.value.key == key
    assert (folder if folder != "/" else command) in caught.value.sentence
    assert keepers.get("a") is None


async def test_a_unit_runs_once(keepers: Keepers, workspace: Workspace) -> None:
    """A second start is refused while the first lives, also by another portal, and allowed afterwards."""
    unit = await keepers.start(shell("a", "sleep 60"))
    other = Keepers(workspace.units, workspace.runtime)
    with pytest.raises(UnitExists):
        await other.start(shell("a", "true"))
    assert unit.running
    await unit.stop()
    again = await other.start(shell("a", "echo second"))
    assert (await again.wait()).code == 0
    assert texts(again.log) == ["second"]
    assert again.log.read(again.log_start).lines[0].text == "Started."
    await other.close()


async def test_two_starts_at_once_have_one_winner(keepers: Keepers, workspace: Workspace) -> None:
    """Ten portals racing for one unit: one starts it, nine are told."""
    racers = [Keepers(workspace.units, workspace.runtime) for _ in range(10)]
    starts = (racer.start(shell("a", "sleep 60")) for racer in racers)
    found = await asyncio.gather(*starts, return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["Unit"] + ["UnitExists"] * 9
    for racer in racers:
        await racer.close()


async def test_a_name_cannot_leave_the_folder(keepers: Keepers) -> None:
    """A unit's name is a plain folder name."""
    for name in ("../x", "a/b", "", ".x", "a\n", "x" * 65):
        with pytest.raises(ValueError, match="not the name"):
            await keepers.start(shell(name, "true"))


async def test_secrets_stay_in_the_environment(keepers: Keepers, workspace: Workspace) -> None:
    """The environment reaches the command whole and lies neither on disk nor in any argument list."""
    unit = await keepers.start(shell("a", "echo got $SECRET; sleep 60", env={"SECRET": "canary-41"}))
    await until(lambda: texts(unit.log) == ["got canary-41"])
    unit.log.clear()
    for path in (path for path in workspace.units.rglob("*") if path.is_file() and path.suffix != ".log"):
        assert b"canary-41" not in path.read_bytes(), path
    for pid in (unit.keeper_pid, unit.pid):
        assert b"canary-41" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert b"canary-41" not in Path(f"/proc/{unit.keeper_pid}/environ").read_bytes()


async def test_nothing_of_ours_is_inherited(keepers: Keepers) -> None:
    """The command gets its three handles, no signal ignored, its own session and the umask it was given."""
    unit = await keepers.start(
        python("a", STATUS + "; print('fds:', sorted(os.listdir('/proc/self/fd'))); print('sid:', os.getsid(0))")
    )
    await unit.wait()
    found = status_lines(unit)
    assert found["fds"] == "['0', '1', '2', '3']"  # 3 is the listing itself
    assert found["sid"] == str(unit.pid)
    assert found["Umask"] == "0077"
    assert found["NoNewPrivs"] == "1"
    # Python itself ignores SIGPIPE (13) and SIGXFSZ (25); SIGHUP (1) is ours and must not be there.
    assert int(found["SigIgn"], 16) & 1 == 0


async def test_a_terminal_where_one_is_wanted(keepers: Keepers) -> None:
    """With `terminal` the command sees a terminal with a size and its end is seen too; else pipes."""
    script = "import os; print(os.isatty(0), os.isatty(1), os.isatty(2)); print(os.get_terminal_size().columns)"
    unit = await keepers.start(python("a", script, terminal=True))
    assert (await unit.wait()).code == 0
    assert texts(unit.log) == ["True True True", "120"]
    piped = await keepers.start(python("b", "import os; print(os.isatty(1), os.read(0, 1))"))
    await piped.wait()
    assert texts(piped.log) == ["False b''"]


async def test_a_progress_bar_reads_well(keepers: Keepers) -> None:
    """A bar of 2,000 states is seen moving while it runs, and in the end is one line."""
    script = (
        "import time\nfor n in range(2000):\n print(f'\\r{n}/2000', end='', flush=True); time.sleep(0.0005)\n"
        "print('\\rdone'); print('bye')"
    )
    unit = await keepers.start(python("a", script))
    (first,) = await until(lambda: texts(unit.log, "~"))
    await until(lambda: texts(unit.log, "~") not in ([], [first]))
    await unit.wait()
    assert texts(unit.log, "oe~") == ["done", "bye"]
    assert unit.log.size < 2000


async def test_a_question_without_line_end_is_seen(keepers: Keepers) -> None:
    """What waits without a line end is shown as being drawn."""
    unit = await keepers.start(shell("a", "printf 'Proceed? '; sleep 60"))
    await until(lambda: texts(unit.log, "~") == ["Proceed? "])


@pytest.mark.root
async def test_a_command_runs_as_its_account(keepers: Keepers, root: Path) -> None:
    """User, group and groups are the account's, nothing of root is left, and no set-user-id program helps."""
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_uid, nobody.pw_gid, "nobody", root, groups=(nobody.pw_gid,))
    unit = await keepers.start(shell("a", "cat /proc/self/status", account=account))
    await unit.wait()
    found = status_lines(unit)
    assert found["Uid"].split() == [str(nobody.pw_uid)] * 4
    assert found["Gid"].split() == [str(nobody.pw_gid)] * 4
    assert found["Groups"] == str(nobody.pw_gid)
    assert int(found["CapEff"], 16) == 0
    assert found["NoNewPrivs"] == "1"


@pytest.mark.root
async def test_an_account_cannot_touch_its_keeper(keepers: Keepers, root: Path, workspace: Workspace) -> None:
    """The command of another account can neither signal its keeper nor reach its socket nor read its records."""
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_uid, nobody.pw_gid, "nobody", root)
    records = workspace.units / "a"
    attempts = (
        f"kill $PPID; ls {records}; cat {workspace.runtime}/a.lock; test -w {workspace.runtime}/a.sock || echo no"
    )
    unit = await keepers.start(shell("a", attempts, account=account))
    await unit.wait()
    found = [line for line in texts(unit.log) if line]
    refused = [line for line in found if line.lower().endswith(("permission denied", "not permitted"))]
    assert (len(refused), len(found), "no" in found) == (3, 4, True), found
    assert (await unit.wait()).asked is False


async def test_the_record_names_processes_for_good(keepers: Keepers, workspace: Workspace) -> None:
    """unit.json has pids with start times, the boot and hashes, and belongs to us alone."""
    unit = await keepers.start(shell("a", "sleep 60", labels={"tool": "x", "listen": "127.0.0.1:1"}))
    path = workspace.units / "a" / UNIT
    record = json.loads(path.read_text())
    assert record["labels"] == {"tool": "x", "listen": "127.0.0.1:1"}
    assert record["keeper"]["pid"] == unit.keeper_pid
    assert record["child"]["pid"] == unit.pid
    assert len(record["keeper"]["argv"]) == 64
    assert record["boot"]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert (workspace.runtime / "a.sock").stat().st_mode & 0o777 == 0o600


async def test_the_keeper_is_small_and_alone(keepers: Keepers) -> None:
    """It takes at most 12 MiB, is no child of ours, leads its own session and shrugs off SIGHUP."""
    unit = await keepers.start(shell("a", "for n in 1 2 3 4 5 6 7 8 9; do echo line $n; done; sleep 60"))
    await until(lambda: len(texts(unit.log)) == 9)
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{unit.keeper_pid}/status").read_text().splitlines())
    assert int(status["VmRSS"].split()[0]) <= 12 * 1024
    assert int(status["PPid"]) != os.getpid()
    assert os.getsid(unit.keeper_pid) == unit.keeper_pid
    subprocess.run(["kill", "-HUP", str(unit.keeper_pid)], check=True)
    subprocess.run(["kill", "-PIPE", str(unit.keeper_pid)], check=True)
    assert (await unit.ask({"op": "status"}))["running"] is True
    assert alive(unit.keeper_pid)


async def test_the_socket_survives_nonsense(keepers: Keepers) -> None:
    """Garbage, unknown operations and huge lines are answered or hung up on; the unit runs on."""
    unit = await keepers.start(shell("a", "sleep 60"))
    assert (await unit.ask({"op": "format the disk"}))["type"] == "error"
    for within in ("soon", -1, float("nan"), float("inf"), [1]):
        assert (await unit.ask({"op": "stop", "within": within}))["type"] == "error"
    requests: list[dict[str, object]] = [{"op": ["stop"]}, {"op": {}}, {"op": None}, {}]
    for request in requests:
        assert (await unit.ask(request))["type"] == "error"
    path = str(unit._socket)
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"not json\n[1]\n" + b"x" * 100_000)
    assert [json.loads(await reader.readline())["type"] for _ in range(2)] == ["error", "error"]
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
    assert (await unit.ask({"op": "status"}))["running"] is True


async def test_what_is_asked_after_the_end(keepers: Keepers) -> None:
    """Waiting, stopping and callbacks on a unit that has ended answer at once with how it ended."""
    unit = await keepers.start(shell("a", "exit 4"))
    ended = await unit.wait()
    called: list[Unit] = []
    unit.on_exit(called.append)
    assert (called, await unit.stop(), unit.exit, unit.running) == ([unit], ended, ended, False)
    keepers.forget("a")
    assert keepers.records() == []


async def test_a_unit_starts_again_the_moment_it_has_ended(keepers: Keepers) -> None:
    """Stop and start in a row never meet a keeper that is still leaving."""
    for _ in range(5):
        unit = await keepers.start(shell("a", "sleep 60"))
        await unit.stop()
        assert not alive(unit.keeper_pid)


async def test_a_start_first_ends_what_a_dead_keeper_left(keepers: Keepers) -> None:
    """A new start of a unit whose keeper was killed does not leave the old processes beside it."""
    unit = await keepers.start(shell("a", "sleep 60"))
    await keepers.close()
    os.kill(unit.keeper_pid, signal.SIGKILL)
    await until(lambda: not alive(unit.keeper_pid))
    again = await keepers.start(shell("a", "sleep 60"))
    assert not alive(unit.pid)
    assert alive(again.pid)


async def test_a_keeper_that_fails_takes_its_tool_along(keepers: Keepers) -> None:
    """An error in the keeper itself leaves no process without one: the tree is ended and the end is written."""
    spec = shell("a", "setsid sleep 60 & sleep 60")
    object.__setattr__(spec, "stop_signal", "SIGNONE")
    unit = await keepers.start(spec)
    ended = await unit.stop()
    assert (ended.signal, ended.lost) == (signal.SIGKILL, False)
    assert not alive(unit.pid)


async def test_a_unit_whose_folder_was_deleted_can_be_stopped(keepers: Keepers, workspace: Workspace) -> None:
    """Someone who removes the records of a running unit loses the records, not the grip on it."""
    unit = await keepers.start(shell("a", "sleep 60"))
    shutil.rmtree(workspace.units / "a")
    ended = await unit.stop()
    assert ended.lost is True
    assert not alive(unit.pid)


def test_a_spec_that_makes_no_sense_is_refused() -> None:
    """An empty command or a signal that does not exist is a mistake of the caller."""
    with pytest.raises(ValueError, match="not to be run"):
        spec_of("a")
    with pytest.raises(ValueError, match="SIGNOPE"):
        spec_of("a", "true", stop_signal="SIGNOPE")


def test_all_of_it_on_the_portal_loop(workspace: Workspace) -> None:
    """The portal runs on uvloop: starting, following, adopting and stopping work there as well."""

    async def live() -> list[str]:
        async with keepers_of(workspace) as keepers:
            unit = await keepers.start(shell("a", "echo one; sleep 60"))
            start = 0
            found: list[str] = []
            while "one" not in found:
                chunk = unit.log.read(start)
                found += [line.text for line in chunk.lines]
                start = chunk.next
                if not chunk.lines:
                    await unit.log.changed(start)
            other = Keepers(workspace.units, workspace.runtime)
            (adopted,) = await other.adopt()
            assert (await adopted.stop()) == (await unit.wait())
            await other.close()
            return found

    assert uvloop.run(live()) == ["Started.", "one"]
