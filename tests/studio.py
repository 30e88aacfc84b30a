"""A real studio in a process of its own, for journeys and faults."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from comfystudio.cli.talk import Client
from comfystudio.workspace import prepare
from tests.waiting import wait_until

__all__ = ["Answer", "RunningStudio", "free_offset", "passable_folder", "studio_in"]

PORTS = (8080, 8188, 8888, *range(9000, 9006))


@contextlib.contextmanager
def passable_folder() -> Iterator[Path]:
    """An empty folder that other accounts may pass through, unlike pytest's own; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="comfystudio-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def studio_in(folder: Path, **flags: str) -> Iterator["RunningStudio"]:
    """A studio in `folder`/workspace, not yet started, with the tools of `folder`/setup where there are any.

    Ended with its tools and its sockets' folder afterwards.
    """
    setup = folder / "setup"
    found = RunningStudio(folder / "workspace", **({"setup_dir": str(setup)} if setup.is_dir() else {}), **flags)
    try:
        yield found
    finally:
        found.stop()
        shutil.rmtree(prepare(found.workspace).runtime, ignore_errors=True)


_reserved: list[contextlib.ExitStack] = []


def _reserve(port: int) -> socket.socket:
    """A mark, seen by every account of the machine, that this process's tests use `port`; OSError where others do."""
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0comfystudio-tests-{port}")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except OSError:
        mark.close()
        raise
    return mark


def free_offset() -> int:
    """A port offset under which every public port is free, and kept from other test runs while this one lives.

    Below the ports that the kernel gives to outgoing connections: one that asks a closed port there again and again
    meets itself in the end.
    """
    first = os.getpid() % 1200
    for step in range(1200):
        offset = 11_000 + (first + step) % 1200 * 10
        with contextlib.ExitStack() as marks:
            try:
                for port in PORTS:
                    marks.enter_context(_reserve(port + offset))
            except OSError:
                continue
            _reserved.append(marks.pop_all())
            return offset
    raise AssertionError("no free ports")


class Answer:
    """One HTTP answer."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class RunningStudio:
    """`comfystudio up` on ports of its own in `workspace`; flags as keyword arguments."""

    def __init__(self, workspace: Path, **flags: str) -> None:
        self.workspace = workspace
        self.offset = int(flags.pop("port_offset", 0)) or free_offset()
        self.flags = {"workspace": str(workspace), "port_offset": str(self.offset), **flags}
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("COMFYSTUDIO_")}
        self.process: subprocess.Popen[bytes] | None = None
        self.output = workspace.parent / f"{workspace.name}.out"

    def port(self, base: int = 8080) -> int:
        """The public port with the offset added."""
        return base + self.offset

    @property
    def address(self) -> str:
        """The portal's address."""
        return self.origin()

    @property
    def scheme(self) -> str:
        """What its listeners speak."""
        return "https" if "tls_certificate" in self.flags else "http"

    def origin(self, base: int = 8080) -> str:
        """The origin of the listener with that public port."""
        return f"{self.scheme}://localhost:{self.port(base)}"

    def command(self, *words: str) -> list[str]:
        """The `comfystudio` command line."""
        return [sys.executable, "-m", "comfystudio", *words]

    def start(self, within: float = 30) -> "RunningStudio":
        """Start it and wait for the first 200."""
        self.begin()
        wait_until(self._healthy, within, why=f"the studio did not start: {self.said()[-2000:]}")
        return self

    def begin(self) -> subprocess.Popen[bytes]:
        """Start it and do not wait."""
        flags = [part for name, value in self.flags.items() for part in (f"--{name.replace('_', '-')}", value)]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self.command("up", *flags), stdout=output, stderr=output, env=self.environment, start_new_session=True
            )
        return self.process

    def _healthy(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said()
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def said(self) -> str:
        """What it printed."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def setup_link(self) -> str:
        """The one-time address it printed last."""
        return re.findall(r"http\S+/setup#\S+", self.said())[-1]

    def request(
        self, method: str, path: str, body: Any = None, *, port: int = 8080, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request on a connection of its own, as a program would send it."""
        connection = self._connection(port)
        try:
            given = dict(headers or {})
            payload = None
            if body is not None:
                payload = json.dumps(body).encode()
                given |= {"Content-Type": "application/json"}
            if method not in {"GET", "HEAD"} and "Authorization" not in given:
                given.setdefault("Origin", self.origin(port))
            connection.request(method, path, body=payload, headers=given)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def _connection(self, port: int) -> http.client.HTTPConnection:
        if self.scheme == "http":
            return http.client.HTTPConnection("localhost", self.port(port), timeout=30)
        trusting = ssl.create_default_context(cafile=self.flags["tls_certificate"])
        trusting.verify_flags &= ~ssl.VERIFY_X509_STRICT  # it is its own authority
        return http.client.HTTPSConnection("localhost", self.port(port), timeout=30, context=trusting)

    def get(self, path: str, **more: Any) -> Answer:
        """GET `path`."""
        return self.request("GET", path, **more)

    def cli(self, *words: str, check: bool = True, stdin: str = "") -> str:
        """Run a `comfystudio` command in this workspace and give back what it printed."""
        done = subprocess.run(
            self.command(*words, "--workspace", str(self.workspace)),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert not check or done.returncode == 0, (done.returncode, done.stderr, done.stdout, self.said()[-2000:])
        return done.stdout if check else f"{done.returncode}\n{done.stdout}{done.stderr}"

    def add(self, name: str, password: str, *, admin: bool = False) -> str:
        """Put somebody on the roster with a password; the answer is a token of theirs."""
        self.cli("people", "add", name, *(["--admin"] if admin else []), "--password-stdin", stdin=password + "\n")
        return self.cli("token", "create", name).strip()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API over the control socket, as the command line does, but without its start."""
        return Client(prepare(self.workspace).control).call(method, path, body)

    def person(self, name: str, password: str, *, admin: bool = False) -> int:
        """As `add`, over the control socket; the answer is the person's number."""
        added = self.call("POST", "/people", {"name": name, "admin": admin, "password": password})
        number: int = added["person"]["id"]
        return number

    def token(self, person: int, scope: str = "use") -> str:
        """A token of that person."""
        made: str = self.call("POST", f"/people/{person}/tokens", {"label": "tests", "scope": scope})["token"]
        return made

    def tool(self, tool: str) -> Any:
        """A tool's card as the command line sees it."""
        return self.call("GET", f"/tools/{tool}")

    def start_tool(self, tool: str, as_: str | None = None, within: float = 30) -> None:
        """Start a tool and wait until it is ready."""
        self.call("POST", f"/tools/{tool}/start", {"as": as_} if as_ else {})

        def ready() -> bool:
            found = self.tool(tool)
            assert found["state"] not in {"crashed", "failed", "broken", "not_installed"}, found
            return bool(found["state"] == "ready")

        wait_until(ready, within, why=f"{tool} is not ready")

    @property
    def pid(self) -> int:
        """The portal's process number."""
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """Kill -9, as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def down(self) -> str:
        """End it as `comfystudio down` does, killed before or not, and give back what that said."""
        said = self.cli("down")
        if self.process is not None:
            self.process.wait(5)
            self.process = None
        return said

    def stop(self, within: float = 30) -> None:
        """End it and its tools; a portal that was killed leaves its tools to `comfystudio down`."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(within)
        elif self.process.returncode < 0:
            self.cli("down", check=False)

    @property
    def host(self) -> str:
        """The portal's host and port as a browser names them."""
        return urlsplit(self.address).netloc
