"""A tool that says when it says something: PORT to listen on, RATE in lines a second."""

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = (
    "\x1b[32mINFO\x1b[0m Loading shard 7 of flux1-dev.safetensors, step 41 of 50, 12.4 it/s, 23.1 GB of memory in use"
)


class Here(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    port, rate = int(sys.argv[1]), float(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", port), Here)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    due = time.monotonic()
    while True:
        due += 1 / rate
        time.sleep(max(0.0, due - time.monotonic()))
        print(f"{time.time():.6f} {WORDS}", flush=True)


if __name__ == "__main__":
    main()
