"""From pressing Start to the first answer through the gateway, beside the same program started by hand."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from benchmarks import report

# Often enough for the figures, seldom enough not to slow down what is starting.
ASK_EVERY = 0.02
WITHIN = 90.0
# Longer starts meet more of what others do on the machine: each pair waits for a quiet moment.
CALM_WITHIN = 20.0


def both(house, tool, path, rounds):
    """Seconds to the first answer: through the studio, and by hand, in turn, each first in every other round."""
    # Not counted: it tells the arguments, and makes what a tool finds in its home from then on.
    argv, env = _once(house, tool, path)[1:]
    ours = ("studio", lambda: _once(house, tool, path)[0])
    own = ("by hand", lambda: _by_hand(house, argv, env, path))
    sides = {"studio": [], "by hand": []}
    for number in range(rounds):
        report.calm(CALM_WITHIN)
        for side, start in (ours, own) if number % 2 == 0 else (own, ours):
            sides[side].append(start())
    return sides


def _once(house, tool, path):
    """Press, wait for the answer, read how it was started, stop."""
    began = time.monotonic()
    house.act(tool, "start")
    _wait(lambda: house.reached(tool, path))
    seconds = time.monotonic() - began
    process = Path("/proc", str(house.process_of(tool)))
    argv, env = (process.joinpath(name).read_text().split("\0")[:-1] for name in ("cmdline", "environ"))
    house.act(tool, "stop")
    house.until(tool, "stopped")
    return seconds, argv, dict(each.split("=", 1) for each in env)


def _by_hand(house, argv, env, path):
    """The same arguments and environment. A socket of the studio's is replaced by one beside it."""
    where = next((each.partition("=")[2] for each in argv if each.startswith("--ServerApp.sock=")), None)
    folder = house.folder / "run"
    folder.mkdir(mode=0o700)
    if where:
        before, after = str(Path(where).parent), str(folder)
        argv = [each.replace(before, after) for each in argv]
        env = {name: value.replace(before, after) for name, value in env.items()}
    to = folder / Path(where).name if where else int(argv[-3])
    with (house.folder / "by-hand.out").open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            argv, env=env, cwd=env["HOME"], stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
        )
        try:
            _wait(lambda: _answers(to, path))
            return time.monotonic() - began
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)
            shutil.rmtree(folder)


def _answers(to, path):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX if isinstance(to, Path) else socket.AF_INET)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.sock.settimeout(10)
        connection.sock.connect(str(to) if isinstance(to, Path) else ("127.0.0.1", to))
        connection.request("GET", path)
        return connection.getresponse().status == 200
    return False


def _wait(answered):
    deadline = time.monotonic() + WITHIN
    while not answered():
        assert time.monotonic() < deadline
        time.sleep(ASK_EVERY)
