"""Interactive terminals: typed at, drawn, seen again by whoever comes later, and never held up by a slow reader."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from comfystudio.errors import Gone
from comfystudio.keeper import Attachment, Keepers, Log, Spec, Unit
from comfystudio.keeper._console import KEPT, WAITING
from comfystudio.workspace import Workspace
from tests.keeper.units import alive, keepers_of, python, shell, spec_of, texts
from tests.waiting import until

ENV = {"PS1": "> ", "TERM": "xterm-256color", "HOME": "/"}


def bash(unit: str = "t") -> Spec:
    """An interactive shell as people get it, without anybody's start files."""
    argv = ("/bin/bash", "--norc", "--noprofile")
    return spec_of(unit, *argv, env=ENV, terminal=True, interactive=True, stop_signal="SIGHUP", stop_within=2.0)


class Reader:
    """Collects what one attached reader sees."""

    def __init__(self, line: Attachment) -> None:
        self.line = line
        self.seen = b""
        self.missed = 0
        self.over = False
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while (got := await self.line.read()) is not None:
            if isinstance(got, int):
                self.missed += got
            else:
                self.seen += got
        self.over = True

    async def sees(self, text: bytes, within: float = 5) -> None:
        """Wait until it has seen `text`."""
        await until(lambda: text in self.seen, within, why=repr(self.seen[-300:]))


class Lines:
    """Everything that one test attached."""

    def __init__(self) -> None:
        self._open: list[Attachment] = []

    async def __call__(self, unit: Unit, columns: int = 80, rows: int = 24) -> Attachment:
        """Attach to the unit's terminal."""
        self._open.append(await unit.attach(columns, rows))
        return self._open[-1]

    async def close(self) -> None:
        """Hang up everywhere."""
        for line in self._open:
            line.close()
        await asyncio.sleep(0)


_lines = Lines()


@pytest.fixture(autouse=True)
async def hang_up() -> AsyncIterator[None]:
    """Close what a test attached."""
    yield
    await _lines.close()


async def attached(unit: Unit, columns: int = 80, rows: int = 24) -> Reader:
    """A reader of the unit's terminal."""
    return Reader(await _lines(unit, columns, rows))


async def test_a_shell_is_typed_at(keepers: Keepers) -> None:
    """What is typed is run, echoed and drawn; the size is what was said; its log is the transcript."""
    unit = await keepers.start(bash())
    reader = await attached(unit, 101, 33)
    await reader.line.write(b"stty size; echo $((6*7))\r")
    await reader.sees(b"33 101\r\n42\r\n")
    assert b"stty size; echo" in reader.seen
    reader.line.resize(44, 11)
    await reader.line.write(b"stty size\r")
    await reader.sees(b"11 44\r\n")
    await reader.line.write(b"exit 3\r")
    assert (await unit.wait()).code == 3
    await until(lambda: reader.over)
    assert {"33 101", "42", "11 44"} <= set(texts(unit.log))


async def test_whoever_comes_later_sees_what_was_drawn(keepers: Keepers, workspace: Workspace) -> None:
    """A reader that left, and one of another portal, find the same terminal with what it showed, and can type."""
    unit = await keepers.start(bash())
    first = await attached(unit)
    await first.line.write(b"word=still-here; echo begun\r")
    await first.sees(b"begun\r\n")
    first.line.close()
    await keepers.close()
    async with keepers_of(workspace) as again:
        (adopted,) = await again.adopt()
        second, third = await attached(adopted), await attached(adopted)
        await second.sees(b"begun\r\n")
        await second.line.write(b"echo $word\r")
        await second.sees(b"still-here\r\n")
        await third.sees(b"still-here\r\n")
        assert second.missed == third.missed == 0


async def test_control_c_reaches_what_runs_in_front(keepers: Keepers) -> None:
    """An interrupt ends the program in front, also while it floods the terminal, and not the shell."""
    unit = await keepers.start(bash())
    reader = await attached(unit)
    await reader.line.write(b"yes\r")
    await reader.sees(b"y\r\ny\r\n")
    await reader.line.write(b"\x03")
    await reader.line.write(b"echo back $((1+1))\r")
    await reader.sees(b"back 2\r\n", 10)
    assert unit.running


async def test_a_slow_reader_misses_the_middle_and_holds_up_nobody(keepers: Keepers) -> None:
    """20 MB past a reader that does not read: the program goes on, and the reader learns what it missed."""
    script = "input(); import sys; sys.stdout.write('0123456789' * 7 + '\\n'); import os\n"
    script += "for number in range(20 * 1024): sys.stdout.write('x' * 1022 + '\\n')\nprint('the end'); input()"
    unit = await keepers.start(python("t", script, terminal=True, interactive=True, stop_within=2.0))
    slow = await _lines(unit)
    quick = await attached(unit)
    await quick.line.write(b"\r")
    await quick.sees(b"the end\r\n", 30)
    assert len(quick.seen) + quick.missed > 20_000_000
    late = Reader(slow)
    await late.sees(b"the end\r\n")
    assert late.missed > 10_000_000
    assert len(late.seen) < 8 * KEPT
    fresh = await attached(unit)
    await fresh.sees(b"the end\r\n")
    assert len(fresh.seen) <= KEPT
    assert fresh.seen.startswith(b"x" * 100)


