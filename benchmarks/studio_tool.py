"""A small tool that takes a known time to start and notes when it began to listen.

Usage: python benchmarks/studio_tool.py PORT SECONDS NOTE
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def address_string(self):
        return "local"

    def log_message(self, format, *args):  # noqa: A002 the base class calls it so
        pass


def main():
    port, seconds, note = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    print("starting", flush=True)
    time.sleep(seconds)
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    now = time.time()
    draft = note.with_suffix(".draft")
    draft.write_text(json.dumps({"pid": os.getpid(), "at": now}), encoding="utf-8")
    draft.replace(note)
    print("serving", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
