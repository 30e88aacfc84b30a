"""One running unit as the portal sees it: its keeper at the other end of a socket."""

import asyncio
import json
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from comfystudio.errors import Unavailable
from comfystudio.keeper import _tree, leftovers
from comfystudio.keeper._files import write_exit
from comfystudio.keeper.attachment import Attachment
from comfystudio.keeper.identity import keeper_alive, keeper_there
from comfystudio.keeper.log import Log
from comfystudio.keeper.records import exit_of
from comfystudio.keeper.spec import Exit

__all__ = ["Unit"]

LOOK_EVERY = 0.1
LOOK_CLOSELY = 0.003
LEAVES_WITHIN = 5.0
# What the keeper may take on top of the deadline to kill, write and go.
STOP_MARGIN = 20.0


class Unit:
    """A run with a living keeper, or one that has just ended. Made by `Keepers` only."""

    def __init__(self, record: dict[str, Any], folder: Path, socket: Path) -> None:
        self.unit: str = record["unit"]
        self.run: str = record["run"]
        self.labels: dict[str, str] = dict(record["labels"])
        self.pid: int = record["child"]["pid"]
        self.keeper_pid: int = record["keeper"]["pid"]
        self.started_at: float = record["started_at"]
        self.log = Log(folder / "log")
        # Where this run's records begin in the log, which goes on from run to run.
        self.log_start: int = record["log_start"]
        self._record = record
        self._folder = folder
        self._socket = socket
        self._exit: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self._callbacks: list[Callable[[Unit], None]] = []
        self._follower = asyncio.create_task(self._follow(), name=f"unit {self.unit}")

    def __repr__(self) -> str:
        return f"<Unit {self.unit} pid {self.pid} {'running' if self.running else 'ended'}>"

    @property
    def running(self) -> bool:
        """Whether no end of it is known."""
        return not self._exit.done()

    @property
    def exit(self) -> Exit | None:
        """How it ended, None while it runs."""
        return self._exit.result() if self._exit.done() and not self._exit.cancelled() else None

    def on_exit(self, callback: Callable[["Unit"], None]) -> None:
        """Call back in the loop once it has ended and nothing of it is left; at once if that was before."""
        if self.running:
            self._callbacks.append(callback)
        else:
            callback(self)

    async def wait(self) -> Exit:
        """Until it has ended and nothing of it is left."""
        return await asyncio.shield(self._exit)

    async def stop(self, within: float | None = None) -> Exit:
        """Ask the whole tree to end, kill what is left after `within` seconds (None: what the spec said).

        `Unavailable` where the kernel does not let something die, a process stuck in a device for example.
        """
        if self.running:
            try:
                await self.ask({"op": "stop", "within": within})
            except OSError:
                await asyncio.to_thread(self._terminate_keeper)
        patience = (self._record["stop_within"] if within is None else within) + STOP_MARGIN
        try:
            async with asyncio.timeout(patience):
                return await self.wait()
        except TimeoutError:
            raise Unavailable("keeper.will_not_end", unit=self.unit) from None

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request to the keeper; OSError where it cannot be reached."""
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            async with asyncio.timeout(5):
                line = await reader.readline()
        finally:
            writer.close()
        if not line:
            raise ConnectionResetError
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def attach(self, columns: int, rows: int) -> Attachment:
        """Look and type at its terminal; `Gone` where it has none, or none any more."""
        return await Attachment.open(self._socket, columns, rows)

    async def let_go(self) -> None:
        """Look after it no longer, without ending it."""
        self._follower.cancel()
        with suppress(asyncio.CancelledError):
            await self._follower

    def _terminate_keeper(self) -> None:
        """Without a socket a signal says the same: the keeper then ends its run."""
        keeper = _tree.look(self.keeper_pid)
        if keeper is not None and keeper_alive(self._record):
            _tree.send(keeper, signal.SIGTERM)

    async def _follow(self) -> None:
        """Wait for the end of the run and of its keeper, and say how it was."""
        while True:
            with suppress(OSError):
                await self._listen()
            # In this order: a keeper that is gone has written its record before.
            alive = await asyncio.to_thread(keeper_alive, self._record)
            found = await asyncio.to_thread(exit_of, self._record, self._folder)
            if found is not None or not alive:
                break
            await asyncio.sleep(LOOK_EVERY)
        await self._keeper_gone()
        if found is None:
            found = await asyncio.to_thread(close_lost, self._record, self._folder)
        self._exit.set_result(found)
        for callback in self._callbacks:
            callback(self)

    async def _keeper_gone(self) -> None:
        """Wait until the unit can be started again: its keeper holds the lock to its last breath."""
        until = time.monotonic() + LEAVES_WITHIN
        while True:
            if not keeper_there(self._record) or time.monotonic() > until:
                return
            await asyncio.sleep(LOOK_CLOSELY)

    async def _listen(self) -> None:
        """Hold the line until the keeper tells of the exit or hangs up."""
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        try:
            writer.write(b'{"op": "subscribe"}\n')
            while line := await reader.readline():
                if json.loads(line)["type"] == "exit":
                    return
        finally:
            writer.close()


def close_lost(record: dict[str, Any], folder: Path) -> Exit:
    """End what a dead keeper left and write the record it could not: `lost`."""
    leftovers.end(record)
    log = Log(folder / "log")
    error = log.first_error()
    found = {
        "run": record["run"],
        "code": None,
        "signal": None,
        "at": time.time(),
        "lasted": max(0.0, time.time() - record["started_at"]),
        "first_error": error and error.text,
        "error_offset": error and error.offset,
        "log_end": log.size,
        "last_lines": [line.text[:300] for line in log.tail(20).lines if line.stream in "oe"],
        "asked": False,
        "lost": True,
    }
    with suppress(OSError):
        write_exit(str(folder), found)
    return Exit.read(found)
