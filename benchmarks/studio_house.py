"""A real studio for figures: on ports of its own, with two tools of known length, a real JupyterLab and one admin."""

import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

from tests.studio import RunningStudio
from tests.tools import jupyter

from benchmarks import report

NAME, PASSWORD = "Bench Mark", "measured-twice-42"
TOOL = Path(__file__).with_name("studio_tool.py")
PORTS = {"quick": 9100, "slow": 9101, "jupyter-lab": 8888}
SECONDS = {"quick": 0.0, "slow": 0.3}
MANIFEST = """
id = "{id}"
name = "{name}"
icon = "box"
summary = "A tool whose own start takes a known time."
port = {port}
[run]
argv = ["{python}", "-I", "{tool}", "{{port}}", "{seconds}", "{note}"]
listen = "port"
cwd = "/"
restart = false
"""


class House:
    """The studio, who is signed in, and what its tools note about themselves."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="comfystudio-bench-"))
        self.folder.chmod(0o755)
        # One account for all: the figures leave no accounts behind on the machine they were taken on.
        self.studio = RunningStudio(
            self.folder / "workspace", accounts="same", setup_dir=str(self._setup()), port_offset=str(_offset())
        )
        # Where compiled modules are not kept, every start is a first one.
        self.studio.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        (self.folder / "workspace").mkdir()
        self.cookie = ""
        self.bearer = {}

    def _setup(self):
        setup = self.folder / "setup"
        shutil.copytree(report.ROOT / "setup", setup)
        for tool, seconds in SECONDS.items():
            (setup / tool).mkdir()
            text = MANIFEST.format(
                id=tool,
                name=tool.capitalize(),
                port=PORTS[tool],
                python=sys.executable,
                tool=TOOL,
                seconds=seconds,
                note=self.folder / tool,
            )
            (setup / tool / "tool.toml").write_text(text, encoding="utf-8")
        return setup

    def install_jupyter(self):
        """Put the JupyterLab that the tests installed, or install now, into the workspace."""
        (self.studio.workspace / "jupyter").symlink_to(jupyter.install_once())

    def open(self):
        """Start it and sign its admin in."""
        self.studio.start()
        self.bearer = {"Authorization": f"Bearer {self.studio.add(NAME, PASSWORD, admin=True)}"}
        answer = self.studio.request("POST", "/api/v1/session", {"name": NAME, "password": PASSWORD})
        assert answer.status == 200, answer.body
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return self

    def close(self):
        self.studio.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self):
        """The portal's process."""
        assert self.studio.process
        return self.studio.process.pid

    def act(self, tool, what):
        """Press `start` or `stop`."""
        answer = self.studio.request("POST", f"/api/v1/tools/{tool}/{what}", {}, headers=self.bearer)
        assert answer.status == 202, answer.body
        return answer

    def state(self, tool):
        return self.studio.get(f"/api/v1/tools/{tool}", headers=self.bearer).json["state"]

    def reached(self, tool, path):
        """Whether the tool answers through its own door."""
        with contextlib.suppress(OSError):
            return self.studio.get(path, port=PORTS[tool], headers=self.bearer).status == 200
        return False

    def note(self, tool):
        """Which process the tool is and when it began to listen."""
        return json.loads((self.folder / tool).read_text(encoding="utf-8"))

    def until(self, tool, state):
        deadline = time.monotonic() + 90
        while (found := self.state(tool)) != state:
            assert time.monotonic() < deadline, (tool, found)
            time.sleep(0.05)

    def process_of(self, tool):
        """The tool's own process: its unit's record names it."""
        units = (self.studio.workspace / ".comfystudio" / "units").glob(f"{tool}*/unit.json")
        pids = [json.loads(unit.read_text(encoding="utf-8"))["child"]["pid"] for unit in units]
        return next(pid for pid in pids if _alive(pid))


def _offset():
    """An offset for ports that are free, and that the system gives to no outgoing connection meanwhile."""
    for offset in range(10_000 + os.getpid() % 1000 * 10, 32_000 - max(PORTS.values()), 10):
        with contextlib.ExitStack() as held:
            try:
                for port in (8080, 8188, *PORTS.values()):
                    held.enter_context(socket.create_server(("127.0.0.1", port + offset)))
            except OSError:
                continue
            return offset
    raise SystemExit("No free ports between 18000 and 32000.")


def _alive(pid):
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        return True
    return False
