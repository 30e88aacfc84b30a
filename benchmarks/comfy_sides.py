"""Both sides of the benchmark: a bare ComfyUI, and the same checkout behind a studio with its artists."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.studio import RunningStudio, studio_in

from benchmarks import report

PACK = Path(__file__).with_name("comfy_pack")
PASSWORD = "measured-twice-42"
QUIET = ["--cpu", "--disable-api-nodes", "--disable-auto-launch"]
READY_WITHIN = 180.0


class Sides:
    """Both, started; `way(name)` gives the address and one set of headers for each artist."""

    def __init__(self, source, artists):
        self._source, self._artists = Path(source), artists
        self._ends = contextlib.ExitStack()
        self.tokens = []

    def __enter__(self):
        try:
            self.folder = Path(tempfile.mkdtemp(prefix="comfystudio-bench-"))
            self._ends.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.folder.chmod(0o755)
            self._pack()
            self._start_direct()
            self._start_studio()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, *_):
        self._ends.close()

    def way(self, name):
        if name == "direct":
            return self.direct, [{}] * self._artists
        return self.studio.origin(8188), self.tokens

    def loads(self):
        """Where the pack's loader in the studio's ComfyUI notes its loads."""
        return self.studio.workspace / "home" / ".tools" / "benchmark-loads.json"

    def _pack(self):
        packs = self.folder / "packs"
        shutil.copytree(PACK, packs / "comfy_pack", ignore=shutil.ignore_patterns("__pycache__"))
        self.paths = self.folder / "packs.yaml"
        self.paths.write_text(f"benchmark:\n  base_path: {self.folder}\n  custom_nodes: packs\n", encoding="utf-8")

    def _start_direct(self):
        own = self.folder / "direct"
        for name in ("output", "input", "user", "temp"):
            (own / name).mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.direct = f"http://127.0.0.1:{port}"
        folders = [f"--{name}-directory={own / name}" for name in ("output", "input", "user", "temp")]
        paths = ["--database-url", "sqlite:///:memory:", "--extra-model-paths-config", str(self.paths)]
        python = str(self._source / "venv" / "bin" / "python")
        log = self._ends.enter_context((own / "log").open("wb"))
        process = subprocess.Popen(
            [python, "main.py", *QUIET, "--port", str(port), *folders, *paths],
            cwd=self._source,
            stdout=log,
            stderr=log,
            env={**os.environ, "HOME": str(own)},
        )
        self._ends.callback(process.wait)
        self._ends.callback(process.terminate)
        deadline = time.monotonic() + READY_WITHIN
        while not self._answers():
            assert process.poll() is None, (own / "log").read_text(errors="replace")[-2000:]
            assert time.monotonic() < deadline, "ComfyUI did not start"
            time.sleep(0.2)

    def _answers(self):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.direct}/system_stats", timeout=5) as answer:
            self.version = json.load(answer)["system"]["comfyui_version"]
            return True
        return False

    def _start_studio(self):
        setup = self.folder / "setup"
        shutil.copytree(report.ROOT / "setup", setup)
        manifest = setup / "comfy" / "tool.toml"
        text = manifest.read_text(encoding="utf-8")
        more = f'"{{comfyui_paths}}",\n  "--disable-api-nodes",\n  "--extra-model-paths-config", "{self.paths}"'
        assert text.count('"{comfyui_paths}"') == 1
        manifest.write_text(text.replace('"{comfyui_paths}"', more), encoding="utf-8")
        self.studio: RunningStudio = self._ends.enter_context(
            studio_in(self.folder, comfyui_dir=str(self._source), accounts="same")
        )
        self.studio.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.studio.start()
        tokens = [self.studio.add(f"Artist {n}", PASSWORD, admin=n == 0) for n in range(self._artists)]
        self.tokens = [{"Authorization": f"Bearer {each}"} for each in tokens]
        self.studio.request("POST", "/api/v1/tools/comfy-ui/start", {}, headers=self.tokens[0])
        deadline = time.monotonic() + READY_WITHIN
        while (found := self.studio.get("/api/v1/tools/comfy-ui", headers=self.tokens[0]).json)["state"] != "ready":
            assert time.monotonic() < deadline, found
            time.sleep(0.2)
        assert found["access_reason"] is None, found["access_reason"]
