"""The life of one run: its output read, its tree watched, its end written down."""

import os
import select
import signal
import time

from comfystudio.keeper import _files, _records, _tree
from comfystudio.keeper._pump import Findings, Pump
from comfystudio.keeper._server import Server
from comfystudio.keeper._spawn import Child
from comfystudio.keeper._writer import LogWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Supervisor"]

READ = 64 * 1024
READS_A_TURN = 8
LOOK_FIRST = 0.02
LOOK_AT_MOST = 0.2
DRAIN_WITHIN = 1.0
FLUSH_WITHIN = 5.0
RECORD_WITHIN = 600.0
LONGEST_STOP = 86400


class Supervisor:
    """Watches over `child`, whose command was released, until nothing of it is left."""

    def __init__(self, spec: "dict[str, Any]", folder: str, run: str, child: Child, writer: LogWriter) -> None:
        self._spec = spec
        self._folder = folder
        self._run = run
        self._child = child
        self._writer = writer
        self._poll = select.epoll()
        self._findings = Findings(run)
        self._pumps = {
            handle: Pump(stream, writer, self._findings, terminal=spec["terminal"])
            for stream, handle in child.outputs.items()
        }
        for handle in self._pumps:
            self._poll.register(handle, select.EPOLLIN)
        self._console = None
        if spec["interactive"]:
            from comfystudio.keeper._console import Console  # noqa: PLC0415 only what this run needs is loaded

            self._console = Console(child.outputs["o"], self._poll)
        self._began = time.monotonic()
        self._status: int | None = None
        self._ended_at = 0.0
        self._lasted = 0.0
        self._asked = False
        self._deadline: float | None = None
        self._look_at = 0.0
        self._look_every = LOOK_FIRST
        self._told: set[tuple[int, int]] = set()
        self._done = False
        self._wake, self._waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._poll.register(self._wake, select.EPOLLIN)

    def listen(self, path: str) -> None:
        """Serve requests at `path` and take signals from now on."""
        self._server = Server(path, self._poll, self._answer, self._console)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop(None))

    def run(self) -> None:
        """Watch until the command has ended and nothing it started is left; then write the exit record."""
        self._reap()
        while not self._done:
            self._turn()
            self._reap()
            now = time.monotonic()
            if self._deadline is not None and now >= self._look_at:
                self._end_the_rest(now)
            for pump in self._pumps.values():
                due = pump.due()
                if due is not None and now >= due:
                    pump.redraw()
        self._finish()

    def _turn(self) -> None:
        """Wait for something to happen, and read what there is."""
        times = [due for pump in self._pumps.values() if (due := pump.due()) is not None]
        if self._deadline is not None:
            times.append(self._look_at)
        wait = max(0.0, min(times) - time.monotonic()) if times else None
        for handle, events in self._poll.poll(wait):
            if handle == self._wake:
                self._woken()
            elif handle in self._pumps:
                if self._console is not None and events & select.EPOLLOUT:
                    self._console.drain()
                    self._server.publish()
                self._read(handle, READS_A_TURN)
            else:
                self._server.handle(handle, events)

    def _woken(self) -> None:
        try:
            os.read(self._wake, 512)
        except BlockingIOError:
            return
        if self._deadline is not None:
            self._look_at = 0.0

    def _read(self, handle: int, times: int) -> bool:
        """Read what the tool wrote; False when there is nothing more for now or for good."""
        for _ in range(times):
            try:
                data = os.read(handle, READ)
            except BlockingIOError:
                return False
            except OSError:
                data = b""  # a terminal whose other side is closed says EIO, not end of file
            if not data:
                self._poll.unregister(handle)
                if self._console is not None:
                    self._console.close()
                self._pumps.pop(handle).finish()
                os.close(handle)
                return False
            self._pumps[handle].feed(data)
            if self._console is not None:
                self._console.feed(data)
                self._server.publish()
            if len(data) < READ // 16:
                return False
        return True

    def _reap(self) -> None:
        """Collect the dead: the command, and orphans that came to us."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._child.pid:
                self._status = status
                self._ended_at = time.time()
                self._lasted = time.monotonic() - self._began
                if self._deadline is None:
                    self._deadline = time.monotonic() + self._spec["stop_within"]
                self._look_at = 0.0

    def _stop(self, within: float | None) -> None:
        """End the run: politely until `within` seconds are over, then not."""
        deadline = time.monotonic() + (self._spec["stop_within"] if within is None else within)
        if not self._asked and self._status is None:
            self._asked = True
            self._writer.put([_records.words(time.time(), "keeper.log_stopping")])
        self._deadline = deadline if self._deadline is None else min(deadline, self._deadline)
        self._look_at = 0.0
        self._look_every = LOOK_FIRST

    def _end_the_rest(self, now: float) -> None:
        """One look at the tree: whoever was not told yet is told, and past the deadline killed."""
        left = _tree.descendants({os.getpid()})
        if not left and self._status is not None:
            self._done = True
            return
        if self._deadline is not None and now >= self._deadline:
            self._kill(left)
        else:
            number = signal.Signals[self._spec["stop_signal"]]
            for process in left:
                if (process.pid, process.start) not in self._told:
                    self._told.add((process.pid, process.start))
                    _tree.send(process, number)
        self._look_at = time.monotonic() + self._look_every
        self._look_every = min(self._look_every * 1.3, LOOK_AT_MOST)

    @staticmethod
    def _kill(left: list[_tree.Process]) -> None:
        """Kill, and look again at once as long as there is somebody new: forks race with us."""
        seen: set[tuple[int, int]] = set()
        for _ in range(20):
            new = [process for process in left if (process.pid, process.start) not in seen]
            if not new:
                return
            for process in new:
                seen.add((process.pid, process.start))
                _tree.send(process, signal.SIGKILL)
            left = _tree.descendants({os.getpid()})

    def _answer(self, asked: "dict[str, Any]") -> "dict[str, Any]":
        """What a request on the socket gets."""
        operation = asked.get("op")
        if operation == "stop":
            within = asked.get("within")
            if within is not None and (not isinstance(within, int | float) or not 0 <= within <= LONGEST_STOP):
                return {"type": "error", "error": "within is a number of seconds"}
            self._stop(within)
        elif operation not in ("status", "subscribe"):
            return {"type": "error", "error": "unknown operation"}
        return {
            "type": "status",
            "run": self._run,
            "pid": self._child.pid,
            "running": self._status is None,
            "stopping": self._asked,
            "left": [process.pid for process in _tree.descendants({os.getpid()})],
            "size": self._writer.size,
        }

    def give_up(self) -> None:
        """The keeper itself failed: leave no process behind and say so."""
        signal.set_wakeup_fd(-1)
        while left := _tree.descendants({os.getpid()}):
            self._kill(left)
            self._reap()
            time.sleep(LOOK_FIRST)
        self._finish()

    def _finish(self) -> None:
        """Everything has ended: read the rest, write the record, tell those who listen."""
        until = time.monotonic() + DRAIN_WITHIN
        for handle in list(self._pumps):
            while time.monotonic() < until and self._read(handle, READS_A_TURN):
                pass
        for pump in self._pumps.values():
            pump.finish()
        self._writer.mark()
        self._reap()
        status = self._status
        code = os.WEXITSTATUS(status) if status is not None and os.WIFEXITED(status) else None
        number = os.WTERMSIG(status) if status is not None and os.WIFSIGNALED(status) else None
        if number is None:
            self._writer.put([_records.words(time.time(), "keeper.log_exited", code=code)])
        else:
            self._writer.put([_records.words(time.time(), "keeper.log_killed", signal=number)])
        self._writer.close(FLUSH_WITHIN)
        error = self._findings.errors.best if code != 0 else None
        record = {
            "run": self._run,
            "code": code,
            "signal": number,
            "at": self._ended_at or time.time(),
            "lasted": self._lasted,
            "first_error": error and error.text,
            "error_offset": error and error.offset,
            "log_end": self._writer.size,
            "last_lines": list(self._findings.last),
            "asked": self._asked,
            "lost": False,
        }
        self._write_record(record)
        self._server.tell({"type": "exit", **record})
        self._server.close()

    def _write_record(self, record: "dict[str, Any]") -> None:
        """The record is what we promised: try for ten minutes, unless its folder was taken away."""
        until = time.monotonic() + RECORD_WITHIN
        while time.monotonic() < until:
            try:
                _files.write_exit(self._folder, record)
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(1)
            else:
                return
