"""Starting and ending the sides: direct, ours, nginx with auth_request, configurable-http-proxy."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks import gateway_verifier

ROOT = Path(__file__).resolve().parent.parent
NODE = ROOT / ".build" / "benchmarks"
NGINX = """
daemon off; {user} worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  client_max_body_size 0; keepalive_requests 1000000000;
  upstream tool {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000000; }}
  upstream verifier {{ server 127.0.0.1:{verifier}; keepalive 64; keepalive_requests 1000000000; }}
  map $http_upgrade $connection_wanted {{ default upgrade; '' ''; }}
  server {{
    listen 127.0.0.1:{port};
    location = /verify {{
      internal; proxy_pass http://verifier; proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_http_version 1.1; proxy_set_header Connection "";
    }}
    location / {{
      auth_request /verify; proxy_pass http://tool; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_wanted;
      proxy_request_buffering off;
    }}
  }}
}}
"""


@dataclass
class Side:
    """One proxy: where it listens, what to send, whose memory to count, what to end."""

    name: str
    port: int
    cookie: str
    processes: list = field(default_factory=list)

    def cpu(self):
        """Seconds of a core used so far."""
        ticks = 0
        for pid in self.pids:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
            ticks += sum(map(int, stat.rpartition(")")[2].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    @property
    def pids(self):
        found = []
        for each in self.processes:
            found.append(each.pid)
            with contextlib.suppress(psutil.Error):
                found += [child.pid for child in psutil.Process(each.pid).children(recursive=True)]
        return found

    def stop(self):
        for each in self.processes:
            each.terminate()
        for each in self.processes:
            each.wait(10)


def free_port():
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return each.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"a side ended: {process.args}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


def _run(core, *argv, **options):
    return subprocess.Popen(["taskset", "-c", str(core), *map(str, argv)], cwd=ROOT, **options)


def upstream(short, long, megabytes):
    """The tool: one side for short requests and WebSockets, one for long bodies."""
    sides = []
    for core, more in ((short, ()), (long, (megabytes,))):
        port = free_port()
        process = _run(core, sys.executable, "-m", "benchmarks.gateway_upstream", port, *more)
        wait_for(port, process)
        sides.append(Side("direct", port, "none=1", [process]))
    return sides


def ours(core, to):
    port = free_port()
    process = _run(core, sys.executable, "-m", "benchmarks.gateway_ours", port, to, stdout=subprocess.PIPE, text=True)
    cookie = process.stdout.readline().strip()
    wait_for(port, process)
    return Side("comfystudio", port, cookie, [process])


def nginx(core, to):
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(binary).exists():
        raise SystemExit("Install nginx first: apt-get install nginx-light")
    folder = Path(tempfile.mkdtemp(prefix="comfystudio-nginx-"))
    port, verifier = free_port(), free_port()
    checks = _run(core, sys.executable, "-m", "benchmarks.gateway_verifier", verifier)
    wait_for(verifier, checks)
    text = NGINX.format(
        folder=folder, port=port, upstream=to, verifier=verifier, user="user root;" if os.getuid() == 0 else ""
    )
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    process = _run(core, binary, "-c", folder / "nginx.conf", "-p", folder, stderr=subprocess.DEVNULL)
    wait_for(port, process)
    return Side("nginx auth_request", port, gateway_verifier.cookie(), [process, checks])


def chp(core, to):
    binary = NODE / "node_modules" / ".bin" / "configurable-http-proxy"
    if not binary.exists():
        NODE.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--silent", "--no-save", "--prefix", NODE, "configurable-http-proxy@5"]
        subprocess.run([*map(str, npm)], check=True)
    port = free_port()
    process = _run(
        core,
        "node",
        binary.resolve(),
        "--ip",
        "127.0.0.1",
        "--port",
        port,
        "--api-port",
        free_port(),
        "--default-target",
        f"http://127.0.0.1:{to}",
        "--log-level",
        "error",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(port, process)
    return Side("configurable-http-proxy", port, "none=1", [process])
