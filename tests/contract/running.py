"""A ComfyUI checkout, real or not, as a running process."""

import contextlib
import functools
import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

__all__ = ["Running", "free_port", "launch"]


def free_port() -> int:
    """A loopback port that nobody has right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


_TAG = re.compile(r"^(?:(?:\x1b\[\d+m)*\[[A-Z]+\]\x1b\[0m )?(?:\x1b\[\d+m)*|\x1b\[0m$")
"""What a newer one puts before a line to say how grave it is, and colours."""


@dataclass
class Running:
    """The process, its folders and what it said (without colours and tags). Stop it with `close`."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    argv: tuple[str, ...]
    err: list[str] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    refused: int = 0
    """How often the port refused before it opened."""
    first_status: int = 0
    """The status of the first answer ever."""
    readers: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @functools.cached_property
    def version(self) -> str:
        """Which ComfyUI it says that it is."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", "/system_stats")
            found: str = json.load(connection.getresponse())["system"]["comfyui_version"]
        return found

    @property
    def newer(self) -> bool:
        """Whether it answers as 0.28.0 does; otherwise as 0.3.64."""
        return tuple(int(part) for part in self.version.split(".")[:2]) >= (0, 28)

    @property
    def output(self) -> Path:
        """Where it saves pictures."""
        return self.folder / "output"

    def wait_for(self, words: str, within: float) -> None:
        """Wait until a line on stderr begins with `words`."""
        deadline = time.monotonic() + within
        while not any(line.startswith(words) for line in list(self.err)):
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.err[-5:]}"
            assert time.monotonic() < deadline, f"no line {words!r} within {within} s: {self.err[-5:]}"
            time.sleep(0.01)

    def wait_ready(self, within: float = 180.0) -> "Running":
        """Wait for the first answer, and note how the port behaved until then."""
        deadline = time.monotonic() + within
        while not self.first_status:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.err[-5:]}"
            assert time.monotonic() < deadline, f"not ready within {within} s: {self.err[-5:]}"
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
                try:
                    connection.request("GET", "/system_stats")
                    self.first_status = connection.getresponse().status
                except ConnectionRefusedError:
                    self.refused += 1
                    time.sleep(0.02)
        return self

    def wait_end(self, within: float = 60.0) -> int:
        """The exit status; a signal is negative."""
        code = self.process.wait(within)
        for reader in self.readers:
            reader.join(5)
        return code

    def close(self) -> None:
        """End it whatever it does."""
        self.process.kill()
        self.wait_end()


def _read(pipe: IO[str], lines: list[str]) -> None:
    with pipe:
        for line in pipe:
            lines.append(_TAG.sub("", line.rstrip("\n")))  # noqa: PERF401 - others look at the list while it grows


def launch(
    checkout: Path, folder: Path, *more: str, port: int | None = None, env: Mapping[str, str] | None = None
) -> Running:
    """Start `checkout` with folders of its own in `folder`, on loopback, without a GPU.

    `more` are further flags, `env` further variables.
    """
    for name in ("home", "output", "input", "user"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    argv = (
        "main.py", "--cpu", "--listen", "127.0.0.1", "--port", str(port),
        "--disable-api-nodes", "--disable-all-custom-nodes",
        "--output-directory", str(folder / "output"), "--input-directory", str(folder / "input"),
        "--temp-directory", str(folder), "--user-directory", str(folder / "user"),
        "--database-url", f"sqlite:///{folder}/user/comfyui.db", *more,
    )  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= env or {}
    process = subprocess.Popen(
        [str(checkout / "venv" / "bin" / "python"), *argv],
        cwd=checkout,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    found = Running(process, port, folder, argv)
    for pipe, lines in ((process.stdout, found.out), (process.stderr, found.err)):
        assert pipe is not None
        found.readers.append(threading.Thread(target=_read, args=(pipe, lines), daemon=True))
        found.readers[-1].start()
    return found
