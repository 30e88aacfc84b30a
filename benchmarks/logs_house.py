"""A real studio whose tools talk: one that all share, loudly, and one of each artist's own."""

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from tests.studio import RunningStudio
from tests.waiting import wait_until

from comfystudio.workspace import prepare

PASSWORD = "measured-twice-42"
PAGES, LINES = 50, 1000
TOOL = Path(__file__).with_name("logs_tool.py")
MANIFEST = """
id = "{id}"
name = "{id}"
icon = "box"
summary = "A tool that talks."
port = {port}
instances = "{instances}"
[run]
argv = ["{python}", "-I", "{tool}", "{{port}}", "{rate}"]
listen = "port"
cwd = "/"
restart = false
"""
SEGMENT = 128 * 1024 * 1024


class House:
    """The studio, and a cookie for each of fifty artists."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="comfystudio-bench-"))
        self.folder.chmod(0o755)
        for number, (tool, instances, rate) in enumerate(
            (("choir", "one", LINES), ("voice", "per-artist", LINES / PAGES))
        ):
            folder = self.folder / "setup" / tool
            folder.mkdir(parents=True)
            about = {"id": tool, "instances": instances, "rate": rate, "port": 9000 + number}
            text = MANIFEST.format(python=sys.executable, tool=TOOL, **about)
            (folder / "tool.toml").write_text(text, encoding="utf-8")
        setup = str(self.folder / "setup")
        self.studio = RunningStudio(self.folder / "workspace", accounts="same", setup_dir=setup)
        self.studio.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.names = [f"Artist {number:02d}" for number in range(PAGES)]
        self.cookies = []

    def open(self):
        self.studio.start()
        for name in self.names:
            self.studio.person(name, PASSWORD)
        self.cookies = [self._sign_in(name) for name in self.names]

    def _sign_in(self, name):
        answer = self.studio.request("POST", "/api/v1/session", {"name": name, "password": PASSWORD})
        assert answer.status == 200, answer.body
        return answer.headers["Set-Cookie"].partition(";")[0]

    def start(self, tool):
        """Let `tool` talk: everybody's own, or the one that all share."""
        for name in self._whose(tool):
            self.studio.call("POST", f"/tools/{tool}/start", {"as": name} if name else {})
        for name in self._whose(tool):
            asked = f"/tools/{tool}?{urlencode({'as': name})}" if name else f"/tools/{tool}"
            wait_until(lambda asked=asked: self.studio.call("GET", asked)["state"] == "ready", 120, asked)

    def stop(self, tool):
        for name in self._whose(tool):
            self.studio.call("POST", f"/tools/{tool}/stop", {"as": name} if name else {})

    def _whose(self, tool):
        return self.names if tool == "voice" else [None]

    def large_log(self, megabytes):
        """Give the silent choir a log of that size, as a keeper would have written it; the bytes that it has."""
        folder = prepare(self.studio.workspace).units / "choir" / "log"
        kept = sorted(folder.glob("*.log"))
        offset = int(kept[-1].stem) + kept[-1].stat().st_size
        at, size = 1_763_800_000_000, 0
        while size < megabytes * 1024 * 1024:
            with (folder / f"{offset:020d}.log").open("wb") as file:
                while file.tell() < SEGMENT and size + file.tell() < megabytes * 1024 * 1024:
                    file.write(b"".join(_record(at + number) for number in range(10_000)))
                    at += 10_000
                offset, size = offset + file.tell(), size + file.tell()
        return size

    def close(self):
        with contextlib.suppress(Exception):
            self.studio.down()
        self.studio.stop()
        shutil.rmtree(prepare(self.studio.workspace).runtime, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def _record(at):
    said = f"[{at % 86_400_000:08d}] Loading shard {at % 97} of flux1-dev.safetensors, step {at % 50}, {at % 31} it/s"
    return f"{at}\to\t{said}\n".encode()