async def test_input_that_nobody_reads_waits_at_the_sender(keepers: Keepers) -> None:
    """4 MB pasted into a program that reads nothing block the writer, not the keeper, whose memory stays flat."""
    script = "import tty, time; tty.setraw(0); print('raw', flush=True); time.sleep(600)"
    unit = await keepers.start(python("t", script, terminal=True, interactive=True, stop_within=1.0))
    reader = await attached(unit)
    await reader.sees(b"raw")
    before = resident(unit.keeper_pid)
    paste = asyncio.create_task(reader.line.write(b"p" * 4_000_000))
    done, _ = await asyncio.wait({paste}, timeout=1.0)
    assert not done
    assert (await unit.ask({"op": "status"}))["running"]
    assert resident(unit.keeper_pid) - before < 32 * WAITING
    paste.cancel()
    reader.line.close()
    other = await attached(unit)
    await other.sees(b"raw")
    await unit.stop()
    await until(lambda: other.over)


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    "asked",
    [
        b'{"op": "attach"}',
        b'{"op": "attach", "columns": 0, "rows": 1}',
        b'{"op": "attach", "columns": 1001, "rows": 1}',
        b'{"op": "attach", "columns": true, "rows": true}',
        b'{"op": "attach", "columns": "80", "rows": 24}',
        b'{"op": "attach", "columns": 1e9, "rows": 24}',
        b'{"op": "attach", "columns": 80, "rows": 24}\n{"op": "input", "data": "zz"}',
        b'{"op": "attach", "columns": 80, "rows": 24}\n{"op": "input", "data": 7}',
        b'{"op": "attach", "columns": 80, "rows": 24}\n{"op": "resize", "columns": -1, "rows": 24}',
        b'{"op": "attach", "columns": 80, "rows": 24}\n{"op": "stop"}',
        b'{"op": "attach", "columns": 80, "rows": 24}\nnonsense',
        b'{"op": "attach", "columns": 80, "rows": 24}\n' + b"a" * 9000,
    ],
)
async def test_what_makes_no_sense_is_hung_up_on(keepers: Keepers, workspace: Workspace, asked: bytes) -> None:
    """Sizes, input and requests that are none end that connection; the terminal and its shell go on."""
    unit = await keepers.start(bash())
    reader, writer = await asyncio.open_unix_connection(str(workspace.runtime / "t.sock"))
    writer.write(asked + b"\n")
    with suppress(ConnectionResetError):
        async with asyncio.timeout(5):
            await reader.read()
    writer.close()
    assert (await unit.ask({"op": "status"}))["running"]
    other = await attached(unit)
    await other.line.write(b"echo $((40+2))\r")
    await other.sees(b"42\r\n")


async def test_only_so_many_attach(keepers: Keepers) -> None:
    """The seventeenth reader is turned away; once one leaves there is room again."""
    unit = await keepers.start(bash())
    lines = [await _lines(unit) for _ in range(16)]
    with pytest.raises(Gone):
        await _lines(unit)
    lines[0].close()
    await until(lambda: _attaches(unit))


async def _attaches(unit: Unit) -> bool:
    try:
        (await _lines(unit)).close()
    except Gone:
        return False
    return True


async def test_what_has_no_terminal_cannot_be_attached(keepers: Keepers) -> None:
    """A unit on pipes, a terminal nobody may type at, and one that has ended say so."""
    for spec in (shell("p", "sleep 60"), shell("q", "sleep 60", terminal=True)):
        unit = await keepers.start(spec)
        with pytest.raises(Gone):
            await _lines(unit)
    ended = await keepers.start(bash("r"))
    await ended.stop()
    with pytest.raises(Gone):
        await _lines(ended)
    with pytest.raises(ValueError, match="only a terminal"):
        shell("s", "true", interactive=True)


async def test_closing_ends_everything_it_started(keepers: Keepers) -> None:
    """Programs in the background go too, also one that ignores hang-ups and one in a session of its own."""
    unit = await keepers.start(bash())
    reader = await attached(unit)
    await reader.line.write(b"nohup sleep 601 & setsid sleep 602 & sleep 603 & echo up\r")
    await reader.sees(b"\nup\r\n")
    pids = await until(lambda: _four(unit))
    ended = await unit.stop()
    assert ended.asked
    assert not any(map(alive, pids))


async def _four(unit: Unit) -> list[int]:
    """The shell and its three programs, once all of them are there."""
    left: list[int] = (await unit.ask({"op": "status"}))["left"]
    return left if len(left) >= 4 else []


async def test_a_password_is_not_in_the_transcript(keepers: Keepers, workspace: Workspace) -> None:
    """What is typed where the program shows nothing is neither drawn nor logged."""
    unit = await keepers.start(bash())
    reader = await attached(unit)
    await reader.line.write(b"read -rs -p 'Word: ' word; echo; echo ${#word}\r")
    await reader.sees(b"Word: ")
    await reader.line.write(b"hunter2-hunter2\r")
    await reader.sees(b"15\r\n")
    await reader.line.write(b"exit\r")
    await unit.wait()
    assert b"hunter2" not in reader.seen
    assert not any("hunter2" in text for text in texts(Log(workspace.units / "t" / "log"), "oek~"))
