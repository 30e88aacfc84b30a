"""A tool for tests: a small HTTP server whose misbehaviour is chosen by its arguments."""

import argparse
import base64
import hashlib
import json
import os
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TextIO

# A folder with files that answer in the place of what the process knows: `api-status` for /api/status.
ANSWERS: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """Answers everything with what the process knows about itself."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._echo()
            return
        about = {
            "argv": sys.argv,
            "env": dict(os.environ),
            "uid": os.geteuid(),
            "cwd": str(Path.cwd()),
            "headers": dict(self.headers),
            "pid": os.getpid(),
        }
        body = json.dumps(about).encode()
        for folder in ANSWERS:
            answer = Path(folder, self.path.strip("/").replace("/", "-"))
            body = answer.read_bytes() if answer.is_file() else body
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _echo(self) -> None:
        """A WebSocket that sends short messages back."""
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)):
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        while head := self.rfile.read(2):
            mask, masked = self.rfile.read(4), self.rfile.read(head[1] & 127)
            content = bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked))
            self.wfile.write(bytes([head[0], len(content)]) + content)
            if head[0] & 15 == 8:
                return

    def address_string(self) -> str:
        return "local"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class calls it so
        pass


class UnixServer(ThreadingHTTPServer):
    """The same over a socket file."""

    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)
        Path(str(self.server_address)).chmod(0o600)
        self.server_name, self.server_port = "fake", 0


def say(text: str, file: TextIO = sys.stdout) -> None:
    """A line of the log."""
    file.write(text + "\n")
    file.flush()


def _orphan() -> None:
    """A grandchild in a session of its own that does not listen to SIGTERM."""
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
        os._exit(0)
    os.wait()


def _count(pause: float) -> None:
    """A numbered line again and again."""
    number = 0
    while True:
        say(f"line {number}")
        number += 1
        time.sleep(pause)


def main() -> None:
    """Be the tool that the arguments ask for."""
    knobs = argparse.ArgumentParser()
    knobs.add_argument("--port", type=int)
    knobs.add_argument("--socket")
    knobs.add_argument("--delay", type=float, default=0.0)
    knobs.add_argument("--exit-after", type=float)
    knobs.add_argument("--exit-code", type=int, default=3)
    knobs.add_argument("--complain", default="")
    knobs.add_argument("--ignore-term", action="store_true")
    knobs.add_argument("--orphan", action="store_true")
    knobs.add_argument("--never-answer", action="store_true")
    knobs.add_argument("--count", type=float)
    knobs.add_argument("--answers")
    knobs.add_argument("--extra", action="append", default=[])
    given = knobs.parse_args()
    say("step one")
    if given.answers:
        ANSWERS.append(given.answers)
    if given.ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if given.orphan:
        _orphan()
    time.sleep(given.delay / 2)
    say("step two")
    time.sleep(given.delay / 2)
    if given.exit_after is not None and given.exit_after == 0:
        say(given.complain, sys.stderr)
        sys.exit(given.exit_code)
    if given.never_answer:
        time.sleep(600)
    server = (
        UnixServer(given.socket, Handler) if given.socket else ThreadingHTTPServer(("127.0.0.1", given.port), Handler)
    )
    say("serving")
    if given.count:
        threading.Thread(target=_count, args=(given.count,), daemon=True).start()
    if given.exit_after:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(given.exit_code))
        signal.setitimer(signal.ITIMER_REAL, given.exit_after)
    server.serve_forever()


if __name__ == "__main__":
    main()
